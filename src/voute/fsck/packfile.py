"""Reading a pack whole: its name, its footer and index, and the hash of each body, in one pass and little memory."""

import hashlib
from dataclasses import dataclass

from voute.core.errors import FormatError, StoreError
from voute.core.ids import Hash
from voute.core.ports_store import BlobStore, StoreUnreadableError
from voute.format.pack import PackEntry, read_index


@dataclass(frozen=True, slots=True)
class PackFile:
    """A stored pack: its size, its index if that can be read, whether it is what its name says, and bodies that are not."""

    size: int
    entries: tuple[PackEntry, ...] | None
    is_whole: bool
    broken: tuple[PackEntry, ...] = ()
    holes: frozenset[bytes] = frozenset()
    """Documents of `broken` whose body is zeros alone: right for one that is destroyed."""
    detail: str = ""


def read_pack(blobs: BlobStore, name: bytes, *, quick: bool) -> PackFile | None:
    """Read a pack, or None when it is not there; `quick` reads the index alone and believes the rest."""
    key = Hash(name)
    size = blobs.size(key)
    if size is None:
        return None
    try:
        entries: tuple[PackEntry, ...] | None = read_index(lambda at, length: b"".join(blobs.read(key, at, length)), size)
        detail = ""
    except (FormatError, StoreError) as error:
        entries, detail = None, error.detail
    if quick:
        return PackFile(size, entries, entries is not None, detail=detail)
    try:
        digest, broken, holes = _hash_all(blobs, key, size, entries or ())
    except StoreUnreadableError as error:
        return PackFile(size, entries, is_whole=False, broken=_lost(blobs, key, entries or ()), detail=error.detail)
    # A pack with holes has another hash than its name: then the hash of each body, which the log has, is what counts.
    is_whole = digest == name or (bool(broken) and len(holes) == len(broken))
    return PackFile(size, entries, is_whole, broken, holes, detail)


def _lost(blobs: BlobStore, name: Hash, entries: tuple[PackEntry, ...]) -> tuple[PackEntry, ...]:
    """Return the entries of a pack with unreadable bytes whose own body is lost; zeros are one that was destroyed."""
    found: list[PackEntry] = []
    for one in entries:
        body, is_empty = hashlib.sha256(), True
        try:
            for chunk in blobs.read(name, one.offset, one.length):
                body.update(chunk)
                is_empty = is_empty and not any(chunk)
        except StoreUnreadableError:
            is_empty = False
        if body.digest() != one.sha256 and not is_empty:
            found.append(one)
    return tuple(found)


def _hash_all(
    blobs: BlobStore, name: Hash, size: int, entries: tuple[PackEntry, ...]
) -> tuple[bytes, tuple[PackEntry, ...], frozenset[bytes]]:
    """Return the hash of all bytes, the index entries whose body has another hash than the index says, and those of zeros."""
    whole = hashlib.sha256()
    broken: list[PackEntry] = []
    holes: set[bytes] = set()
    zeros = 0
    body, left = hashlib.sha256(), entries[0].length if entries else 0
    waiting = iter(entries)
    current = next(waiting, None)
    for chunk in blobs.read(name, 0, size):
        whole.update(chunk)
        part = memoryview(chunk)
        while part and current is not None:
            piece, part = part[:left], part[left:]
            body.update(piece)
            zeros += bytes(piece).count(0)
            left -= len(piece)
            if not left:
                if body.digest() != current.sha256:
                    broken.append(current)
                    if zeros == current.length:
                        holes.add(current.document_id)
                zeros = 0
                current = next(waiting, None)
                body, left = hashlib.sha256(), current.length if current is not None else 0
    return whole.digest(), tuple(broken), frozenset(holes)
