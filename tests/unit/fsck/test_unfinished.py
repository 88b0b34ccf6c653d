"""What a stop in the middle leaves for the server to finish is counted, not taken for damage; what it cannot finish is named."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pytest
from typing_extensions import override

from tests.support.asgi import Loop
from tests.support.city import FINANCES, Clock, DemoCity, open_demo_city
from tests.support.issuer import Department
from tests.support.kept_city import KeptCity
from voute.app.sequence import Sequencing
from voute.core.errors import StoreError
from voute.core.ids import Slug
from voute.format.dsse import parse
from voute.format.trust_root import parse_trust_root
from voute.fsck.findings import CannotCheckError
from voute.server.composition import now_seconds
from voute.server.keys import read_log_seeds
from voute.store.posix_log import PosixTiles
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.note import Note
from voute.tlog.sequencer import Sequencer
from voute.tlog.signer import MemorySigner


class Broken(PosixTiles):
    """Tiles of a disk that fails when a path of this beginning is to be written."""

    beginning = ""

    @override
    def put_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        if any(path.startswith(self.beginning) for path, _ in items):
            raise StoreError("the disk failed")
        super().put_all(items)

    @override
    def put_mutable(self, path: str, data: bytes) -> None:
        if path.startswith(self.beginning):
            raise StoreError("the disk failed")
        super().put_mutable(path, data)


@dataclass
class Stopped:
    """A city with a delivery that was committed, and a log's writer whose disk fails."""

    kept: KeptCity
    demo: DemoCity

    def stop_at(self, beginning: str) -> None:
        tiles = Broken(self.kept.settings.data / "log")
        tiles.beginning = beginning
        seeds = read_log_seeds(self.kept.settings.keys_folder)
        signer = MemorySigner(seeds.origin, seeds.ed25519, seeds.mldsa44)
        sequencer = Sequencer(tiles, self.demo.assembled.stores.locks, signer, signer.log, now_seconds)
        with suppress(StoreError):
            Sequencing(self.demo.city.catalogue, sequencer, self.demo.city.ledger, self.demo.city.now).step()


@pytest.fixture
def stopped(small: KeptCity) -> Iterator[Stopped]:
    loop = Loop()
    root = parse_trust_root(parse(small.settings.trust_root_file.read_bytes()).payload)
    demo = open_demo_city(small.settings, root, Clock(), loop)
    with demo.client() as client:
        issuer = Department(Slug("finances"), FINANCES)
        issuer.sign_in(client)
        bills = [issuer.bill_for_code(issuer.code(f"late-{n}")[1], f"late-{n}") for n in range(3)]
        issuer.deliver(client, bills, run="late")
    yield Stopped(small, demo)
    demo.close()
    loop.close()


BEFORE = {"drafts": 1, "destroying": 1}


def test_unfinished_delivery_waits_for_the_log(stopped: Stopped) -> None:
    report = stopped.kept.fsck()
    assert report.findings == []
    assert report.pending == {**BEFORE, "committed": 1}


@pytest.mark.parametrize(
    ("beginning", "pending"),
    [
        ("staging/", {"committed": 1, "numbered": 3}),
        ("tile/", {"committed": 1, "numbered": 3, "sequencing": 1, "staged": 1}),
        ("checkpoint", {"committed": 1, "numbered": 3, "sequencing": 1, "staged": 1}),
        ("nothing", {"committed": 1, "publishing": 1, "witnesses": 1}),
    ],
)
def test_unfinished_batch_is_counted_and_then_finished(stopped: Stopped, beginning: str, pending: dict[str, int]) -> None:
    stopped.stop_at(beginning)
    report = stopped.kept.fsck()
    assert [one.key for one in report.findings] == []
    assert report.pending == {**BEFORE, **pending}
    assert stopped.kept.fsck(repair=True).findings == []
    stopped.demo.settle()
    report = stopped.kept.fsck()
    assert report.findings == []
    del report.pending["witnesses"]
    assert report.pending == BEFORE


