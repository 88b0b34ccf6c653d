"""From ready events to the published log: number, publish, mark, show (docs/spec/catalogue.md, docs/spec/log.md).

Four steps, each durable before the next: (1) one transaction gives the next ready events their log index and the value
of their box's chain; (2) what the catalogue alone has of them goes to the ledger (docs/spec/ledger.md); (3) the sequencer
publishes their entries; (4) one transaction marks them logged and makes deliveries visible whose last event it was. After a
crash step 1 is not done again for them: the same entries go to the same places.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voute.app.errors import LogAheadError
from voute.app.ledger import Ledger
from voute.app.notices import tell_of_delivery
from voute.app.ports import NoticeKit, PushKit
from voute.app.push import tell_devices_of_delivery
from voute.app.secret import fresh
from voute.core.ids import Hash
from voute.core.ports_store import Catalogue, Transaction
from voute.core.rows import ChainRow, EventRow, LogStateRow, NumberedEvent
from voute.format.event import NO_CHAIN, blind, chain_link
from voute.format.release import TYPE as RELEASE
from voute.tlog.sequencer import Published, Sequencer

BATCH: Final = 4_096
"""Events in one batch: two transactions and one checkpoint for them; about a fifth of a second of work."""


@dataclass(frozen=True, slots=True)
class Step:
    """How many events came into the log, and its head."""

    events: int
    published: Published


@dataclass(frozen=True, slots=True)
class Sequencing:
    """The city's one writer of its log; an election makes sure of "one", the log's lock makes a second one harmless."""

    catalogue: Catalogue
    sequencer: Sequencer
    ledger: Ledger
    now: Callable[[], int]
    notices: NoticeKit | None = None
    push: PushKit | None = None

    def step(self) -> Step:
        """Bring up to `BATCH` events into the log; repeat until there were none. `publish` shows what came in.

        Raises:
            LogAheadError: the log holds entries that this catalogue never numbered.
            VouteError: a store or the log failed; what was published stays, the next call goes on.
        """
        published = self.sequencer.recover()
        waiting = self._numbered(published.head.size)
        begun: Mapping[int, bytes] | None = None
        if not waiting:
            waiting, begun = self._number(published.head.size)
        if waiting:
            self.ledger.keep(waiting, begun)
            published = self.sequencer.sequence([_entry(row) for row in waiting], published.head.size)
        return Step(len(waiting), published)

    def _numbered(self, size: int) -> tuple[EventRow, ...]:
        """Return events that were numbered but not published; refuse a catalogue older than its log."""
        with self.catalogue.read() as tx:
            ahead = tx.events.next_index()
            if ahead < size:
                raise LogAheadError(size=size, known=ahead)
            return tx.events.numbered(size, BATCH)

    def _number(self, size: int) -> tuple[tuple[EventRow, ...], Mapping[int, bytes]]:
        """Number the next events; gives them, and the salts of the chains that begin with them, by event."""
        with self.catalogue.read() as tx:
            if not tx.events.pending(1):
                return (), {}
        with self.catalogue.write() as tx:
            tx.events.hold_log()
            if tx.events.next_index() != size:
                # Another process, which thinks that it is elected, was faster: the next step takes what it numbered.
                return (), {}
            rows = tx.events.pending(BATCH)
            links, begun = _extend_chains(tx, rows)
            places = [NumberedEvent(row.event_id, link, size + n) for n, (row, link) in enumerate(zip(rows, links, strict=True))]
            tx.events.number(places)
        # The last two fields of a row, as `_replace` would set them in three times the time.
        numbered = [EventRow._make((*row[:-2], place.chain, place.log_index)) for row, place in zip(rows, places, strict=True)]
        return tuple(numbered), begun

    def catch_up(self) -> int:
        """Write the pages of the ledger that a log from before it lacks; returns how many. Once, when a writer begins.

        Raises:
            StoreError: a store failed; done again, it goes on.
        """
        return self.ledger.catch_up(self.sequencer.recover().head.size)

    def publish(self, published: Published) -> None:
        """Mark, show, and keep the checkpoint for readers; also when only its cosignatures are new."""
        head, text = published.head, published.checkpoint.encode().decode("utf-8")
        with self.catalogue.read() as tx:
            state = tx.log_states.get()
            if state is not None and state.checkpoint == text and not tx.deliveries.committed():
                return
        now = self.now()
        with self.catalogue.write() as tx:
            tx.events.hold_log()
            tx.events.set_logged(head.size)
            tx.log_states.put(LogStateRow(head.size, Hash(head.root), text, now))
            for delivery in tx.deliveries.committed():
                if tx.deliveries.publish(delivery.delivery_id, now):
                    tell_of_delivery(tx, self.notices, delivery, now)
                    tell_devices_of_delivery(tx, self.push, delivery, now)


def _entry(row: EventRow) -> bytes:
    """Make the log entry of an event: its blinded hash, or for a release, which is everybody's, its bytes."""
    return row.data if row.type == RELEASE else blind(row.salt, row.chain or NO_CHAIN, row.data)


def _extend_chains(tx: Transaction, rows: Sequence[EventRow]) -> tuple[list[Hash], dict[int, bytes]]:
    """Extend the chain of each event's box, in order; gives the links, and the salts of chains that begin, by event."""
    boxes = sorted({row.box_id for row in rows if row.box_id is not None})
    chains = dict(tx.chains.get_many(boxes))
    links: list[Hash] = []
    begun: dict[int, bytes] = {}
    for row in rows:
        box = row.box_id
        if box is None:
            links.append(NO_CHAIN)
            continue
        chain = chains.get(box)
        if chain is None:
            begun[row.event_id] = salt = fresh()
            number, head = 1, NO_CHAIN
        else:
            _, salt, last, head = chain
            number = last + 1
        link = chain_link(salt, number, head)
        chains[box] = ChainRow(box, salt, number, link)
        links.append(link)
    tx.chains.put_all([chains[box] for box in boxes])
    return links, begun
