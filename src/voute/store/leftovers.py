"""Files in a store's folders that are none of the store's (`voute.core.ports_raw.Leftovers`)."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from voute.core.ports_raw import Leftover
from voute.store.durable import TEMPORARY_PREFIX, Disk, storing
from voute.store.watch import StepCounter, Watch


class PosixLeftovers:
    """`Leftovers` below one folder."""

    def __init__(self, root: Path, is_ours: Callable[[str], bool], watch: Watch | None = None) -> None:
        """Take the folder and the rule by which the store names its files (path below the folder, `/` between)."""
        self._root = root
        self._is_ours = is_ours
        self._disk = Disk(watch or StepCounter())

    def found(self) -> Iterator[Leftover]:
        """Yield them (`Leftovers.found`)."""
        now = time.time()
        with storing("list"):
            for folder, folders, files in os.walk(self._root):
                folders.sort()
                for name in sorted(files):
                    file = Path(folder, name)
                    path = file.relative_to(self._root).as_posix()
                    if self.is_temporary(path) or not self._is_ours(path):
                        try:
                            changed = file.stat().st_mtime
                        except FileNotFoundError:
                            # Its writer ended while we looked.
                            continue
                        yield Leftover(path, now - changed)

    def is_temporary(self, path: str) -> bool:
        """Tell whether our writers make such names (`Leftovers.is_temporary`)."""
        return path.rpartition("/")[2].startswith(TEMPORARY_PREFIX)

    def remove(self, path: str) -> None:
        """Remove one (`Leftovers.remove`)."""
        with storing("remove"):
            self._disk.remove(self._root / path)