def test_unfinished_batch_that_is_lost_is_named(stopped: Stopped) -> None:
    stopped.stop_at("checkpoint")
    (staged,) = (stopped.kept.settings.data / "log" / "staging").iterdir()
    whole = staged.read_bytes()
    for data in (b"", whole[:-1], whole[:-1] + b"x"):
        staged.write_bytes(data)
        assert [one.code for one in stopped.kept.fsck().findings] == ["lock-ahead"]
    staged.unlink()
    found = stopped.kept.fsck(repair=True).findings
    assert [(one.code, one.is_mended) for one in found if one.code != "log-stray"] == [("lock-ahead", False)]


def test_unfinished_numbers_that_leave_a_hole_are_named(stopped: Stopped) -> None:
    stopped.stop_at("staging/")
    with sqlite3.connect(stopped.kept.catalogue) as db:
        (last,) = db.execute("SELECT max(event_id) FROM events").fetchone()
        db.execute("UPDATE events SET log_index = log_index + 1 WHERE event_id = ?", (last,))
    assert [(one.code, one.where, one.facts["column"]) for one in stopped.kept.fsck().findings] == [
        ("event-column", f"events/{last}", "log_index")
    ]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("UPDATE log_state SET checkpoint = 'none'", ["checkpoint-missing", "log-state-differs"]),
        ("DELETE FROM log_state", ["checkpoint-missing", "log-state-missing"]),
    ],
)
def test_unfinished_checkpoint_without_any_copy_waits_for_the_server(stopped: Stopped, change: str, codes: list[str]) -> None:
    """The lock alone is left: the check goes by it, and the server signs again."""
    (stopped.kept.settings.data / "log" / "checkpoint").unlink()
    with sqlite3.connect(stopped.kept.catalogue) as db:
        db.execute(change)
    report = stopped.kept.fsck(repair=True)
    assert [one.code for one in report.findings] == codes
    assert not any(one.is_mended for one in report.findings)
    stopped.demo.settle()
    assert stopped.kept.fsck().findings == []


def test_unfinished_neither_checkpoint_nor_lock_is_nothing_to_compare_with(small: KeptCity) -> None:
    (small.settings.data / "log" / "checkpoint").unlink()
    next(small.settings.locks_folder.glob("log-*")).unlink()
    with pytest.raises(CannotCheckError):
        small.fsck()


def test_unfinished_an_older_log_than_the_catalogue_is_named(stopped: Stopped) -> None:
    """Log and lock were set back to a backup: what the catalogue knows as published is gone, and nothing is repaired."""
    kept = stopped.kept
    log, locks = kept.settings.data / "log", kept.settings.locks_folder
    old = {one: one.read_bytes() for folder in (log, locks) for one in folder.rglob("*") if one.is_file()}
    stopped.demo.settle()
    for one, data in old.items():
        one.write_bytes(data)
    found = kept.fsck(repair=True).findings
    assert {one.code for one in found} == {"event-beyond-log", "log-behind", "log-stray"}
    assert sum(one.code == "event-beyond-log" for one in found) == 3
    assert not any(one.is_mended for one in found)


def test_unfinished_a_lock_set_back_is_named(stopped: Stopped) -> None:
    (lock,) = stopped.kept.settings.locks_folder.glob("log-*")
    old = lock.read_bytes()
    stopped.demo.settle()
    lock.write_bytes(old)
    assert [one.code for one in stopped.kept.fsck().findings] == ["lock-behind"]


@pytest.mark.parametrize("keep", [lambda name: "witness" not in name, lambda name: "witness" in name], ids=["log", "witness"])
def test_unfinished_checkpoint_needs_the_logs_lines_not_the_witness(small: KeptCity, keep: Callable[[str], bool]) -> None:
    file = small.settings.data / "log" / "checkpoint"
    signed = SignedCheckpoint.parse(file.read_bytes())
    lines = tuple(line for line in signed.note.signatures if keep(line.name))
    file.write_bytes(Note(signed.note.text, lines).encode())
    report = small.fsck()
    if keep("witness"):
        assert [one.code for one in report.findings] == ["checkpoint-bad"]
    else:
        assert report.findings == []
        assert report.pending == {**BEFORE, "witnesses": 1, "publishing": 1}
