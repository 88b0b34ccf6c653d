"""Simulators of the log's ports in memory, with faults: a write may be lost, kept but reported lost, or changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from voute.core.errors import StoreError
from voute.core.ports_log import (
    LockConflictError,
    LockExistsError,
    LockMissingError,
    TileConflictError,
    TileMissingError,
)


class SimulatedCrashError(BaseException):
    """The process dies here: nothing may catch this but the test."""


class Fault(StrEnum):
    """What happens to the write that the plan names."""

    LOST = "lost"
    """Nothing is written."""
    PARTIAL = "partial"
    """Of several blobs the first half is written."""
    KEPT = "kept"
    """All is written, yet the caller never hears of it."""
    FLIPPED = "flipped"
    """The write succeeds with one bit changed."""


@dataclass
class Plan:
    """Breaks write number `at` (from 0) of all stores that share the plan; counts and names them."""

    at: int = -1
    fault: Fault | None = Fault.LOST
    error: Callable[[], BaseException] = SimulatedCrashError
    bit: int = 3
    meanwhile: Callable[[], object] = field(default=lambda: None)
    """Runs just before write `at`: what another process does at that moment."""
    calls: list[str] = field(default_factory=list)

    def next(self, name: str) -> Fault | None:
        self.calls.append(name)
        if len(self.calls) - 1 != self.at:
            return None
        self.meanwhile()
        return self.fault


def flip(data: bytes, bit: int = 3) -> bytes:
    """Change one bit, counted from the middle on."""
    at, low = (len(data) // 2 + bit // 8) % len(data), bit % 8
    return data[:at] + bytes([data[at] ^ (1 << low)]) + data[at + 1 :]


class MemoryTiles:
    """A `TileStore`; give `kept` of an earlier one to start a new process on what it left."""

    def __init__(self, plan: Plan | None = None, kept: dict[str, bytes] | None = None) -> None:
        self.plan = plan or Plan()
        self.kept: dict[str, bytes] = {} if kept is None else kept
        self.flip_reads: set[str] = set()

    def get(self, path: str) -> bytes:
        if path not in self.kept:
            raise TileMissingError(f"nothing under {path}", path=path)
        return flip(self.kept[path]) if path in self.flip_reads else self.kept[path]

    def put(self, path: str, data: bytes) -> None:
        self.put_all([(path, data)])

    def put_all(self, items: Sequence[tuple[str, bytes]]) -> None:
        def write(some: Sequence[tuple[str, bytes]]) -> None:
            for path, data in some:
                if self.kept.setdefault(path, data) != data:
                    raise TileConflictError(f"other bytes under {path}", path=path)

        self._break("put_all", items, write)

    def put_mutable(self, path: str, data: bytes) -> None:
        self._break("put_mutable", [(path, data)], self.kept.update)

    def delete(self, path: str) -> None:
        self._break("delete", [(path, b"")], lambda some: [self.kept.pop(name, None) for name, _ in some])

    def paths(self, prefix: str) -> list[str]:
        return sorted(path for path in self.kept if path.startswith(prefix))

    def _break(
        self, name: str, items: Sequence[tuple[str, bytes]], write: Callable[[Sequence[tuple[str, bytes]]], object]
    ) -> None:
        match self.plan.next(name):
            case None:
                write(items)
            case Fault.FLIPPED:
                target = items[len(items) // 2][0]
                write([(path, flip(data, self.plan.bit) if path == target else data) for path, data in items])
            case fault:
                write(items[: {Fault.LOST: 0, Fault.PARTIAL: len(items) // 2, Fault.KEPT: len(items)}[fault]])
                raise self.plan.error()


class MemoryLocks:
    """A `LockStore`; `kept` as for `MemoryTiles`."""

    def __init__(self, plan: Plan | None = None, kept: dict[str, bytes] | None = None) -> None:
        self.plan = plan or Plan()
        self.kept: dict[str, bytes] = {} if kept is None else kept

    def fetch(self, key: str) -> bytes:
        if key not in self.kept:
            raise LockMissingError(f"never created: {key}")
        return self.kept[key]

    def create(self, key: str, value: bytes) -> None:
        fault = self.plan.next("create")
        if key in self.kept:
            raise LockExistsError(f"exists: {key}")
        self._set(fault, key, value)

    def replace(self, key: str, old: bytes, new: bytes) -> None:
        fault = self.plan.next("replace")
        if self.fetch(key) != old:
            raise LockConflictError(f"another value: {key}")
        self._set(fault, key, new)

    def _set(self, fault: Fault | None, key: str, value: bytes) -> None:
        """Lose or keep; a lock is trusted: it never changes a bit."""
        if fault in {None, Fault.KEPT, Fault.FLIPPED}:
            self.kept[key] = value
        if fault in {Fault.LOST, Fault.PARTIAL, Fault.KEPT}:
            raise self.plan.error()


def store_error() -> StoreError:
    """The error of a store whose outcome is unknown."""
    return StoreError("simulated")
