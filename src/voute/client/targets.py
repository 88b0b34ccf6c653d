"""Where the document of each row goes, for all rows of a run, in a file and not in memory (`voute.client.stored`)."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from voute.client.choice import Channel, Choice, Proof, Reason
from voute.client.preflight import Row
from voute.client.stored import Stored, pack_values, unpack_values
from voute.core.ids import HASH_SIZE, Hash
from voute.format.sidecar import BoxKind

_NO_SEED: Final = bytes(HASH_SIZE)
"""Stands for a target without a claim identity."""


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """A row and where its document is sealed to: a vault's recipient, or the seed of a claim identity."""

    row: Row
    box_kind: BoxKind
    box_id: Hash
    token_hash: Hash
    recipient: bytes | None
    claim_seed: bytes | None
    code_epoch: int
    choice: Choice


class RawTarget(NamedTuple):
    """A target as it goes from the run to a sealer: its bytes, and the seed that is never written to a file."""

    values: bytes
    claim_seed: bytes | None

    def read(self) -> Target:
        """Make the target again."""
        row, kind, box, token, recipient, epoch, reason, proof, doubt = unpack_values(self.values)
        choice = Choice(Reason(reason), None if proof is None else Proof(*proof), doubt)
        return Target(Row._make(row), BoxKind(kind), box, token, recipient, self.claim_seed, epoch, choice)


class Targets:
    """The targets of a run by rising line; in memory are a line, a size and a seed of each."""

    def __init__(self, folder: Path) -> None:
        """Take the department's folder."""
        self._values = Stored[bytes](folder, bytes, bytes)
        self._lines = array("Q")
        self._sizes = array("Q")
        self._seeds = bytearray()
        self.to_vaults = 0
        self.digital = 0
        """How many go to the vault alone."""

    def append(self, target: Target) -> None:
        """Add the target of the next line; raises `OSError` when the disk has no room."""
        choice, row = target.choice, target.row
        proof = None if choice.proof is None else (choice.proof.act, choice.proof.number, choice.proof.index, choice.proof.at)
        where = (int(target.box_kind), target.box_id, target.token_hash, target.recipient, target.code_epoch)
        self._values.append(pack_values((tuple(row), *where, str(choice.reason.value), proof, choice.doubt)))
        self._lines.append(row.line)
        self._sizes.append(row.size)
        self._seeds += target.claim_seed or _NO_SEED
        self.to_vaults += target.box_kind is BoxKind.VAULT
        self.digital += choice.channel is Channel.DIGITAL

    def line(self, number: int) -> int:
        """Return the line of a target."""
        return self._lines[number]

    def size(self, number: int) -> int:
        """Return the size of a target's file."""
        return self._sizes[number]

    def raw(self, number: int) -> RawTarget:
        """Return a target as it goes to a sealer."""
        return RawTarget(self._values.raw(number), self._seed(number))

    def at_line(self, line: int) -> Target | None:
        """Return the target of a line, or None."""
        number = bisect_left(self._lines, line)
        return self[number] if number < len(self) and self._lines[number] == line else None

    def __getitem__(self, number: int) -> Target:
        return self.raw(number).read()

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Target]:
        for number, values in enumerate(self._values):
            yield RawTarget(values, self._seed(number)).read()

    def _seed(self, number: int) -> bytes | None:
        seed = bytes(self._seeds[number * HASH_SIZE : (number + 1) * HASH_SIZE])
        return None if seed == _NO_SEED else seed
