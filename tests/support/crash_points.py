"""Distinct crash points that were tried: operation, step, ordinal, and what became of the step; printed at the end."""

from collections import Counter
from dataclasses import dataclass, field

from typing_extensions import override


@dataclass
class Points:
    """The points of a module."""

    seen: set[tuple[str, str, int, str]] = field(default_factory=set)

    def add(self, operation: str, step: str, ordinal: int, outcome: str) -> None:
        self.seen.add((operation, step, ordinal, outcome))

    @override
    def __str__(self) -> str:
        by_operation = Counter((operation, outcome) for operation, _, _, outcome in self.seen)
        parts = ", ".join(f"{operation} {outcome}: {number}" for (operation, outcome), number in sorted(by_operation.items()))
        return f"distinct crash points: {len(self.seen)} ({parts})"
