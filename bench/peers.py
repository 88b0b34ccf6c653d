"""The programs that a delivery is measured against, on the same files in the same run: restic and borg from Debian.

Both do less: they encrypt to one key of their own, without recipients, server, log or receipts. Their files are set aside and
not deleted while a measurement runs: for minutes after a mass deletion ext4 makes new files twenty times slower.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.usage import children_seconds

_PASSWORD: Final = "bench-only"  # noqa: S105 (locks a copy of made-up documents)


@dataclass(frozen=True, slots=True)
class Stored:
    """How long a peer took for all files, and the processor time of it, in seconds."""

    seconds: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that stores a folder of files; `package` is Debian's."""

    name: str
    package: str
    settings: str
    _store: Callable[[Path, Path], Stored]

    @property
    def is_there(self) -> bool:
        """Whether it is installed."""
        return shutil.which(self.name) is not None

    def store(self, files: Path, work: Path) -> Stored:
        """Store the files into a new repository below `work`; they are read once before, so that all find them in memory."""
        work.mkdir(parents=True)
        for path in files.rglob("*.pdf"):
            path.read_bytes()
        return self._store(files, work)


def _timed(command: list[str], variables: Mapping[str, str], folder: Path) -> Stored:
    cpu, start = children_seconds(), time.perf_counter()
    subprocess.run(command, check=True, env={**os.environ, **variables}, cwd=folder, capture_output=True)
    return Stored(time.perf_counter() - start, children_seconds() - cpu)


def _restic(files: Path, work: Path) -> Stored:
    variables = {"RESTIC_PASSWORD": _PASSWORD, "RESTIC_CACHE_DIR": str(work / "cache")}
    restic = ["restic", "-q", "-r", str(work / "repository")]
    _timed([*restic, "init"], variables, work)
    return _timed([*restic, "backup", str(files)], variables, work)


def _borg(files: Path, work: Path) -> Stored:
    variables = {"BORG_PASSPHRASE": _PASSWORD, "BORG_BASE_DIR": str(work / "base")}
    repository = str(work / "repository")
    _timed(["borg", "init", "-e", "repokey-blake2", repository], variables, work)
    return _timed(["borg", "create", "-C", "none", f"{repository}::a", "."], variables, files)


PEERS: Final = (
    Peer("restic", "restic", "local repository, AES-256-CTR and Poly1305, packs flushed", _restic),
    Peer("borg", "borgbackup", "local repository, repokey-blake2, no compression, segments flushed", _borg),
)


def missing() -> list[str]:
    """Say of each peer that is not there how to get it."""
    return [
        f"{peer.name} is not installed and was left out: apt-get install {peer.package}" for peer in PEERS if not peer.is_there
    ]
