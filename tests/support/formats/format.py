"""What one format is to the tests: bytes in, the bytes that its parsed value writes again out, or a `VouteError`."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from typing_extensions import override

from tests.support.mutate import Mutator, Way, as_bytes
from tests.support.project import ROOT
from voute.core.errors import FormatError

VECTORS = ROOT / "vectors"


@dataclass(frozen=True)
class Format:
    """A format.

    `run` parses and writes again. With `exact` it gives back what it was given, whenever it gives anything back; without,
    people may write one thing in several ways. `twin` says that web/core reads it too, under the same name.
    `mend` makes a checksum fit again, so that changes reach what stands behind it. `covers` are the parsers that it runs,
    dotted, without `voute.`. `cases` is how many inputs it is
    given in `make test`, when one costs too much for the usual 10⁵; the long run has ten times as many.
    """

    name: str
    run: Callable[[bytes], bytes]
    seeds_of: Callable[[], Sequence[bytes]]
    covers: tuple[str, ...]
    way: Way = as_bytes
    twin: bool = True
    exact: bool = True
    mend: Callable[[bytes], bytes] | None = None
    cases: int | None = None

    @override
    def __str__(self) -> str:
        return self.name

    @cached_property
    def seeds(self) -> tuple[bytes, ...]:
        """Valid inputs, each once."""
        return tuple(dict.fromkeys(self.seeds_of()))

    def make(self, mutator: Mutator) -> bytes:
        """Make one input: a seed, one time in sixteen as it is, else changed in one place or two."""
        seeds = self.seeds
        data: bytes = mutator.pick(seeds)
        chance = mutator.draw()
        if chance < 1 / 16:
            return data
        data = self.change(mutator, data)
        return self.change(mutator, data) if chance > 0.8 else data

    def change(self, mutator: Mutator, data: bytes) -> bytes:
        """Change an input in one place."""
        changed = self.way(mutator, data, self.seeds)
        return self.mend(changed) if self.mend is not None and mutator.draw() < 0.75 else changed


def text(raw: bytes) -> str:
    """Read UTF-8 as both languages' tables do for formats that are texts."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("not UTF-8") from error


@cache
def _cases(folder: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(path.read_text("utf-8")) for path in sorted((VECTORS / folder).rglob("*.json")))


def good(folder: str, kind: str) -> tuple[dict[str, Any], ...]:
    """Give the inputs of the shared cases of this kind whose verdict is ok."""
    return tuple(one["input"] for one in _cases(folder) if one["kind"] == kind and one["verdict"] == "ok")


def logged(folder: str, field: str) -> tuple[Any, ...]:
    """Give a field of the good cases of a folder of vectors/log, and of those that are well formed but do not verify."""
    return tuple(
        one[field] for one in _cases(f"log/{folder}") if one["verdict"] not in {"note", "checkpoint", "limit", "tlog-proof"}
    )
