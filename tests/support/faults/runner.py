"""Breaks an operation at each of its steps in each way, recovers in a new process, and checks what is on the disk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typing_extensions import override

from tests.support.faults.checker import Summary
from tests.support.faults.child import Say, in_child
from tests.support.faults.injector import COMMITS, CRASHED, CRASHES, STICKY, Injector, Kind, Point
from tests.support.faults.stage import DURING, EVERYTHING, Ground, Operation, Stage, Step, answer
from tests.support.rebuilt import differing_from_raw
from voute.cli.fsck import check_city
from voute.core.errors import StoreError
from voute.fsck.findings import Report


@dataclass(frozen=True)
class Case:
    """One way to break an operation: which step of it, and how."""

    at: int
    point: Point
    kind: Kind

    @override
    def __str__(self) -> str:
        return f"{self.kind} at step {self.at}: {self.point.step} by {self.point.site}"


@dataclass
class Prepared:
    """An operation ready to be broken: the folder before it, its steps, what an unbroken run does and leaves."""

    ground: Ground
    operation: Operation
    folder: Path
    steps: list[Step]
    points: list[Point]
    expected: Summary

    def crashes(self) -> Iterator[Case]:
        """Every step, ended before it, after it, and by a power failure."""
        for at, point in enumerate(self.points):
            for kind in point.crashes():
                yield Case(at, point, kind)

    def errors(self) -> Iterator[Case]:
        """Every step, refused by the disk once."""
        for at, point in enumerate(self.points):
            for kind in point.errors():
                yield Case(at, point, kind)

    def commits(self, kinds: Sequence[Kind]) -> Iterator[Case]:
        """Every commit of the catalogue, in each of these ways."""
        for at, point in enumerate(self.points):
            if point.step in COMMITS:
                for kind in kinds:
                    yield Case(at, point, kind)

    def sticky(self) -> Iterator[Case]:
        """Every step and all after it, refused by the disk until it is mended."""
        for at, point in enumerate(self.points):
            for kind in STICKY:
                yield Case(at, point, kind)


def prepare(ground: Ground, operation: Operation, name: str | None = None) -> Prepared:
    """Bring a copy of the city to where the operation begins, then run it whole, twice, in a process of its own."""
    folder = ground.folder.parent / f"before-{name or operation.name}"
    with ground.copied(ground.folder) as copy:
        with ground.preparing(copy) as stage:
            steps = operation.prepare(stage)
        ground.keep(copy, folder)
    with ground.copied(folder) as copy:
        unbroken = in_child(lambda say: run_whole(ground, operation, copy, steps, say)).require(0)
        # Opened here once, so that the processes forked from now on need not.
        with ground.looking_at(copy) as view:
            ground.checker.plaintexts(view)
    points = [Point(*one) for one in unbroken.all("point")]
    assert points, "an operation without a step promises nothing"
    (expected,) = unbroken.all("summary")
    return Prepared(ground, operation, folder, steps, points, expected)


def run_whole(ground: Ground, operation: Operation, folder: Path, steps: list[Step], say: Say) -> None:
    injector = Injector(folder / "data" / "catalogue.sqlite-wal")
    with ground.stage(folder, injector, DURING) as stage:
        for step in steps:
            assert answer(step.do(stage), step.statuses), step.name
        points = list(injector.points)
        finish(ground, stage, steps, say)
        expect_clean(operation, check_city(stage.demo.settings))
    for point in points:
        say("point", point)


def finish(ground: Ground, stage: Stage, steps: list[Step], say: Say) -> None:
    """Let the city come to rest, do the operation once more, and check; what is left is said."""
    stage.settle()
    for step in steps:
        assert answer(step.do(stage), step.statuses), step.name
    stage.settle()
    stage.demo.assembled.stores.sweep(EVERYTHING)
    with ground.looking_at(stage.demo.settings.data.parent) as view:
        ground.checker.check(view)
        for step in steps:
            assert step.holds(view), f"{step.name} was answered and does not hold"
        say("summary", ground.checker.summary(view))


def expect_clean(operation: Operation, report: Report) -> None:
    """`fsck` finds nothing; where it repaired, nothing but a pack whose upload was never finished."""
    found = [one for one in report.findings if one.code not in operation.known]
    harm = [f"{one.code} at {one.where}" for one in found if not (one.code == "pack-orphan" and one.is_mended)]
    assert not harm, harm


def crash(prepared: Prepared, case: Case) -> None:
    """End the process at one point; recover in another one; check; repeat; check."""
    with prepared.ground.copied(prepared.folder) as folder:
        broken = in_child(lambda say: run_broken(prepared, case, folder, say)).require(CRASHED)
        answered = set(broken.all("answered"))
        recovered = in_child(lambda say: recover(prepared, folder, answered, say)).require(0)
        expect(prepared, recovered.all("summary"))


def run_broken(prepared: Prepared, case: Case, folder: Path, say: Say) -> None:
    injector = Injector(folder / "data" / "catalogue.sqlite-wal", case.at, case.kind)
    with prepared.ground.stage(folder, injector, DURING) as stage:
        for step in prepared.steps:
            assert answer(step.do(stage), step.statuses), step.name
            say("answered", step.name)
    raise AssertionError(f"not reached: {case}")


def recover(prepared: Prepared, folder: Path, answered: set[str], say: Say) -> None:
    """A new process on the bytes left on disk: nothing is missing, and what is left over is swept or mended by `fsck`."""
    settings = prepared.ground.settings(folder)
    with prepared.ground.stage(folder, address=DURING) as stage:
        stage.settle()
        stage.demo.assembled.stores.sweep(EVERYTHING)
        with prepared.ground.looking_at(folder) as view:
            prepared.ground.checker.check(view)
            for step in prepared.steps:
                assert step.name not in answered or step.holds(view), f"{step.name} was answered and is lost"
        assert differing_from_raw(settings) == []
        expect_clean(prepared.operation, check_city(settings, repair=True))
        finish(prepared.ground, stage, prepared.steps, say)


def expect(prepared: Prepared, summaries: list[Any]) -> None:
    """What is left in the end is what an unbroken run leaves: nothing is missing, nothing is there twice."""
    (summary,) = summaries
    differing = {name: (summary[name], prepared.expected[name]) for name in summary if summary[name] != prepared.expected[name]}
    assert not differing


def end_or_fail(prepared: Prepared, case: Case) -> None:
    """Break one commit as its kind says."""
    (crash if case.kind in CRASHES else fail)(prepared, case)


def fail(prepared: Prepared, case: Case) -> None:
    """The disk refuses one step; the caller hears of it; the disk works again; the same process repeats the operation."""
    with prepared.ground.copied(prepared.folder) as folder:
        ended = in_child(lambda say: run_refused(prepared, case, folder, say)).require(0)
        expect(prepared, ended.all("summary"))


def run_refused(prepared: Prepared, case: Case, folder: Path, say: Say) -> None:
    injector = Injector(folder / "data" / "catalogue.sqlite-wal", case.at, case.kind)
    with prepared.ground.stage(folder, injector, DURING) as stage:
        answered = 0
        for step in prepared.steps:
            try:
                if not answer(step.do(stage), step.statuses):
                    break
            except StoreError:
                break
            answered += 1
        assert len(injector.points) > case.at, f"not reached: {case}"
        with prepared.ground.looking_at(folder) as view:
            for step in prepared.steps[:answered]:
                assert step.holds(view), f"{step.name} was answered and is lost"
        injector.heal()
        for step in prepared.steps:
            assert answer(step.do(stage), step.statuses), step.name
        finish(prepared.ground, stage, prepared.steps, say)
        expect_clean(prepared.operation, check_city(stage.demo.settings))
