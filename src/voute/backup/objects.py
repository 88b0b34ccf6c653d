"""Seals the objects of a city on S3 into a folder of backups, so that what is there at one instant is in it.

Objects have no second names that would hold them still. So they are copied before the instant, again and again until little
changes in between, and within it only what is new since: packs and tiles never change, the rest of a second is small.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

from voute.backup.folder import BackupDamagedError, BackupFolder, Progress
from voute.backup.holes import with_holes
from voute.backup.snapshot import SavedFile, check_path
from voute.core.errors import FormatError
from voute.core.ports_objects import CityObjects, StoredObject
from voute.seal.hybrid import HybridRecipient

ROUNDS: Final = 5
"""Copies before the instant, at most: a city that is written to without end is caught up with in the instant."""
FEW: Final = 32
"""Objects that may be left for the instant: some tenths of a second in which writers wait."""
AT_ONCE: Final = 8
"""Small objects on their way at once."""
_PACK: Final = re.compile(r"packs/[0-9a-f]{2}/([0-9a-f]{64})\.pack")
_KNOWN: Final = re.compile(r"([0-9a-f]{64}) ([0-9]{1,15}) ([^\n]{1,300})\t([^\n]{1,500})")


class Gathering:
    """The objects of one city on their way into one folder of backups."""

    def __init__(
        self, objects: CityObjects, folder: BackupFolder, recipient: HybridRecipient, known: Path, progress: Progress
    ) -> None:
        """Take what is copied and where to; `known` is a file of the city's own that spares reading what did not change."""
        self._objects = objects
        self._folder = folder
        self._recipient = recipient
        self._known_file = known
        self._progress = progress
        self._known = read_known(known)
        self._found: dict[str, tuple[str, SavedFile]] = {}
        self.added = 0

    def gather(self) -> None:
        """Copy until little is left; the city goes on meanwhile.

        Raises:
            BackupDamagedError: a pack is not what its name says.
            StoreError: the store failed.
        """
        for _ in range(ROUNDS):
            if self._round() <= FEW:
                return

    def settle(self) -> None:
        """Copy what changed since, while nobody writes; then `files` are those of this instant.

        Raises:
            BackupDamagedError, StoreError: as `gather`.
        """
        self._round()

    @property
    def files(self) -> Sequence[SavedFile]:
        """What is in the folder of backups of what was listed last."""
        return [one for _, one in self._found.values()]

    def remember(self) -> None:
        """Keep what is known of objects for the next backup; losing it costs time alone."""
        lines = [f"{one.digest.hex()} {one.size} {tag}\t{path}\n" for path, (tag, one) in sorted(self._found.items())]
        fresh = self._known_file.with_name(f"{self._known_file.name}-new")
        with suppress(OSError):
            fresh.write_text("".join(lines), "utf-8")
            fresh.replace(self._known_file)

    def _round(self) -> int:
        """List, copy what is not there, forget what is gone; returns how many objects were read."""
        listed = {one.path: one for one in self._objects.listed() if _may_be_listed(one.path)}
        self._found = {path: found for path, found in self._found.items() if path in listed}
        wanted = [one for one in listed.values() if not self._has(one)]
        packs = [one for one in wanted if _PACK.fullmatch(one.path)]
        others = [one for one in wanted if not _PACK.fullmatch(one.path)]
        done = 0
        # Sidecars first: they say which bytes of a pack may be missing.
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for found in pool.map(self._copy, others):
                done += self._keep(found, done, len(wanted))
        for one in packs:
            done += self._keep(self._copy(one), done, len(wanted))
        return done

    def _keep(self, found: tuple[str, SavedFile, bool] | None, done: int, total: int) -> int:
        if found is not None:
            tag, one, is_new = found
            self._found[one.path] = (tag, one)
            self.added += is_new
        self._progress("save", done + 1, total)
        return 1

    def _has(self, one: StoredObject) -> bool:
        """Tell whether an object's bytes are in the folder already, by its tag, or a pack's by its name."""
        kept = self._found.get(one.path) or self._known.get(one.path)
        if kept is not None and kept[0] == one.tag and self._folder.has(kept[1].digest):
            self._found[one.path] = kept
            return True
        pack = _PACK.fullmatch(one.path)
        if pack is None or not self._folder.has(bytes.fromhex(pack[1])):
            return False
        # What it has lost since was deleted: it comes back with a restored pack, and goes again (docs/operate/backup.md).
        self._found[one.path] = (one.tag, SavedFile(one.path, one.size, bytes.fromhex(pack[1])))
        return True

    def _copy(self, listed: StoredObject) -> tuple[str, SavedFile, bool] | None:
        """Read an object and seal it; None: it went meanwhile, with a draft that was cancelled."""
        path = listed.path
        read = self._objects.read(path)
        if read is None:
            return None
        data, tag = read
        digest = hashlib.sha256(data).digest()
        pack = _PACK.fullmatch(path)
        if pack is not None and digest.hex() != pack[1]:
            sidecar = self._objects.read(f"{path.removesuffix('.pack')}.side")
            if sidecar is None or with_holes(data, sidecar[0]) != digest:
                raise BackupDamagedError("a pack is not what its name says", path=path)
        is_new = not self._folder.has(digest)
        self._folder.add((data,), digest, self._recipient)
        return tag, SavedFile(path, len(data), digest), is_new


def _may_be_listed(path: str) -> bool:
    """Tell whether a list can name an object; another name is somebody else's, and fsck tells of it."""
    try:
        check_path(path)
    except FormatError:
        return False
    return True


def read_known(file: Path) -> Mapping[str, tuple[str, SavedFile]]:
    """Read what an earlier backup kept; anything that it did not write counts as nothing known."""
    try:
        return dict(_known(file.read_text("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, FormatError):
        return {}


def _known(lines: Iterable[str]) -> Iterable[tuple[str, tuple[str, SavedFile]]]:
    for line in lines:
        found = _KNOWN.fullmatch(line)
        if found is None:
            raise FormatError("backup: not a line of what is known")
        yield found[4], (found[3], SavedFile(check_path(found[4]), int(found[2]), bytes.fromhex(found[1])))
