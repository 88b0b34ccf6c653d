"""How many events a second come into the log: a committed delivery of a catalogue, numbered, kept, published, shown.

The rows are those that drafts leave, half of them of boxes that have had documents before; the steps are the sequencer's own,
in one process, with nobody reading beside it. Its bar is 20,000 events a second.
"""

import gc
import os
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.city import ISSUER, found_city
from bench.report import spread
from bench.workplace import WORK
from voute.app.sequence import Sequencing
from voute.core.ids import HASH_SIZE, ID_SIZE, DeliveryId, DocumentId, Hash, Slug
from voute.core.rows import BoxKind, DeliveryRow, DeliveryState, DocumentRow, NewEvent, PackRow
from voute.core.values import unix_time
from voute.format.event import Event
from voute.format.subject import Deliver, issuer_actor
from voute.server.composition import assemble, log_parts, sequencing

EVENTS: Final = 20_000
"""Events of a delivery: five batches."""

WANTED_PER_S: Final = 20_000

_PACK_DOCUMENTS: Final = 160
_BODY: Final = 100_000
_HEADER: Final = bytes(1_900)
_CARD: Final = bytes(1_500)
"""As long as those of a bill."""


@dataclass(frozen=True, slots=True)
class Sequenced:
    """What it took to bring the events of one delivery into the log, in seconds."""

    events: int
    seconds: float
    cpu_s: float


def measure_sequencing(events: int = EVENTS, runs: int = 3) -> list[Sequenced]:
    """Found a city, and bring so many deliveries, one after the other, into its log."""
    folder = WORK / "sequencing"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return _measure(folder, events, runs)


def _measure(folder: Path, events: int, runs: int) -> list[Sequenced]:
    founded = found_city(folder)
    assembled = assemble(founded.settings)
    steps = sequencing(assembled.city, log_parts(founded.settings, assembled.stores))
    # As a serving process does once it has loaded all it needs.
    gc.freeze()
    known = boxes_of(events // 2)
    bring(assembled.city.slug, steps, known)
    done = []
    for _ in range(runs):
        boxes = [box for one in known for box in (one, os.urandom(HASH_SIZE))]
        done.append(bring(assembled.city.slug, steps, boxes))
    return done


def bring(city: Slug, steps: Sequencing, boxes: Sequence[bytes]) -> Sequenced:
    """Commit a delivery to these boxes and time how it comes into the log."""
    commit(city, steps, boxes)
    cpu, start = time.process_time(), time.perf_counter()
    while (step := steps.step()).events:
        steps.publish(step.published)
    return Sequenced(len(boxes), time.perf_counter() - start, time.process_time() - cpu)


def boxes_of(events: int) -> list[bytes]:
    """Draw new boxes for so many events."""
    return [os.urandom(HASH_SIZE) for _ in range(events)]


def commit(city: Slug, steps: Sequencing, boxes: Sequence[bytes]) -> None:
    """Draft and commit a delivery of one document to each of these boxes."""
    delivery, now = DeliveryId(os.urandom(ID_SIZE)), steps.now()
    with steps.catalogue.write() as tx:
        tx.deliveries.add(DeliveryRow(delivery, ISSUER, delivery.hex(), str(DeliveryState.DRAFT), 0, 0, now, None, None))
    for start in range(0, len(boxes), _PACK_DOCUMENTS):
        _draft(city, steps, delivery, boxes[start : start + _PACK_DOCUMENTS])
    with steps.catalogue.write() as tx:
        tx.deliveries.commit(delivery, len(boxes), len(boxes) * _BODY, now)


def _draft(city: Slug, steps: Sequencing, delivery: DeliveryId, boxes: Sequence[bytes]) -> None:
    """Keep the rows of one pack."""
    pack, statement = Hash(os.urandom(HASH_SIZE)), Hash(os.urandom(HASH_SIZE))
    time_of = unix_time(steps.now() // 1_000_000)
    subjects = [
        Deliver(delivery, DocumentId(os.urandom(ID_SIZE)), Hash(os.urandom(HASH_SIZE)), Hash(os.urandom(HASH_SIZE)))
        for _ in boxes
    ]
    events = [
        NewEvent(
            delivery,
            said.type,
            BoxKind.VAULT,
            box,
            os.urandom(HASH_SIZE),
            Event(city, time_of, issuer_actor(ISSUER), statement, said).encode(),
            None,
        )
        for box, said in zip(boxes, subjects, strict=True)
    ]
    with steps.catalogue.write() as tx:
        numbers = tx.events.add_all(events)
        tx.documents.add_all(
            [
                DocumentRow(
                    document_id=said.document_id,
                    position=None,
                    delivery_id=delivery,
                    issuer=ISSUER,
                    box_kind=BoxKind.VAULT,
                    box_id=box,
                    pack_hash=pack,
                    body_offset=place * _BODY,
                    body_length=_BODY,
                    sealed_hash=said.sealed_hash,
                    manifest_hash=said.manifest_hash,
                    header=_HEADER,
                    card=_CARD,
                    dedupe_id=Hash(os.urandom(HASH_SIZE)),
                    content_id=Hash(os.urandom(HASH_SIZE)),
                    event_id=number,
                    opened_at=None,
                )
                for place, (box, said, number) in enumerate(zip(boxes, subjects, numbers, strict=True))
            ]
        )
        tx.packs.put(PackRow(delivery, pack, len(boxes) * _BODY, statement, len(boxes), steps.now()))


def sequencing_figures(runs: Sequence[Sequenced]) -> dict[str, Any]:
    """Put a measurement into the figures that are kept."""
    return {
        "events": runs[0].events,
        "runs": len(runs),
        "events_per_s": spread([run.events / run.seconds for run in runs]),
        "events_per_s_wanted": WANTED_PER_S,
        "cpu_us_per_event": spread([run.cpu_s / run.events * 1e6 for run in runs]),
        "events_per_s_of_one_core": round(1 / statistics.median(run.cpu_s / run.events for run in runs)),
    }
