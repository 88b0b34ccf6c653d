"""Disks that fail the client at one step: the power is cut, the process is killed, or the call returns an error.

*lost*: the step is not done, and with the power goes all that was not flushed: bytes written since their file's last
flush, names given since their folder's. *kept*: the step is done and everything stays, but the process never learns it.
"""

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

from typing_extensions import override

FOLDER: Final = -1
"""What stands for a folder where a file has the number of its bytes."""


@dataclass
class Counter:
    """Breaks nothing and notes every step with the kind of its file."""

    steps: list[str] = field(default_factory=list)

    def before(self, step: str, path: Path, /) -> None:
        self.steps.append(f"{step} {kind_of(path)}")

    def after(self, _step: str, _path: Path, /) -> None:
        pass


@dataclass
class Refuse(Counter):
    """The disk says `error` at step `at`, before it is done or (`kept`) after; `sticky` also at every later one."""

    at: int = 0
    error: int = 0
    kept: bool = False
    sticky: bool = False

    @override
    def before(self, step: str, path: Path, /) -> None:
        super().before(step, path)
        if self._now() and not self.kept:
            raise OSError(self.error, os.strerror(self.error), str(path))

    @override
    def after(self, _step: str, path: Path, /) -> None:
        if self._now() and self.kept:
            raise OSError(self.error, os.strerror(self.error), str(path))

    def _now(self) -> bool:
        number = len(self.steps) - 1
        return number >= self.at if self.sticky else number == self.at


@dataclass
class Kill(Counter):
    """The process is killed after step `at`; what it did stays."""

    at: int = 0

    @override
    def after(self, _step: str, _path: Path, /) -> None:
        if len(self.steps) - 1 == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class PowerCut(Counter):
    """The power is cut before step `at`; of a client that forgets to flush (`deaf`, a step) it is told no such step."""

    at: int = 0
    deaf: str = ""

    def __post_init__(self) -> None:
        self._disk = Durable()

    @override
    def before(self, step: str, path: Path, /) -> None:
        super().before(step, path)
        if len(self.steps) - 1 == self.at:
            self._disk.cut()
            os.kill(os.getpid(), signal.SIGKILL)
        self._disk.before(step, path)

    @override
    def after(self, step: str, path: Path, /) -> None:
        if self.steps[-1] != self.deaf:
            self._disk.after(step, path)


class Durable:
    """What the disk really holds: a file's bytes as last flushed, a folder's names as last flushed."""

    def __init__(self) -> None:
        self._names: dict[Path, dict[str, int]] = {}
        self._bytes: dict[int, bytes] = {}
        self._number: dict[int, int] = {}
        self._numbers = count()

    def before(self, step: str, path: Path) -> None:
        self._look(path.parent)
        if step in {"write", "truncate", "rename", "unlink", "create"}:
            self._remember(path)
        if step == "create":
            self._is_new = not path.exists()

    def after(self, step: str, path: Path) -> None:
        if step == "create" and self._is_new:
            self._bytes[self._new_number(path)] = b""
        elif step == "fsync":
            self._bytes[self._number_of(path)] = path.read_bytes()
        elif step == "fsync-folder":
            self._names[path] = self._listing(path)
        elif step == "make-folder":
            self._names[path] = {}

    def cut(self) -> None:
        """Put the disk back to what was flushed."""
        for folder in sorted(self._names, key=lambda one: len(one.parts)):
            if folder.is_dir():
                self._restore(folder)

    def _restore(self, folder: Path) -> None:
        names = self._names[folder]
        for path in list(folder.iterdir()):
            if names.get(path.name) != self._number_or_folder(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, number in names.items():
            path = folder / name
            if number == FOLDER:
                path.mkdir(mode=0o700, exist_ok=True)
            elif number in self._bytes and (not path.exists() or path.read_bytes() != self._bytes[number]):
                path.write_bytes(self._bytes[number])
                path.chmod(0o600)

    def _look(self, folder: Path) -> None:
        """All that a folder holds when it is first touched was there before this process: it is durable."""
        if folder not in self._names and folder.is_dir():
            self._names[folder] = self._listing(folder)

    def _remember(self, path: Path) -> None:
        if path.is_file():
            number = self._number_of(path)
            if number not in self._bytes:
                self._bytes[number] = path.read_bytes()

    def _listing(self, folder: Path) -> dict[str, int]:
        return {path.name: self._number_or_folder(path) for path in folder.iterdir()}

    def _number_or_folder(self, path: Path) -> int:
        return FOLDER if path.is_dir() else self._number_of(path)

    def _number_of(self, path: Path) -> int:
        inode = path.stat().st_ino
        if inode not in self._number:
            self._number[inode] = next(self._numbers)
        return self._number[inode]

    def _new_number(self, path: Path) -> int:
        # An inode that was free may have belonged to a file that is gone, but not yet for the disk.
        self._number[path.stat().st_ino] = next(self._numbers)
        return self._number_of(path)


def kind_of(path: Path) -> str:
    """Name a file by its job, so that steps of different runs can be told alike."""
    name = path.name.lstrip(".")
    for kind in ("journal", "sealed", "receipts", "summary", "registry", "outbox", "trust-root", "spool"):
        if name.startswith(kind):
            return kind
    return "pack" if path.suffix == ".pack" else "run" if path.parent.name == "runs" else "home"


def breaker(spec: dict[str, object]) -> Counter:
    """Make the disk that a request asks for."""
    kinds: dict[str, Callable[..., Counter]] = {"count": Counter, "refuse": Refuse, "kill": Kill, "power": PowerCut}
    rest = {key: value for key, value in spec.items() if key != "how"}
    return kinds[str(spec["how"])](**rest)
