"""C2SP tlog-proof: one text that proves offline that an entry is in a log and that witnesses saw it.

Strict: no `extra` line, since nothing would authenticate it; the checkpoint is included verbatim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from voute.core.errors import FormatError, LimitError
from voute.format.fields import to_base64
from voute.tlog.checkpoint import SignedCheckpoint, parse_decimal, parse_hash
from voute.tlog.merkle import verify_inclusion
from voute.tlog.note import MAX_NOTE
from voute.tlog.policy import CheckpointVerdict, LogKey, WitnessPolicy, verify_checkpoint

MAX_PATH: Final = 63
"""Hashes in an inclusion path: more than any tree that can be counted needs."""
MAX_PROOF: Final = MAX_NOTE + 4096
"""Bytes of a proof: the checkpoint, and a header line, an index and 63 hashes before it."""

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = "index "


class TlogProofError(FormatError):
    """A text is not a tlog-proof of the shape that receipts carry."""

    code = "tlog-proof"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Index of an entry, its inclusion path (sibling first), and the cosigned checkpoint."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: SignedCheckpoint

    def __post_init__(self) -> None:
        """Refuse an index outside the tree."""
        if not 0 <= self.index < self.checkpoint.head.size or len(self.path) > MAX_PATH:
            raise TlogProofError("the index is not in the tree")

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a proof; nothing is verified.

        Raises:
            FormatError: it is not one; `encode` of what is returned gives the same bytes.
            LimitError: it is too long.
        """
        if len(data) > MAX_PROOF:
            raise LimitError("the proof is too long")
        before, blank, note = data.partition(b"\n\n")
        try:
            header, index, *path = before.decode("ascii").split("\n")
        except ValueError:  # fewer than two lines, or UnicodeDecodeError
            raise TlogProofError("not a proof") from None
        if not blank or header != _HEADER or not index.startswith(_INDEX):
            raise TlogProofError("not a proof, or one with an extra line")
        # Before the hashes are read: their number is the sender's choice.
        if len(path) > MAX_PATH:
            raise TlogProofError("the path is too long")
        hashes = tuple(parse_hash(line) for line in path)
        return cls(parse_decimal(index.removeprefix(_INDEX)), hashes, SignedCheckpoint.parse(note))

    def encode(self) -> bytes:
        """Write the proof."""
        lines = [_HEADER, f"{_INDEX}{self.index}", *[to_base64(value) for value in self.path], "", ""]
        return "\n".join(lines).encode("ascii") + self.checkpoint.encode()


def verify_proof(proof: TlogProof, leaf: bytes, logs: Sequence[LogKey], policy: WitnessPolicy) -> CheckpointVerdict:
    """Check that the leaf hash is in the log of the proof's checkpoint, and say how far the checkpoint is believed.

    Raises:
        UnknownLogError: the log is not trusted here.
        BadCheckpointError: a signature does not hold.
        MerkleProofError: the leaf is not in the tree at that index.
    """
    verdict = verify_checkpoint(proof.checkpoint, logs, policy)
    verify_inclusion(proof.index, verdict.head.size, leaf, proof.path, verdict.head.root)
    return verdict
