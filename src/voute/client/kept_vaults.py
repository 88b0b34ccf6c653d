"""What a department has proven of vaults, kept beside its registry: by a pinned head, the keys that its record names.

A city that says a head is the same as the one that is pinned need not show the record again (`docs/spec/claim.md`, "A head that
is the same"). Rows have one size and stand in a file that only grows:

head (32) ‖ root key (32) ‖ recipient (1,216) ‖ HMAC-SHA256 of these and of the code with its pin, under `KDF(master,
"issuer/kept-vaults/v1", city, issuer)`

Only the department's master secret makes a row, and a head names one record for ever. So the file needs no care: what is missing,
torn or changed is proven again from what the city shows in full. A row is of one code and one pin: a registry in which a code has
another code's vault, which the signing key alone could write, finds none.
"""

import hmac
import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from voute.client.disk import DISK, GrowingFile
from voute.core.errors import StateError
from voute.core.ids import HASH_SIZE, Slug
from voute.format.age_text import RECIPIENT_SIZE
from voute.format.binary import derive, length_prefixed, u32, u64
from voute.format.registry import Entry

FILE_NAME: Final = "vaults.kept"
ROW_SIZE: Final = HASH_SIZE + HASH_SIZE + RECIPIENT_SIZE + HASH_SIZE
_PIECE: Final = 800 * ROW_SIZE
"""Bytes read or written at a time, some 1 MiB."""
_ROW_BITS: Final = 24
"""Of a number in the index, the lower bits: which row. The upper ones are the first 40 of the head."""
_MAX_ROWS: Final = 1 << _ROW_BITS
_HEAD_BYTES: Final = 5
_SPARE: Final = 1_000
"""Rows beyond two for each code, before the file is begun anew: vaults get new heads, and rows of old ones stay."""


class KeptVault(NamedTuple):
    """An open vault's keys: root key (32 bytes), recipient (1,216 bytes)."""

    root_key: bytes
    recipient: bytes


class KeptVaults:
    """The kept vaults of one department; in memory are 8 bytes of each. A disk that refuses a row is asked no more."""

    def __init__(self, folder: Path, key: bytes, codes: int, *, writes: bool = True) -> None:
        """Take the department's folder, the key of `kept_key`, and how many codes its registry has; a trial `writes` nothing."""
        self._path = folder / FILE_NAME
        self._key = key
        self._handle = -1
        self._index = array("Q")
        self._new: set[int] = set()
        self._size = 0
        self._rest = bytearray()
        self._file: GrowingFile | None = None
        self._mute = not writes
        self._open(2 * codes + _SPARE)

    def get(self, entry: Entry) -> KeptVault | None:
        """Return what is kept of a code and the vault that is pinned for it; None where nothing is, or nothing that holds."""
        if entry.binding is None:
            return None
        head = entry.binding.record_head
        first = _index_of(head, 0)
        at = bisect_left(self._index, first)
        while at < len(self._index) and self._index[at] < first + _MAX_ROWS:
            row = self._read(ROW_SIZE, (self._index[at] - first) * ROW_SIZE)
            if row.startswith(head) and hmac.compare_digest(row[-HASH_SIZE:], self._mac(row[:-HASH_SIZE], entry)):
                return KeptVault(row[HASH_SIZE : 2 * HASH_SIZE], row[2 * HASH_SIZE : -HASH_SIZE])
            at += 1
        return None

    def put(self, entry: Entry, vault: KeptVault) -> None:
        """Keep the proven vault that is pinned for a code for the runs after this one, once: it may stand behind many rows."""
        if entry.binding is None:
            raise StateError("nothing is pinned")
        row = entry.binding.record_head + vault.root_key + vault.recipient
        row += self._mac(row, entry)
        # A third of the room that whole names would take; where two end alike, one is proven again by the next run.
        end = int.from_bytes(row[-8:])
        if end in self._new:
            return
        self._new.add(end)
        if self._mute:
            return
        self._rest += row
        if len(self._rest) >= _PIECE:
            self._write()

    def close(self) -> None:
        """Write what is left and close; nobody waits for the disk."""
        self._write()
        if self._file is not None:
            self._file.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _read(self, size: int, at: int) -> bytes:
        """Read; nothing where the disk refuses."""
        try:
            return os.pread(self._handle, size, at)
        except OSError:
            return b""

    def _mac(self, row: bytes, entry: Entry) -> bytes:
        pin = entry.binding
        code = (entry.reference, entry.party, u32(entry.slot), entry.run, u32(entry.code_epoch), entry.lookup_id)
        pinned = () if pin is None else (pin.vault_id, pin.bind, u64(pin.bound_at))
        return hmac.digest(self._key, length_prefixed(row, *code, *pinned), "sha256")

    def _open(self, most: int) -> None:
        try:
            self._handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return
        rows = os.fstat(self._handle).st_size // ROW_SIZE
        if rows > min(most, _MAX_ROWS):
            os.close(self._handle)
            self._handle = -1
            if not self._mute:
                with suppress(OSError):
                    DISK.unlink(self._path)
            return
        self._size = rows * ROW_SIZE
        self._index = array("Q", sorted(self._read_heads()))

    def _read_heads(self) -> Iterator[int]:
        number = 0
        for start in range(0, self._size, _PIECE):
            piece = self._read(min(_PIECE, self._size - start), start)
            for at in range(0, len(piece), ROW_SIZE):
                yield _index_of(piece[at : at + _HEAD_BYTES], number)
                number += 1

    def _write(self) -> None:
        rows, self._rest = self._rest, bytearray()
        if not rows or self._mute:
            return
        try:
            if self._file is None:
                # A row that a crash has torn is cut off.
                exists = self._path.exists()
                self._file = DISK.reopen(self._path, self._size) if exists else DISK.create(self._path)
            self._file.append((memoryview(rows),))
        except OSError:
            self._mute = True


def kept_key(master: bytes, city: Slug, issuer: Slug) -> bytes:
    """Derive the key of a department's kept vaults from its master secret."""
    return derive(master, "issuer/kept-vaults/v1", city, issuer)


def _index_of(head: bytes, number: int) -> int:
    return int.from_bytes(head[:_HEAD_BYTES], "big") << _ROW_BITS | number
