"""Every byte of a stored pack and its sidecar, compared with what they promise; used by the walk through all bytes.

Shares nothing with `voute.fsck`, which compares the same with code of its own.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from voute.app.city import City
from voute.core.errors import FormatError, StoreError
from voute.core.ids import DocumentId, Hash, hash_of
from voute.core.ports_store import BlobMissingError
from voute.format.event import parse_event
from voute.format.pack import PackEntry, read_index
from voute.format.sidecar import Sidecar, parse_sidecar
from voute.format.subject import Deliver

Pace = Callable[[int], None]
"""Is told how many bytes were read, and takes as long as they may."""

_PROBE: Final = hash_of(bytes(32))


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
    size = city.blobs.size(pack)
    if size is None:
        raise BlobMissingError(pack.hex())
    entries = read_index(lambda at, length: b"".join(city.blobs.read(pack, at, length)), size)
    digest, broken = _hash_all(city, pack, size, entries, pace)
    gone = frozenset() if sidecar is None else {one.placement.document_id for one in sidecar.records if one.is_deleted}
    # Of a destroyed document zeros are what is to be there (docs/spec/pack.md).
    holes = {one for one, is_empty in broken.items() if is_empty and one in gone}
    found = ["body-differs"] if broken.keys() - holes else []
    if not holes and not broken and digest != pack:
        found.append("pack-damaged")
    if sidecar is not None and not _agree(sidecar, entries):
        found.append("sidecar-differs")
    return found


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


def _hash_all(
    city: City, pack: Hash, size: int, entries: tuple[PackEntry, ...], pace: Pace
) -> tuple[bytes, Mapping[DocumentId, bool]]:
    """Return the hash of all bytes, and each document whose body is not what the index says: whether it is zeros alone."""
    whole = hashlib.sha256()
    broken: dict[DocumentId, bool] = {}
    for entry in entries:
        body, zeros = hashlib.sha256(), 0
        for chunk in city.blobs.read(pack, entry.offset, entry.length):
            whole.update(chunk)
            body.update(chunk)
            zeros += chunk.count(0)
            pace(len(chunk))
        if body.digest() != entry.sha256:
            broken[entry.document_id] = zeros == entry.length
    end = entries[-1].offset + entries[-1].length
    for chunk in city.blobs.read(pack, end, size - end):
        whole.update(chunk)
        pace(len(chunk))
    return whole.digest(), broken
