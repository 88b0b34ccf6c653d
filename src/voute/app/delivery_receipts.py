"""The receipts of a visible delivery as lines of JSON, made while they are read: never all in memory."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from voute.app.city import City
from voute.app.delivery import own_delivery
from voute.app.errors import NotYetLoggedError
from voute.app.proofs import Proofs, open_proofs
from voute.core.ids import DeliveryId, Slug
from voute.core.rows import DeliveryState, ReceiptRow
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import to_base64

PAGE: Final = 1_000
"""Rows fetched at a time: about 1 MB."""


def stream_receipts(city: City, issuer: Slug, delivery: DeliveryId) -> Iterator[bytes]:
    """Return the pieces of `receipts` (docs/spec/api.md): the checkpoint's line, then one line a document.

    The line of a destroyed document says that and no more.

    Raises, before the first piece:
        DeliveryUnknownError: not this issuer's.
        NotYetLoggedError: the delivery is not visible yet.
    """
    with city.catalogue.read() as tx:
        row = own_delivery(tx, issuer, delivery)
        if row.state != DeliveryState.VISIBLE:
            raise NotYetLoggedError
        proofs = open_proofs(city, tx)
    return _lines(city, delivery, proofs)


def _lines(city: City, delivery: DeliveryId, proofs: Proofs) -> Iterator[bytes]:
    name = hashlib.sha256(proofs.text.encode("utf-8")).hexdigest()
    yield canonical.dumps({"kind": "checkpoint", "id": name, "note": proofs.text}) + b"\n"
    after = -1
    while True:
        with city.catalogue.read() as tx:
            rows = tx.documents.receipts(delivery, after, PAGE)
        if not rows:
            return
        yield b"".join(_line(row, name, proofs) for row in rows)
        after = rows[-1].log_index


def _line(row: ReceiptRow, checkpoint: str, proofs: Proofs) -> bytes:
    if not row.data:
        gone: Mapping[str, Json] = {"kind": "deleted", "document_id": row.document_id.hex(), "index": row.log_index}
        return canonical.dumps(gone) + b"\n"
    hashes = '","'.join([part.hex() for part in proofs.path(row.log_index)])
    path = f'["{hashes}"]' if hashes else "[]"
    # Written by hand in canonical order: a run has hundreds of thousands of these lines.
    return (
        f'{{"chain":"{row.chain.hex()}","checkpoint":"{checkpoint}","document_id":"{row.document_id.hex()}",'
        f'"event":"{to_base64(row.data)}","index":{row.log_index},"kind":"receipt","path":{path},'
        f'"salt":"{row.salt.hex()}"}}\n'
    ).encode("ascii")
