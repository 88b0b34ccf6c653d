"""Packs of which bodies were destroyed: what may be missing in them, by their sidecar (docs/spec/pack.md)."""

from collections.abc import Callable, Iterator

from voute.core.errors import FormatError
from voute.format.pack import hash_bodies, read_index
from voute.format.sidecar import parse_sidecar


def with_holes(pack: bytes, sidecar: bytes) -> bytes | None:
    """Return the hash of a pack that is whole but for zeros where its sidecar says that documents are destroyed, else None."""
    return holes_digest(lambda at, length: iter((pack[at : at + length],)), len(pack), sidecar)


def holes_digest(read: Callable[[int, int], Iterator[bytes]], size: int, sidecar: bytes) -> bytes | None:
    """The same of a pack that is read by ranges (offset, length)."""
    try:
        records = parse_sidecar(sidecar).records
        entries = read_index(lambda at, length: b"".join(read(at, length)), size)
        digest, broken = hash_bodies(read, entries, size)
    except FormatError:
        return None
    gone = {one.placement.document_id for one in records if one.is_deleted}
    return digest if broken and all(empty and one in gone for one, empty in broken.items()) else None
