"""Rows with made-up but plausible values; a test names only the fields that it is about."""

import hashlib
from itertools import count

from voute.core.ids import DeliveryId, DocumentId, Hash, LookupId, Slug, VaultId
from voute.core.rows import DeliveryRow, DocumentRow, LookupRow, NewEvent, PackRow, VaultRow

FINANCES = Slug("finances")
_next = count(1)


def hash_of(words: str) -> Hash:
    return Hash(hashlib.sha256(words.encode()).digest())


def delivery_id(words: str) -> DeliveryId:
    return DeliveryId(hash_of(words)[:16])


def vault(words: str = "vault", v: int = 1) -> VaultRow:
    return VaultRow(VaultId(hash_of(words)), v, "person", "open", 1, hash_of("head 1"), 1, 5, hash_of("claim"))


def lookup(words: str, delivery: str = "delivery") -> LookupRow:
    return LookupRow(
        LookupId(hash_of(words)),
        FINANCES,
        hash_of(f"token {words}"),
        "waiting",
        None,
        None,
        None,
        None,
        None,
        None,
        delivery_id(delivery),
    )


def delivery(words: str = "delivery", run: str = "taxes") -> DeliveryRow:
    return DeliveryRow(delivery_id(words), FINANCES, run, "draft", 0, 0, 10, None, None)


def pack(words: str = "pack", delivery: str = "delivery") -> PackRow:
    return PackRow(delivery_id(delivery), hash_of(words), 1000, hash_of("statement"), 2, 11)


def event(delivery: str | None = "delivery", box: bytes | None = None) -> NewEvent:
    number = next(_next)
    own = None if delivery is None else delivery_id(delivery)
    kind = None if box is None else "vault"
    return NewEvent(own, "deliver", kind, box, hash_of(f"salt {number}"), f"event {number}".encode(), None)


def document(words: str, event_id: int, delivery: str = "delivery", box: bytes | None = None) -> DocumentRow:
    return DocumentRow(
        DocumentId(hash_of(words)[:16]),
        None,
        delivery_id(delivery),
        FINANCES,
        "vault",
        box or hash_of("vault"),
        hash_of("pack"),
        100,
        33,
        hash_of(f"sealed {words}"),
        hash_of(f"manifest {words}"),
        f"header {words}".encode(),
        f"card {words}".encode(),
        hash_of(f"dedupe {words}"),
        hash_of(f"content {words}"),
        event_id,
        None,
    )
