"""The staged batch: the entries that a new tree head promises, durable before the lock is moved to that head.

Layout: `voute-staging/v1` LF, the old head's text (3 lines), the new head's text (3 lines), LF, then the entries as in an
entry bundle. It is written under `staging/OLD-NEW-ROOT` (sizes in decimal, new root in hex), so that two sequencers never
write under one name, and deleted once the new head is published.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

from voute.core.errors import FormatError, LimitError
from voute.tlog.checkpoint import Checkpoint
from voute.tlog.tiles import decode_bundle, encode_bundle

PREFIX: Final = "staging/"
MAX_BATCH_ENTRIES: Final = 65_536
"""Entries of one batch: about a second of work, and as many tiles as a reader caches."""
MAX_BATCH_BYTES: Final = 64 * 1024 * 1024
"""Bytes of one batch with its length prefixes: bounds the memory of a sequencer."""

_MAGIC: Final = "voute-staging/v1"
_HEADER_LINES: Final = 7
_PATH: Final = re.compile(r"staging/([0-9]{1,16})-([0-9]{1,16})-([0-9a-f]{64})")


class StagingError(FormatError):
    """Stored bytes are not a staged batch."""

    code = "staging"


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """A batch between two heads of one log."""

    old: Checkpoint
    new: Checkpoint
    entries: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Refuse heads that do not enclose the entries."""
        if self.old.origin != self.new.origin or self.old.size + len(self.entries) != self.new.size:
            raise StagingError("the heads do not enclose the entries")

    @property
    def path(self) -> str:
        """Where it is stored."""
        return f"{PREFIX}{self.old.size}-{self.new.size}-{self.new.root.hex()}"

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a staged batch; no root is recomputed.

        Raises:
            FormatError: it is not one; `encode` gives the same bytes.
        """
        *lines, bundle = data.split(b"\n", _HEADER_LINES + 1)
        try:
            header = [line.decode("utf-8") for line in lines]
        except UnicodeDecodeError:
            raise StagingError("not UTF-8") from None
        if len(header) != _HEADER_LINES + 1 or header[0] != _MAGIC or header[-1]:
            raise StagingError("not a staged batch")
        old, new = ("\n".join([*header[at : at + 3], ""]) for at in (1, 4))
        return cls(Checkpoint.parse(old), Checkpoint.parse(new), decode_bundle(bundle, MAX_BATCH_ENTRIES))

    def encode(self) -> bytes:
        """Write it.

        Raises:
            LimitError: the batch is too large.
        """
        bundle = encode_bundle(self.entries)
        if len(self.entries) > MAX_BATCH_ENTRIES or len(bundle) > MAX_BATCH_BYTES:
            raise LimitError("the batch is too large", entries=len(self.entries), bytes=len(bundle))
        return f"{_MAGIC}\n{self.old.encode()}{self.new.encode()}\n".encode() + bundle


def parse_path(path: str) -> tuple[int, int, bytes] | None:
    """Return (old size, new size, new root) of a staging path; None for any other path."""
    found = _PATH.fullmatch(path)
    return (int(found[1]), int(found[2]), bytes.fromhex(found[3])) if found else None
