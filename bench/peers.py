"""The programs that a delivery is measured against, on the same files in the same run: restic, borg, Dovecot, all from Debian.

All do less: restic and borg encrypt to one key of their own, without recipients, server, log or receipts; Dovecot delivers into
mailboxes, each with a key pair that the server itself holds. Their files are set aside and not deleted while a measurement runs:
for minutes after a mass deletion ext4 makes new files twenty times slower.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import dovecot
from bench.usage import children_seconds

_PASSWORD: Final = "bench-only"  # noqa: S105 (locks a copy of made-up documents)
DOVECOT_MOST: Final = 2_000
"""Documents of one turn of Dovecot, which takes some 200 a second: more would take longer and say nothing else."""
_NEVER: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Stored:
    """How many documents a peer took, how long it needed for all, and the processor time of it, in seconds.

    `list_ms` is how long a signed-in reader waits for a list of `listed` of them, where the peer has readers.
    """

    documents: int
    seconds: float
    cpu_s: float
    listed: int = 0
    list_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that stores files; `packages` are Debian's, `most` is how many of them at a time."""

    name: str
    packages: str
    settings: str
    is_there: Callable[[], bool]
    most: int
    _store: Callable[[Path, Sequence[Path], Path], Stored]

    def store(self, files: Path, work: Path) -> Stored:
        """Store the files into a new place below `work`; they are read once before, so that all find them in memory."""
        work.mkdir(parents=True)
        given = sorted(files.rglob("*.pdf"))[: self.most]
        for path in given:
            path.read_bytes()
        return self._store(files, given, work)


def _timed(command: list[str], variables: Mapping[str, str], folder: Path, documents: int) -> Stored:
    cpu, start = children_seconds(), time.perf_counter()
    subprocess.run(command, check=True, env={**os.environ, **variables}, cwd=folder, capture_output=True)
    return Stored(documents, time.perf_counter() - start, children_seconds() - cpu)


def _restic(files: Path, given: Sequence[Path], work: Path) -> Stored:
    variables = {"RESTIC_PASSWORD": _PASSWORD, "RESTIC_CACHE_DIR": str(work / "cache")}
    restic = ["restic", "-q", "-r", str(work / "repository")]
    _timed([*restic, "init"], variables, work, 0)
    return _timed([*restic, "backup", str(files)], variables, work, len(given))


def _borg(files: Path, given: Sequence[Path], work: Path) -> Stored:
    variables = {"BORG_PASSPHRASE": _PASSWORD, "BORG_BASE_DIR": str(work / "base")}
    repository = str(work / "repository")
    _timed(["borg", "init", "-e", "repokey-blake2", repository], variables, work, 0)
    return _timed(["borg", "create", "-C", "none", f"{repository}::a", "."], variables, files, len(given))


def _dovecot(files: Path, given: Sequence[Path], work: Path) -> Stored:
    del files
    with dovecot.running(work) as mail:
        return Stored(len(given), *mail.deliver_all(given), *mail.time_a_list())


PEERS: Final = (
    Peer(
        "restic",
        "restic",
        "local repository, AES-256-CTR and Poly1305, packs flushed",
        lambda: shutil.which("restic") is not None,
        _NEVER,
        _restic,
    ),
    Peer(
        "borg",
        "borgbackup",
        "local repository, repokey-blake2, no compression, segments flushed",
        lambda: shutil.which("borg") is not None,
        _NEVER,
        _borg,
    ),
    Peer(
        "Dovecot",
        "dovecot-core dovecot-lmtpd dovecot-imapd",
        "LMTP into maildirs, mail_crypt with a key pair for each mailbox, flushed for each message",
        dovecot.is_there,
        DOVECOT_MOST,
        _dovecot,
    ),
)


def missing() -> list[str]:
    """Say of each peer that is not there how to get it."""
    return [
        f"{peer.name} is not installed and was left out: apt-get install {peer.packages}" for peer in PEERS if not peer.is_there()
    ]
