"""What a successor says of the log whose tree it took over: from which size on, and what of it is lost.

Source: `docs/spec/log.md`, "Succession". Public and unsigned: who reads it compares size and root with the successor's tree.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from voute.core.errors import FormatError
from voute.core.ids import Hash
from voute.core.values import UnixTime, time_text
from voute.format import canonical
from voute.format.fields import Fields

MAX_SUCCESSION: Final = 2_048
"""Bytes: under 800 with every field at its longest."""
_MAX_ORIGIN: Final = 200
_KEYS: Final = frozenset({"version", "old", "new", "size", "root", "known", "time"})


def succession_path(old: str) -> str:
    """Return where it is said what became of a log, below `/log/`."""
    return f"succession/{sha256(old.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Succession:
    """The successor began with the first `size` entries of the old log, which had signed `known` as far as anybody knew."""

    old: str
    new: str
    size: int
    root: Hash
    known: int
    time: UnixTime

    @property
    def behind(self) -> int:
        """How many entries of the old log the successor began without: those from `size` to `known`."""
        return self.known - self.size

    def encode(self) -> bytes:
        """Write it, in canonical JSON."""
        return canonical.dumps(
            {
                "version": 1,
                "old": self.old,
                "new": self.new,
                "size": self.size,
                "root": self.root.hex(),
                "known": self.known,
                "time": time_text(self.time),
            }
        )


def parse_succession(raw: bytes) -> Succession:
    """Read what a successor says; raises `FormatError`, `LimitError`; `encode` gives the same bytes."""
    fields = Fields(canonical.loads(raw, MAX_SUCCESSION), _KEYS, "succession")
    fields.version()
    found = Succession(
        fields.text("old", _MAX_ORIGIN),
        fields.text("new", _MAX_ORIGIN),
        fields.integer("size"),
        fields.hash("root"),
        fields.integer("known"),
        fields.time("time"),
    )
    if found.known < found.size or found.old == found.new:
        raise FormatError("a succession that cannot be", field="known")
    return found
