"""Reading sidecars: whole, or what can be saved of a damaged one."""

from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, Hash
from voute.core.ports_store import BlobMissingError
from voute.format.binary import Reader
from voute.format.dsse import MAX_ENVELOPE
from voute.format.sidecar import MAGIC, Sidecar, SidecarRecord, parse_sidecar
from voute.fsck.context import Storage
from voute.fsck.legible import legible


def read_sidecar(storage: Storage, pack: bytes) -> tuple[Sidecar | None, str]:
    """Return a pack's sidecar, or None and the code of what is wrong with it."""
    try:
        found = parse_sidecar(legible(storage.sidecars.get, Hash(pack)))
    except BlobMissingError:
        return None, "sidecar-missing"
    except FormatError:
        return None, "sidecar-damaged"
    return (found, "") if found.pack == pack else (None, "sidecar-other")


def find_record(storage: Storage, pack: bytes, document_id: bytes) -> SidecarRecord | None:
    """Return the record of one document, if a sound sidecar has it."""
    if len(pack) != HASH_SIZE:
        return None
    found, _ = read_sidecar(storage, pack)
    records = () if found is None else found.records
    return next((one for one in records if one.placement.document_id == document_id and not one.is_deleted), None)


def save_statement(storage: Storage, pack: bytes) -> bytes | None:
    """Return what stands where a damaged sidecar has its pack statement; unverified."""
    try:
        reader = Reader(legible(storage.sidecars.get, Hash(pack)), "sidecar")
        reader.magic(MAGIC)
        reader.take(HASH_SIZE)
        return reader.part(MAX_ENVELOPE)
    except (BlobMissingError, FormatError):
        return None
