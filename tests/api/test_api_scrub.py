"""The walk through all bytes: each damage is named where it is; stopped in the middle it goes on; one of many walks."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from tests.support.city import DemoCity
from tests.support.failures import Failures
from tests.support.issuer import Department
from tests.support.waiting import wait_for
from voute.app.scrub import Damage, Scrubbing, Walk, read_walk
from voute.messages import messages
from voute.server.jobs import scrub as job
from voute.server.jobs.election import FileElection
from voute.server.jobs.scrub import DAY, ScrubThread

PACKS = 3


@dataclass
class Walker:
    """A walk that says what it found, and how much it read."""

    demo: DemoCity
    told: list[Damage] = field(default_factory=list)
    read: int = 0
    most: int | None = None

    def pace(self, many: int) -> None:
        self.read += many
        if self.most is not None and self.read > self.most:
            raise KeyboardInterrupt

    def walk(self) -> Walk:
        """Walk to the end."""
        scrubbing = Scrubbing(self.demo.city, 30 * DAY, self.pace, self.told.append)
        while scrubbing.step():
            pass
        return self.state()

    def step(self) -> bool:
        return Scrubbing(self.demo.city, 30 * DAY, self.pace, self.told.append).step()

    def state(self) -> Walk:
        with self.demo.city.catalogue.read() as tx:
            return read_walk(tx)

    def found(self) -> set[tuple[str, str]]:
        return {(one.code, one.where) for one in self.walk().damage}


@pytest.fixture
def walker(demo: DemoCity, client: httpx.Client, issuer: Department) -> Walker:
    """A city with a few packs, larger than a chunk that is read at once."""
    _, keys, _ = issuer.code("roll-1")
    for number in range(PACKS):
        bills = [issuer.bill_for_code(keys, f"bill-{number}-{one}", os.urandom(300_000)) for one in range(2)]
        issuer.deliver(client, bills, run=f"run-{number}")
    demo.settle()
    return Walker(demo)


def files(walker: Walker, suffix: str) -> list[Path]:
    return sorted((walker.demo.settings.data / "packs").rglob(f"*.{suffix}"))


def flip(at: int) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)

    return damage


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def test_api_scrub_of_a_whole_city_reads_everything_and_finds_nothing(walker: Walker) -> None:
    walk = walker.walk()
    assert (walk.damage, walker.told) == ((), [])
    assert walk.begun_at is None
    assert walk.ended_at is not None
    stored = sum(path.stat().st_size for path in files(walker, "pack"))
    assert walk.last_size >= stored
    assert not walker.step(), "the next one is not due"
    walker.demo.clock.advance(30 * 86_400)
    assert walker.step()


@pytest.mark.parametrize(
    ("suffix", "damage", "code"),
    [
        ("pack", flip(150_000), "body-differs"),
        ("pack", flip(450_000), "body-differs"),
        ("pack", flip(-70), "pack-damaged"),
        ("pack", flip(-1), "pack-damaged"),
        ("pack", cut, "pack-damaged"),
        ("pack", Path.unlink, "pack-missing"),
        ("side", flip(100), "sidecar-damaged"),
        ("side", cut, "sidecar-damaged"),
        ("side", Path.unlink, "sidecar-missing"),
    ],
)
@pytest.mark.parametrize("which", [0, PACKS - 1])
def test_api_scrub_names_what_is_damaged_and_touches_nothing(
    walker: Walker, suffix: str, damage: Callable[[Path], None], code: str, which: int
) -> None:
    path = files(walker, suffix)[which]
    whole = path.read_bytes()
    damage(path)
    before = {one: one.read_bytes() for one in (*files(walker, "pack"), *files(walker, "side"))}
    name = f"packs/{path.stem}"
    assert walker.found() == {(code, name)}
    assert [(one.code, one.where) for one in walker.told] == [(code, name)]
    assert {one: one.read_bytes() for one in before} == before
    for language in ("fr", "en"):
        assert messages(language).text(f"find-{code}", {"where": name, "documents": 1, "detail": ""})
    # Told once, also by the next walk; forgotten when it was restored, without waiting for that.
    walker.demo.clock.advance(31 * 86_400)
    assert walker.found() == {(code, name)}
    assert len(walker.told) == 1
    path.write_bytes(whole)
    Scrubbing(walker.demo.city, 30 * DAY, walker.pace, walker.told.append).look_again()
    assert walker.state().damage == ()


@pytest.mark.parametrize(
    ("name", "damage", "code"),
    [
        ("tile/0/000.p/*", flip(5), "tile-damaged"),
        ("tile/entries/000.p/*", flip(9), "tile-damaged"),
        ("tile/entries/000.p/*", Path.unlink, "tile-missing"),
        ("checkpoint", Path.unlink, "tile-missing"),
    ],
)
def test_api_scrub_reads_the_log_up_to_its_root(walker: Walker, name: str, damage: Callable[[Path], None], code: str) -> None:
    (path,) = walker.demo.settings.log_folder.glob(name)
    damage(path)
    assert walker.found() == {(code, "log/")}


def test_api_scrub_stopped_in_the_middle_goes_on_where_it_was(walker: Walker) -> None:
    flip(150_000)(files(walker, "pack")[0])
    assert walker.step()
    assert [one.code for one in walker.told] == ["body-differs"]
    # A stop in the middle of the second pack: it is read again, the first is not.
    stopped = Walker(walker.demo, most=400_000)
    with pytest.raises(KeyboardInterrupt):
        stopped.walk()
    assert walker.state().pack.hex() == files(walker, "pack")[0].stem
    again = replace(walker, demo=walker.demo.restart(), told=[], read=0)
    walk = again.walk()
    rest = sum(path.stat().st_size for path in files(walker, "pack")[1:])
    assert rest <= again.read < rest + 200_000
    assert [one.code for one in walk.damage] == ["body-differs"]
    assert again.told == []


def test_api_scrub_begins_again_where_its_note_cannot_be_read(walker: Walker) -> None:
    walker.step()
    with walker.demo.city.catalogue.write() as tx:
        row = tx.marks.get("scrub")
        assert row is not None
        tx.marks.put(row._replace(data=b"[1,2"))
    assert walker.walk().last_size >= sum(path.stat().st_size for path in files(walker, "pack"))


def test_api_scrub_a_store_that_does_not_answer_is_no_damage(walker: Walker) -> None:
    packs = walker.demo.settings.data / "packs"
    packs.rename(packs.with_name("away"))
    packs.write_text("no folder")
    with pytest.raises(Exception, match="Not a directory"):
        walker.walk()
    assert walker.state() == Walk()


def test_api_scrub_one_of_several_processes_walks_and_another_takes_over(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "LOOK", 0.01)
    settings, city = walker.demo.settings, walker.demo.city
    with FileElection(settings.locks_folder) as other:
        assert other.is_elected()
        with FileElection(settings.locks_folder) as own:
            assert not own.is_elected()
            waiting = ScrubThread(settings, city, own)
            waiting.start()
            elected = ScrubThread(replace(settings, scrub_megabytes=1_000), city, other)
            elected.start()
            wait_for(lambda: walker.state().ended_at is not None)
            elected.stop()
            first = walker.state()
            waiting.stop()
    assert first.damage == ()
    assert walker.state() == first


def test_api_scrub_thread_stops_in_the_middle_of_a_pack(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "LOOK", 0.01)
    with FileElection(walker.demo.settings.locks_folder) as election:
        assert election.is_elected()
        failures = Failures()
        thread = ScrubThread(replace(walker.demo.settings, scrub_megabytes=1), walker.demo.city, election, failures)
        thread.start()
        wait_for(lambda: walker.state().pack != b"")
        thread.stop()
    # What it had noted stays, and stopping is no failure.
    assert walker.state().pack != b""
    assert failures.failed == []


def test_api_scrub_thread_rests_after_a_store_that_did_not_answer(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "LOOK", 0.01)
    packs = walker.demo.settings.data / "packs"
    packs.rename(packs.with_name("away"))
    packs.write_text("no folder")
    with FileElection(walker.demo.settings.locks_folder) as election:
        assert election.is_elected()
        failures = Failures()
        thread = ScrubThread(walker.demo.settings, walker.demo.city, election, failures)
        thread.start()
        wait_for(lambda: failures.failed != [])
        time.sleep(0.3)
        thread.stop()
    assert failures.failed == ["scrub"]
