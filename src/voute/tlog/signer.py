"""The log's two private keys in memory: the `CheckpointSigner` of one machine."""

from voute.format.ed25519 import SigningKey
from voute.tlog.checkpoint import Checkpoint
from voute.tlog.cosignature import Cosigner
from voute.tlog.note import Note, sign_ed25519
from voute.tlog.policy import LogKey


class MemorySigner:
    """Signs checkpoints of one log with keys made from two 32-byte seeds; keeps no record of what it signed.

    That one size never gets two roots is the sequencer's promise, through the lock.
    """

    __slots__ = ("_cosigner", "_key", "log")

    def __init__(self, origin: str, ed25519_seed: bytes, mldsa44_seed: bytes) -> None:
        """Take the log's origin, which names both keys, and their seeds; the seeds must differ in purpose and bytes."""
        self._key = SigningKey(ed25519_seed)
        self._cosigner = Cosigner(origin, mldsa44_seed)
        self.log = LogKey(origin, self._key.public, self._cosigner.public.public)

    @property
    def origin(self) -> str:
        """Origin line of the log."""
        return self.log.origin

    def sign(self, size: int, root: bytes, timestamp: int) -> bytes:
        """Return the checkpoint note with both signatures; the cosignature carries `timestamp`."""
        head = Checkpoint(self.origin, size, root)
        text = head.encode()
        lines = (sign_ed25519(text, self.origin, self._key), self._cosigner.sign(head, timestamp))
        return Note(text, lines).encode()
