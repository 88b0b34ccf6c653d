"""The department's own disk breaks at every step of a delivery: power cut, kill, no room, broken; each document once."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.crash_office import BROKEN, FULL, REFUSED, CrashOffice, office_of
from tests.support.crash_points import Points
from tests.support.proxy import Cut, Exchange

AFTER_PACK = "fsync sealed"
"""The step after which the last pack is sealed and not sent: what is resumed there has one pack of each kind."""

OUTCOMES = {"power": "lost", "kill": "kept"}
BOTH: dict[int, tuple[str, ...]] = {0: ("power", "kill")}
ONE_OF_BOTH: dict[int, tuple[str, ...]] = {0: ("power",), 1: ("kill",)}
"""What to try at a step, by its ordinal's remainder: the short run takes turns."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashOffice]:
    with office_of(tmp_path_factory) as office:
        yield office


@pytest.fixture(scope="module")
def steps(office: CrashOffice) -> list[str]:
    """The steps of one whole delivery."""
    office.broken("whole", {"how": "count"}).ended(0)
    office.check_receipts("whole")
    assert {"fsync journal", "fsync sealed", "rename registry", "rename receipts"} <= set(office.forks.steps)
    return office.forks.steps


def all_refusals(at: int) -> list[dict[str, Any]]:
    """What a disk may answer at a step."""
    kinds = [{"error": error, "sticky": sticky, "kept": False} for error in (FULL, BROKEN) for sticky in (False, True)]
    kinds.append({"error": BROKEN, "sticky": False, "kept": True})
    return [{"how": "refuse", "at": at, **kind} for kind in kinds]


@pytest.mark.parametrize(("how", "outcome"), [pytest.param("power", "lost", marks=pytest.mark.long), ("kill", "kept")])
def test_fault_client_killed_at_every_step_of_its_disk_then_each_document_once(
    office: CrashOffice, steps: list[str], points: Points, how: str, outcome: str
) -> None:
    for at, step in enumerate(steps):
        run = f"{how}-{at}"
        assert office.broken(run, {"how": how, "at": at}).code == -signal.SIGKILL
        office.recover(run)
        points.add("deliver", step, at, outcome)
    office.check_all()


def name_of(disk: dict[str, Any]) -> str:
    error = {FULL: "no room", BROKEN: "broken"}[disk["error"]]
    return f"{error}, {'sticky' if disk['sticky'] else 'once'}{', but done' if disk['kept'] else ''}"


def refuse(office: CrashOffice, points: Points, step: str, number: int, disk: dict[str, Any]) -> None:
    """A disk that refuses one step: words and an exit code, and nothing is lost."""
    at = disk["at"]
    run = f"refuse-{at}-{number}"
    ran = office.broken(run, disk).ended(1)
    assert ran.json["error"] == REFUSED, (step, disk, ran)
    assert "Vérifiez le dossier" in ran.err
    office.recover(run)
    points.add("deliver", step, at, name_of(disk))


def test_fault_client_disk_full_or_broken_at_every_kind_of_step_is_said_and_nothing_is_lost(
    office: CrashOffice, steps: list[str], points: Points
) -> None:
    for number, step in enumerate(dict.fromkeys(steps)):
        kinds = all_refusals(steps.index(step))
        refuse(office, points, step, number, kinds[number % len(kinds)])
    office.check_all()


@pytest.mark.long
def test_fault_client_disk_full_or_broken_in_every_way_at_every_step(
    office: CrashOffice, steps: list[str], points: Points
) -> None:
    for at, step in enumerate(steps):
        for number, disk in enumerate(all_refusals(at)):
            refuse(office, points, step, number + len(steps), disk)
    office.check_all()


def stopped(office: CrashOffice, steps: list[str], run: str) -> None:
    """A run that was killed when one pack was acknowledged and the other sealed, but not sent."""
    at = len(steps) - 1 - steps[::-1].index(AFTER_PACK)
    assert office.broken(run, {"how": "kill", "at": at}).code == -signal.SIGKILL


