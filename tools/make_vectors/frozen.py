"""Bytes that cannot be made twice: sealing and ML-DSA signing are random, and the product offers no way around it.

They are made once, kept in `vectors/frozen.json` by name, and every case is derived from them. Delete the file to draw new
ones: all outputs change, no verdict does.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

PATH = Path(__file__).resolve().parents[2] / "vectors" / "frozen.json"


class Frozen:
    """The store: `get` makes what is missing, `save` writes what was used."""

    def __init__(self, path: Path = PATH) -> None:
        self._path = path
        self._kept: dict[str, str] = json.loads(path.read_text("ascii")) if path.exists() else {}
        self._used: dict[str, str] = {}

    def get(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return the bytes kept under a name, making them the first time."""
        if name not in self._kept:
            self._kept[name] = base64.b64encode(make()).decode("ascii")
        self._used[name] = self._kept[name]
        return base64.b64decode(self._kept[name])

    def save(self) -> None:
        """Write what was used since the start, sorted."""
        self._path.write_text(json.dumps(self._used, indent=1, sort_keys=True) + "\n", "ascii")


FROZEN = Frozen()
