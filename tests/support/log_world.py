"""One log with its keys and stores in memory, and one witness."""

import hashlib
from dataclasses import dataclass, field

from typing_extensions import override

from tests.support.log_memory import MemoryLocks, MemoryTiles, Plan
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import Cosigner
from voute.tlog.cosigning import Cosigning
from voute.tlog.policy import WitnessKey, WitnessPolicy
from voute.tlog.sequencer import Sequencer
from voute.tlog.signer import MemorySigner
from voute.tlog.witness import FollowedLog, WitnessCore

NOW = 1_770_000_000


def entry(index: int, branch: str = "main") -> bytes:
    return hashlib.sha256(f"{branch}/{index}".encode()).digest()


class RecordingSigner(MemorySigner):
    """Remembers every root that it signed, by size: a second root for one size is a fork."""

    def __init__(self) -> None:
        super().__init__("log.example/2026", b"\x01" * 32, b"\x02" * 32)
        self.signed: dict[int, set[bytes]] = {}

    @override
    def sign(self, size: int, root: bytes, timestamp: int) -> bytes:
        self.signed.setdefault(size, set()).add(root)
        return super().sign(size, root, timestamp)


@dataclass
class World:
    """What outlives processes: stores, locks, keys; `sequencer` and `cosigning` start a new process on them."""

    signer: RecordingSigner = field(default_factory=RecordingSigner)
    tiles: dict[str, bytes] = field(default_factory=dict)
    locks: dict[str, bytes] = field(default_factory=dict)
    witness_locks: dict[str, bytes] = field(default_factory=dict)
    cosigner: Cosigner = field(default_factory=lambda: Cosigner("witness.example", b"\x03" * 32))
    now: int = NOW

    def store(self, plan: Plan | None = None) -> MemoryTiles:
        return MemoryTiles(plan, self.tiles)

    def sequencer(self, plan: Plan | None = None) -> Sequencer:
        locks = MemoryLocks(plan, self.locks)
        return Sequencer(self.store(plan), locks, self.signer, self.signer.log, self.clock)

    def witness(self, plan: Plan | None = None) -> WitnessCore:
        return WitnessCore(self.cosigner, [FollowedLog.of(self.signer.log)], MemoryLocks(plan, self.witness_locks), self.clock)

    @property
    def witness_key(self) -> WitnessKey:
        return WitnessKey(self.cosigner.name, self.cosigner.public.public)

    @property
    def policy(self) -> WitnessPolicy:
        return WitnessPolicy(1, (self.witness_key,))

    def cosigning(self, plan: Plan | None = None) -> Cosigning:
        return Cosigning(self.sequencer(plan), self.store(plan), [(self.witness(plan), self.witness_key)])

    def clock(self) -> int:
        return self.now

    def signed(self, size: int, root: bytes) -> SignedCheckpoint:
        """A signed checkpoint made past the sequencer: what a thief of the log's keys could make."""
        return SignedCheckpoint.parse(MemorySigner.sign(self.signer, size, root, self.now))

    def head(self, size: int, root: bytes) -> Checkpoint:
        return Checkpoint(self.signer.origin, size, root)
