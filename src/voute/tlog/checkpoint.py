"""C2SP tlog-checkpoint: the signed tree head, a note whose text is origin, size and root; extension lines are refused."""

import re
from dataclasses import dataclass
from typing import Final, Self

from voute.core.errors import FormatError
from voute.format.fields import from_base64, to_base64
from voute.tlog.merkle import HASH_BYTES
from voute.tlog.note import Note, check_name
from voute.tlog.tree import MAX_TREE_SIZE

_DECIMAL: Final = re.compile("0|[1-9][0-9]{0,15}")
_BODY_LINES: Final = 3


class CheckpointError(FormatError):
    """A text is not a checkpoint of the shape that this product signs and reads."""

    code = "checkpoint"


def parse_decimal(text: str) -> int:
    """Read a tree size or index: ASCII decimal, no leading zero, at most `MAX_TREE_SIZE`.

    Raises:
        CheckpointError: it is not one.
    """
    if not _DECIMAL.fullmatch(text) or (value := int(text)) > MAX_TREE_SIZE:
        raise CheckpointError("not a tree size or index")
    return value


def parse_hash(text: str) -> bytes:
    """Read 32 bytes in base64.

    Raises:
        CheckpointError: it is not that.
    """
    try:
        value = from_base64(text)
    except FormatError as error:
        raise CheckpointError(error.detail) from None
    if len(value) != HASH_BYTES:
        raise CheckpointError("a hash has 32 bytes")
    return value


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: origin of the log, number of leaves, root hash (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Refuse heads that cannot be written (a size of zero with a foreign root can: `verify_append` refuses it)."""
        check_name(self.origin)  # the origin is the name of the log's keys too
        if not 0 <= self.size <= MAX_TREE_SIZE or len(self.root) != HASH_BYTES:
            raise CheckpointError("not a tree head")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a checkpoint note.

        Raises:
            CheckpointError: it is not one, or has extension lines; `encode` gives the same text.
            NoteError: the origin is not a key name.
        """
        lines = text.split("\n")
        if len(lines) != _BODY_LINES + 1 or lines.pop():
            raise CheckpointError("a checkpoint has three lines")
        return cls(lines[0], parse_decimal(lines[1]), parse_hash(lines[2]))

    def encode(self) -> str:
        """Write the text: origin, size, root, each with its newline."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint and the note that carries it; no signature has been verified (`voute.tlog.policy` does that)."""

    head: Checkpoint
    note: Note

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a checkpoint note.

        Raises:
            FormatError: it is not one; `encode` gives the same bytes.
            LimitError: the note is too long or has too many signatures.
        """
        note = Note.parse(data)
        return cls(Checkpoint.parse(note.text), note)

    def encode(self) -> bytes:
        """Write the note."""
        return self.note.encode()
