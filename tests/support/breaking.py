"""Watches that break a store at one step: the write is lost, or kept but reported lost."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from voute.core.errors import StoreError


@dataclass
class Breaker:
    """Raises at step number `at` (from 0), before it is done (lost) or after (kept); −1 breaks nothing and counts."""

    at: int = -1
    kept: bool = False
    error: int = errno.EIO
    steps: list[str] = field(default_factory=list)

    def before(self, step: str, *_paths: Path) -> None:
        self.steps.append(step)
        if len(self.steps) - 1 == self.at and not self.kept:
            raise OSError(self.error, "broken by the test")

    def after(self, _step: str, *_paths: Path) -> None:
        if len(self.steps) - 1 == self.at and self.kept:
            raise OSError(self.error, "broken by the test")


class NoRoom:
    """Refuses every step as a full disk does."""

    def before(self, _step: str, *_paths: Path) -> None:
        raise OSError(errno.ENOSPC, "no room")

    def after(self, step: str, *_paths: Path) -> None:
        raise AssertionError(step)


def breakings(operation: Callable[[Breaker], None]) -> Iterator[Breaker]:
    """Run an operation on fresh state once for each way to break it, and yield each breaker after its failure.

    The operation is first run whole (once to make its folders, once to count its steps); it must then fail with `StoreError`
    each time.
    """
    operation(Breaker())
    counter = Breaker()
    operation(counter)
    assert counter.steps, "an operation without a step promises nothing"
    for at in range(len(counter.steps)):
        for kept in (False, True):
            breaker = Breaker(at, kept)
            with pytest.raises(StoreError):
                operation(breaker)
            yield breaker
