"""Every byte of a stored pack and its sidecar, compared with what they promise; used by the walk through all bytes.

Shares nothing with `voute.fsck`, which compares the same with code of its own.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from voute.app.city import City
from voute.core.errors import FormatError, StoreError
from voute.core.ids import DocumentId, Hash, hash_of
from voute.core.ports_store import BlobMissingError
from voute.format.event import parse_event
from voute.format.pack import PackEntry, hash_bodies, read_index
from voute.format.sidecar import Sidecar, parse_sidecar
from voute.format.subject import Deliver

Pace = Callable[[int], None]
"""Is told how many bytes were read, and takes as long as they may."""

_FIRST: Final = 64
"""Bytes of a body that tell whether it is there: sealed bytes are random."""
_PROBE: Final = hash_of(bytes(32))


def gone_from(sidecar: Sidecar | None) -> frozenset[DocumentId]:
    """Return the documents of a pack that are destroyed."""
    return frozenset() if sidecar is None else frozenset(one.placement.document_id for one in sidecar.records if one.is_deleted)


def ranges_of(entries: Sequence[PackEntry], gone: Collection[DocumentId]) -> tuple[tuple[int, int], ...]:
    """Return where the bodies of destroyed documents lie, neighbours as one range."""
    found: list[tuple[int, int]] = []
    for one in entries:
        if one.document_id not in gone:
            continue
        if found and sum(found[-1]) == one.offset:
            found[-1] = (found[-1][0], found[-1][1] + one.length)
        else:
            found.append((one.offset, one.length))
    return tuple(found)


def index_of(city: City, pack: Hash) -> tuple[PackEntry, ...]:
    """Read the index of a stored pack.

    Raises:
        BlobMissingError: it is not there.
        FormatError: it is damaged.
        StoreError: the store failed.
    """
    size = city.blobs.size(pack)
    if size is None:
        raise BlobMissingError(pack.hex())
    return read_index(lambda at, length: b"".join(city.blobs.read(pack, at, length)), size)


def holds_destroyed(city: City, pack: Hash) -> bool:
    """Tell whether the bytes of a destroyed document are there: a backup brought them back, or they are to go.

    Raises:
        BlobMissingError, FormatError: pack or sidecar is missing or damaged.
        StoreError: the store failed.
    """
    gone = gone_from(parse_sidecar(city.sidecars.get(pack)))
    bodies = [one for one in index_of(city, pack) if one.document_id in gone] if gone else []
    return any(any(next(city.blobs.read(pack, one.offset, min(one.length, _FIRST)))) for one in bodies)


def damage_of(city: City, pack: Hash, pace: Pace) -> tuple[str, ...]:
    """Return what is wrong with a pack, as codes of findings (`find-CODE` has the words); two looks in a row must see it.

    A document may be deleted, and its body's bytes given back, between two reads of one look: not between all of two.

    Raises:
        StoreError: the store does not answer at all.
    """
    first = _look(city, pack, pace)
    return tuple(one for one in _look(city, pack, pace) if one in first) if first else ()


def _look(city: City, pack: Hash, pace: Pace) -> tuple[str, ...]:
    sidecar, fault = _sidecar(city, pack)
    found = [fault] if fault else []
    try:
        found += _bytes(city, pack, sidecar, pace)
    except BlobMissingError:
        found.append("pack-missing")
    except (FormatError, StoreError):
        # A store that answers, and cannot give these bytes: a sector that is gone, a file cut short.
        city.blobs.size(_PROBE)
        found.append("pack-damaged")
    return tuple(dict.fromkeys(found))


def _sidecar(city: City, pack: Hash) -> tuple[Sidecar | None, str]:
    try:
        sidecar = parse_sidecar(city.sidecars.get(pack))
    except BlobMissingError:
        return None, "sidecar-missing"
    except FormatError:
        return None, "sidecar-damaged"
    except StoreError:
        city.blobs.size(_PROBE)
        return None, "sidecar-damaged"
    return (sidecar, "") if sidecar.pack == pack else (None, "sidecar-other")


def _bytes(city: City, pack: Hash, sidecar: Sidecar | None, pace: Pace) -> list[str]:
    entries = index_of(city, pack)
    size = city.blobs.size(pack) or 0
    digest, broken = hash_bodies(lambda at, length: _paced(city, pack, at, length, pace), entries, size)
    gone = gone_from(sidecar)
    # Of a destroyed document zeros are what is to be there (docs/spec/pack.md).
    holes = {one for one, is_empty in broken.items() if is_empty and one in gone}
    found = ["body-differs"] if broken.keys() - holes else []
    if not holes and not broken and digest != pack:
        found.append("pack-damaged")
    if sidecar is not None and not _agree(sidecar, entries):
        found.append("sidecar-differs")
    return found


def _paced(city: City, pack: Hash, at: int, length: int, pace: Pace) -> Iterator[bytes]:
    for chunk in city.blobs.read(pack, at, length):
        yield chunk
        pace(len(chunk))


def _agree(sidecar: Sidecar, entries: tuple[PackEntry, ...]) -> bool:
    """Tell whether index and sidecar speak of the same documents, and each event of the sealed bytes that the index names."""
    if [one.placement.document_id for one in sidecar.records] != [one.document_id for one in entries]:
        return False
    for record, entry in zip(sidecar.records, entries, strict=True):
        if record.is_deleted:
            continue
        subject = parse_event(record.event).subject
        if not isinstance(subject, Deliver) or (subject.document_id, subject.sealed_hash) != (entry.document_id, entry.sha256):
            return False
    return True
