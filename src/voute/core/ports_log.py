"""Ports of the transparency log: tiles, the lock that prevents forks, witnesses and the log's signer.

Trust: a `TileStore` is not trusted (its forger can stop the log, never fork it); a `LockStore` is trusted, must never
lose an acknowledged write nor be rolled back, and is kept outside the catalogue and outside every backup
(docs/spec/log.md). A call that raises `StoreError` may or may not have taken effect: callers read again, then act.
"""

from collections.abc import Sequence
from typing import Protocol

from voute.core.errors import StateError, StoreError


class TileMissingError(StoreError):
    """No bytes are stored under this path."""

    code = "tile-missing"


class TileConflictError(StoreError):
    """Other bytes are already stored under this immutable path; nothing was changed."""

    code = "tile-conflict"


class LockMissingError(StateError):
    """The lock was never created: an operator creates it once, by name, so that a wrong path cannot fork a log."""

    code = "lock-missing"


class LockExistsError(StateError):
    """The lock was created before; nothing was changed."""

    code = "lock-exists"


class LockConflictError(StateError):
    """The lock holds another value than the caller believed: another signer was faster; nothing was changed."""

    code = "lock-conflict"


class WitnessConflictError(StateError):
    """The witness last cosigned another size of this log; the fact `size` says which (C2SP tlog-witness: 409)."""

    code = "witness-conflict"

    def __init__(self, size: int) -> None:
        """Keep the size that the witness holds: the next proof starts there."""
        super().__init__(f"the witness holds size {size}", size=size)
        self.size = size


class TileStore(Protocol):
    """Bytes under relative paths such as `tile/0/x001/234.p/17`, `staging/…` and `checkpoint`: `[a-z0-9./-]{1,200}`."""

    def get(self, path: str) -> bytes:
        """Return the whole bytes stored under a path.

        Raises:
            TileMissingError: nothing is stored there.
            StoreError: the store failed.
        """
        ...

    def put(self, path: str, data: bytes) -> None:
        """Store immutable bytes: durable when this returns, whole or absent after a crash.

        The same bytes again are accepted.

        Raises:
            TileConflictError: other bytes are stored there.
            StoreError: the store failed; the bytes may have been kept.
        """
        ...

    def put_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Store many immutable blobs as `put` does, all durable when this returns, with as few flushes as possible.

        After a crash or an error any subset may be there, each blob whole.
        """
        ...

    def put_mutable(self, path: str, data: bytes) -> None:
        """Replace the bytes under a path, durably and atomically: a reader sees the old or the new ones."""
        ...

    def delete(self, path: str) -> None:
        """Remove what is stored under a path; removing nothing is not an error."""
        ...

    def paths(self, prefix: str) -> Sequence[str]:
        """List, sorted, the paths under a prefix that ends in `/`: `staging/`, or the partial widths of one tile."""
        ...


class LockStore(Protocol):
    """Small values (≤ 64 KiB) under keys `[a-z0-9-]{1,100}`, changed by compare-and-swap alone, durably."""

    def fetch(self, key: str) -> bytes:
        """Return the value last acknowledged.

        Raises:
            LockMissingError: the key was never created.
        """
        ...

    def create(self, key: str, value: bytes) -> None:
        """Store the first value of a key, durably.

        Raises:
            LockExistsError: the key exists, whatever its value.
        """
        ...

    def replace(self, key: str, old: bytes, new: bytes) -> None:
        """Set the value to `new` if it is `old`, atomically and durably.

        Raises:
            LockConflictError: the value is not `old`.
            LockMissingError: the key was never created.
            StoreError: the store failed; the outcome is unknown until the next `fetch`.
        """
        ...


class Witness(Protocol):
    """A cosigner of checkpoints, in this process or behind HTTP (C2SP tlog-witness, `add-checkpoint`)."""

    @property
    def name(self) -> str:
        """Key name of the witness, as the trust root lists it."""
        ...

    def add_checkpoint(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        """Return the witness's signature lines on a signed checkpoint, given the consistency proof from `old_size`.

        The driver keeps its own time limit.

        Raises:
            WitnessConflictError: the witness holds another size.
            VouteError: it refused, or cannot be reached.
        """
        ...


class CheckpointSigner(Protocol):
    """Holder of the log's two private keys (Ed25519 note key, ML-DSA-44 cosignature key): memory, file or module."""

    @property
    def origin(self) -> str:
        """Origin line of the log; also the name of both keys."""
        ...

    def sign(self, size: int, root: bytes, timestamp: int) -> bytes:
        """Return the signed checkpoint note: body, Ed25519 signature line, ML-DSA-44 cosignature line.

        `timestamp` (POSIX seconds) stands in the cosignature. Only the sequencer calls it, with what the lock holds.
        """
        ...
