"""A list of places by its hash: what a page that keeps the rows of its last visit names, so that they need not come again.

Source: `docs/spec/index-directory.md`, "Places by their hash".
"""

import hashlib
import struct
from collections.abc import Iterable

from voute.core.ids import DocumentId, Hash, hash_of

_ROW = struct.Struct(">16sQ?")


def hash_places(rows: Iterable[tuple[DocumentId, int, bool]]) -> Hash:
    """Return the SHA-256 of rows (document, position, whether its opening was noted) in their order, 25 bytes each."""
    packed = b"".join(_ROW.pack(document_id, position, opened) for document_id, position, opened in rows)
    return hash_of(hashlib.sha256(packed).digest())
