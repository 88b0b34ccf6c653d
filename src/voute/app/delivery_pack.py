"""A pack's bytes come in: streamed, hashed on the way, durable before anything is said about them."""

from dataclasses import dataclass

from voute.app.city import City
from voute.app.delivery import own_delivery, own_draft
from voute.app.errors import DeliveryCommittedError, PackUnknownError
from voute.core.errors import LimitError
from voute.core.ids import DeliveryId, Hash, Slug
from voute.core.ports_store import BlobWriter
from voute.core.rows import DeliveryState, JobKind, PackRow
from voute.format.pack import MAX_PACK


@dataclass(frozen=True, slots=True)
class Incoming:
    """A pack to be written (`writer`), or one that is stored already (`stored` bytes; what comes is ignored)."""

    stored: int | None
    writer: BlobWriter | None


def begin_pack(city: City, issuer: Slug, delivery: DeliveryId, pack: Hash, length: int) -> Incoming:
    """Say whether the pack's bytes are wanted; `length` is what the sender announces.

    Raises:
        LimitError: longer than a pack may be.
        DeliveryUnknownError, DeliveryCommittedError: no draft of this issuer.
    """
    if length > MAX_PACK:
        raise LimitError("a pack is too long", maximum=MAX_PACK)
    with city.catalogue.read() as tx:
        row = own_delivery(tx, issuer, delivery)
        kept = tx.packs.get(delivery, pack)
    if kept is not None and city.blobs.size(pack) == kept.size:
        return Incoming(kept.size, None)
    if row.state != DeliveryState.DRAFT:
        raise DeliveryCommittedError
    return Incoming(None, city.blobs.writer(pack))


def keep_pack(city: City, issuer: Slug, delivery: DeliveryId, pack: Hash, size: int) -> None:
    """Note a pack whose bytes are durable.

    Raises:
        DeliveryUnknownError, DeliveryCommittedError: no draft of this issuer any more.
        PackUnknownError: another delivery was cancelled with the same pack just now: send it again.
    """
    with city.catalogue.write() as tx:
        own_draft(tx, issuer, delivery, lock=True)
        # It is wanted again: waits for whoever removes it just now, else keeps it from being removed.
        tx.jobs.done(JobKind.REMOVE_PACK, (pack,))
        if city.blobs.size(pack) != size:
            raise PackUnknownError
        if tx.packs.get(delivery, pack) is None:
            tx.packs.put(PackRow(delivery, pack, size, None, 0, city.now()))
