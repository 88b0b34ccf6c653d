"""Events come into the log in order, once, whatever breaks in between."""

import os

import pytest

from tests.support.city import CITY, LOG_ORIGIN, DemoCity
from voute.app import sequence
from voute.app.errors import LogAheadError
from voute.app.statements import draft_event
from voute.core.errors import StoreError
from voute.core.ids import Hash, LookupId, VaultId
from voute.core.rows import BoxKind, EventRow, EventState, NewEvent
from voute.core.values import unix_time
from voute.format.event import Event, blind
from voute.format.subject import Revoked, issuer_actor
from voute.tlog.reader import TileTree

BOXES = (VaultId(b"a" * 32), VaultId(b"b" * 32))


def make_event(box: VaultId) -> NewEvent:
    subject = Revoked(LookupId(os.urandom(32)))
    event = Event(CITY, unix_time(1_790_000_000), issuer_actor(CITY), Hash(bytes(32)), subject)
    return draft_event(event, BoxKind.VAULT, box, act=None)


def add(demo: DemoCity, many: int) -> list[int]:
    with demo.city.catalogue.write() as tx:
        return list(tx.events.add_all([make_event(BOXES[n % 2]) for n in range(many)]))


def logged(demo: DemoCity) -> list[EventRow]:
    with demo.city.catalogue.read() as tx:
        return list(tx.events.numbered(0, 10_000))


def check_log(demo: DemoCity, many: int) -> None:
    """The log holds exactly the catalogue's events, each once, in the order of their ids, with unbroken chains."""
    rows = logged(demo)
    assert [row.log_index for row in rows] == list(range(many))
    assert {row.state for row in rows} == {EventState.LOGGED}
    with demo.city.catalogue.read() as tx:
        state = tx.log_states.get()
        chains = tx.chains.get_many(BOXES)
    assert state is not None
    assert state.size == many
    tree = TileTree(state.size, state.root, demo.city.tiles.get)
    assert list(tree.entries(0, many)) == [blind(row.salt, row.chain or b"", row.data) for row in rows]
    assert sum(chain.n for chain in chains.values()) == many


def test_sequence_takes_events_in_order_of_their_ids(demo: DemoCity) -> None:
    ids = add(demo, 7)
    demo.settle()
    assert [row.event_id for row in logged(demo)] == ids
    check_log(demo, 7)


def test_sequence_of_nothing_publishes_nothing_new(demo: DemoCity) -> None:
    demo.settle()
    before = demo.city.tiles.get("checkpoint")
    demo.settle()
    assert demo.city.tiles.get("checkpoint") == before


def test_sequence_takes_more_than_a_batch(demo: DemoCity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "BATCH", 5)
    add(demo, 12)
    demo.settle()
    check_log(demo, 12)


class BrokenError(StoreError):
    """The test broke a store."""


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
@pytest.mark.parametrize("part", ["sequence", "publish"])
def test_sequence_goes_on_after_a_failure_without_a_gap_or_a_double(
    demo: DemoCity, monkeypatch: pytest.MonkeyPatch, part: str, *, kept: bool
) -> None:
    add(demo, 3)
    broken = demo.parts.sequencer if part == "sequence" else demo.sequencing
    real = getattr(type(broken), part)

    def failing(*args: object) -> object:
        if kept:
            real(*args)
        raise BrokenError

    with monkeypatch.context() as patch:
        patch.setattr(type(broken), part, failing)
        with pytest.raises(BrokenError):
            demo.settle()
    add(demo, 4)
    again = demo.restart()
    again.settle()
    check_log(again, 7)
    again.close()


def test_sequence_refuses_a_catalogue_older_than_its_log(demo: DemoCity) -> None:
    add(demo, 2)
    database = demo.settings.data / "catalogue.sqlite"
    demo.assembled.stores.catalogue.close()
    old = database.read_bytes()
    demo.settle()
    demo.assembled.stores.catalogue.close()
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    database.write_bytes(old)
    with pytest.raises(LogAheadError) as caught:
        demo.sequencing.step()
    assert caught.value.facts == {"size": 2, "known": 0}
    assert LOG_ORIGIN