def broken_resumes(office: CrashOffice, steps: list[str], points: Points, hows: dict[int, tuple[str, ...]]) -> None:
    stopped(office, steps, f"count-{len(office.runs)}")
    office.broken_resume(office.runs[-1], {"how": "count"}).ended(0)
    office.check_receipts(office.runs[-1])
    for at, step in enumerate(office.forks.steps):
        for how in hows[at % len(hows)]:
            run = f"resume-{how}-{at}-{len(office.runs)}"
            stopped(office, steps, run)
            assert office.broken_resume(run, {"how": how, "at": at}).code == -signal.SIGKILL
            office.recover(run)
            points.add("resume", step, at, OUTCOMES[how])
    office.check_all()


def test_fault_client_killed_while_resuming_then_each_document_once(
    office: CrashOffice, steps: list[str], points: Points
) -> None:
    broken_resumes(office, steps, points, ONE_OF_BOTH)


@pytest.mark.long
def test_fault_client_killed_in_both_ways_while_resuming(office: CrashOffice, steps: list[str], points: Points) -> None:
    broken_resumes(office, steps, points, BOTH)


def broken_pins(office: CrashOffice, points: Points, hows: dict[int, tuple[str, ...]]) -> None:
    first = f"pins-{len(office.runs)}"
    office.claimed(first)
    office.broken_again(first, {"how": "count"}).ended(0)
    steps = office.forks.steps
    # Between these the registry is written, of which every step is tried at other places.
    written, dropped = steps.index("rename outbox"), steps.index("unlink outbox")
    for at in (*range(steps.index("create outbox"), written + 3), *range(dropped - 1, dropped + 2)):
        for how in hows[at % len(hows)]:
            run = f"pins-{how}-{len(office.runs)}"
            office.claimed(run)
            assert office.broken_again(run, {"how": how, "at": at}).code == -signal.SIGKILL
            office.recover(f"{run}+")
            points.add("pin", steps[at], at, OUTCOMES[how])
    office.check_all()
    office.check_bound()


def test_fault_client_broken_while_it_pins_a_vault_still_tells_the_city(office: CrashOffice, points: Points) -> None:
    broken_pins(office, points, ONE_OF_BOTH)


@pytest.mark.long
def test_fault_client_broken_in_both_ways_while_it_pins_a_vault(office: CrashOffice, points: Points) -> None:
    broken_pins(office, points, BOTH)


def lost_pack(exchange: Exchange) -> None:
    if exchange.method == "PUT" and not exchange.path.endswith("/draft"):
        raise Cut


@pytest.mark.parametrize(("how", "outcome"), [("power", "lost"), ("kill", "kept"), ("refuse", "no room")])
def test_fault_client_disk_breaks_while_it_keeps_what_the_network_lost(
    office: CrashOffice, steps: list[str], points: Points, how: str, outcome: str
) -> None:
    kept = steps.index("fsync sealed") + 1
    for at, step in enumerate(("create pack", "write pack"), kept):
        run = f"lost-{how}-{at}"
        disk = {"how": how, "at": at} | ({"error": FULL} if how == "refuse" else {})
        with office.city.proxy.hooks(before=lost_pack):
            ran = office.broken(run, disk)
        assert ran.code == (4 if how == "refuse" else -signal.SIGKILL)
        office.recover(run)
        points.add("deliver without network", step, at, outcome)
    office.check_all()


def test_fault_client_that_does_not_flush_its_spool_is_caught_by_a_power_cut(office: CrashOffice, steps: list[str]) -> None:
    run = "no-flush"
    at = steps.index("create receipts")
    ran = office.broken(run, {"how": "power", "at": at, "deaf": "fsync sealed"})
    assert ran.code == -signal.SIGKILL
    with pytest.raises(AssertionError):
        office.recover(run)
    # The documents are there and each once; only their receipts could not be made any more.
    assert office.resume(run).ended(1).json["error"] == "journal-damaged"
    office.check_all()
