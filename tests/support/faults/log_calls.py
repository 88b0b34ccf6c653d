"""What the log does by itself: batches of several sizes, and starting on what a crash left."""

import errno
import os
from pathlib import Path
from typing import Final

import pytest

from tests.support.faults.calls import drafted, prepare_opened
from tests.support.faults.stage import EVERYTHING, Stage, Step
from tests.support.faults.view import View
from voute.app.statements import draft_event
from voute.core.errors import StoreError
from voute.core.ids import Hash, LookupId
from voute.core.rows import BoxKind
from voute.core.values import unix_time
from voute.format.event import Event
from voute.format.subject import Revoked, issuer_actor
from voute.server.composition import assemble, log_parts, sequencing
from voute.tlog.tiles import TILE_WIDTH

MADE_UP: Final = frozenset({"event-act", "lookup-missing"})
"""What `fsck` says of the events of `add_events`."""


def settle(stage: Stage) -> None:
    stage.demo.settle()


def add_events(stage: Stage, many: int) -> None:
    """Events of codes that were never given out, as many as a test needs; `fsck` says so of each."""
    city, actor = stage.demo.city, issuer_actor(stage.issuer.name)
    with city.catalogue.write() as tx:
        for _ in range(many):
            box = LookupId(os.urandom(32))
            event = Event(city.slug, unix_time(1_790_000_000), actor, Hash(bytes(32)), Revoked(box))
            tx.events.add_all([draft_event(event, BoxKind.CLAIM, box, act=None)])


def visible(view: View) -> bool:
    return view.one("SELECT count(*) FROM events WHERE state <> 'logged'") == 0 and not view.rows(
        "SELECT 1 FROM deliveries WHERE state = 'committed'"
    )


def prepare_sequence(stage: Stage) -> list[Step]:
    """A committed delivery and an opening wait: a partial tile grows."""
    for step in (drafted(stage)[-1], *prepare_opened(stage)):
        step.do(stage)
    return [Step("settle", settle, visible)]


class StopAfterSwap:
    """A watch that lets nothing be done any more once a lock has its new value."""

    def __init__(self, locks: Path) -> None:
        self.locks = locks
        self.is_swapped = False

    def before(self, _step: str, *_paths: Path) -> None:
        if self.is_swapped:
            raise OSError(errno.EIO, "broken by the test")

    def after(self, step: str, *paths: Path) -> None:
        self.is_swapped |= step == "rename" and paths[-1].parent == self.locks


def prepare_recover(stage: Stage) -> list[Step]:
    """The lock promises a batch of which nothing else is done: what a process finds that starts after a crash there."""
    drafted(stage)[-1].do(stage)
    settings = stage.demo.settings
    watch = StopAfterSwap(settings.locks_folder)
    stopped = assemble(settings, stage.demo.clock, watch)
    with pytest.raises(StoreError):
        sequencing(stopped.city, log_parts(settings, stopped.stores)).step()
    stopped.stores.catalogue.close()
    stopped.stores.sweep(EVERYTHING)
    return [Step("settle", settle, visible)]


def prepare_sequence_over_a_tile(stage: Stage) -> list[Step]:
    """A batch that fills a tile and begins the next one: partial tiles go, a second level comes."""
    with stage.demo.city.catalogue.read() as tx:
        size = tx.events.next_index()
    add_events(stage, TILE_WIDTH - size - 3)
    stage.demo.settle()
    add_events(stage, 6)
    return [Step("settle", settle, visible)]
