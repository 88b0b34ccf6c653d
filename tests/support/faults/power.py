"""What a disk holds when the power goes: nothing that was not flushed, neither bytes nor names (as far as POSIX promises)."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Undo = Callable[[], None]


@dataclass
class Power:
    """Remembers what is not flushed yet; `fail` takes it away.

    Harsher than most disks: every name that its folder does not yet promise is gone, every file that was not flushed is cut
    in half, and so is what a commit without flush wrote to the write-ahead log.
    """

    wal: Path
    unsynced: dict[Path, None] = field(default_factory=dict)
    names: list[tuple[Path, Undo]] = field(default_factory=list)
    wal_durable: int = 0
    punched: dict[Path, bytes] = field(default_factory=dict)
    _old: dict[Path, bytes | None] = field(default_factory=dict)

    def before(self, step: str, *paths: Path) -> None:
        """Keep what the step destroys."""
        if step == "punch":
            # Bytes that were durable stay so until their zeros are.
            self.punched.setdefault(paths[-1], paths[-1].read_bytes())
        if step in {"rename", "link", "unlink"}:
            target = paths[-1]
            self._old[target] = target.read_bytes() if target.is_file() else None

    def after(self, step: str, *paths: Path) -> None:
        if step == "sql-commit":
            self.wal_durable = wal_size(self.wal)
        elif step == "sql-checkpoint":
            self.wal_durable = 0
        elif paths:
            self._after(step, paths[0], paths[-1])

    def _after(self, step: str, source: Path, target: Path) -> None:
        match step:
            case "create":
                self._name(target, None)
                self.unsynced[target] = None
            case "write":
                self.unsynced[target] = None
            case "fsync":
                self.unsynced.pop(target, None)
                self.punched.pop(target, None)
            case "rename" | "link":
                if source in self.unsynced:
                    self.unsynced[target] = None
                self._name(target, self._old[target])
            case "unlink":
                self._name(target, self._old[target])
            case "mkdir":
                self.names.append((target.parent, lambda: shutil.rmtree(target, ignore_errors=True)))
            case "fsync-folder":
                self.names = [(folder, undo) for folder, undo in self.names if folder != target]

    @property
    def is_all_flushed(self) -> bool:
        """Whether a power failure would take nothing."""
        return not self.unsynced and not self.punched and not self.names and wal_size(self.wal) <= self.wal_durable

    def fail(self) -> None:
        for path in self.unsynced:
            if path.is_file():
                data = path.read_bytes()
                path.write_bytes(data[: len(data) // 2])
        for path, data in self.punched.items():
            path.write_bytes(data)
        for _, undo in reversed(self.names):
            undo()
        cut_wal(self.wal, self.wal_durable)

    def _name(self, path: Path, old: bytes | None) -> None:
        def undo() -> None:
            if old is None:
                path.unlink(missing_ok=True)
            elif path.parent.is_dir():
                path.write_bytes(old)

        self.names.append((path.parent, undo))


def wal_size(wal: Path) -> int:
    return wal.stat().st_size if wal.exists() else 0


def cut_wal(wal: Path, size: int) -> None:
    """Leave the first bytes of the write-ahead log; SQLite counts a transaction only whose last frame is whole."""
    if wal_size(wal) > size:
        with wal.open("r+b") as file:
            file.truncate(size)
