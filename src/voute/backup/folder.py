"""The folder of backups: sealed objects named by what is in them, lists that come last (docs/spec/backup.md)."""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, ClassVar, Final

from voute.backup.snapshot import MAX_LIST, Head, Snapshot, encode_objects, parse_objects
from voute.core.errors import FormatError, LimitError, StateError, StoreError, VerificationError
from voute.core.values import time_text
from voute.seal import agefile
from voute.seal.file_key import FileKey
from voute.seal.hybrid import HybridIdentity, HybridRecipient

CHUNK: Final = 1024 * 1024
"""Bytes read at a time: a backup holds no file in memory."""
_TEMPORARY: Final = ".new-"
_LOCK: Final = ".lock"
_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{16}")

Progress = Callable[[str, int, int], None]
"""Is told the stage, how many files are done, and of how many."""


class NoBackupError(StateError):
    """There is no backup of this name, or none at all; fact `path`."""

    code: ClassVar[str] = "backup-none"


class BackupDamagedError(VerificationError):
    """A file of the backup, or of what is being backed up, is not what its name says, or cannot be read; fact `path`."""

    code: ClassVar[str] = "backup-damaged"


class BackupBusyError(StateError):
    """Somebody else writes into this folder of backups; fact `path`."""

    code: ClassVar[str] = "backup-busy"


class BackupFolder:
    """One folder of backups; what is visible in it is whole. One writer at a time (`alone`), any number of readers."""

    def __init__(self, root: Path) -> None:
        """Take the folder; it is made by the first backup."""
        self._root = root

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only writer: objects that a list is still to name must not look like those that nobody needs.

        Raises:
            BackupBusyError: there is another one.
        """
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupBusyError(path=str(self._root)) from error
            yield
        finally:
            os.close(handle)

    def names(self) -> list[str]:
        """Return the names of the backups, the oldest first."""
        folder = self._root / "snapshots"
        if not folder.is_dir():
            return []
        return sorted(path.stem for path in folder.glob("*.age") if _NAME.fullmatch(path.stem))

    def latest(self, name: str | None = None) -> str:
        """Return the name given, or the newest one.

        Raises:
            NoBackupError: there is none.
        """
        names = self.names()
        if not names or (name is not None and name not in names):
            raise NoBackupError(path=str(self._root))
        return names[-1] if name is None else name

    def has(self, digest: bytes) -> bool:
        """Tell whether an object is there."""
        return self._object(digest).exists()

    def add(self, source: Iterable[bytes], digest: bytes, recipient: HybridRecipient) -> None:
        """Seal bytes, which come in pieces, whose SHA-256 is known; what is there already stays.

        Raises:
            BackupDamagedError: the bytes are others; nothing was added.
        """
        if self.has(digest):
            return
        hasher = hashlib.sha256()
        pieces = _hashing(source, hasher.update)

        def check() -> None:
            if hasher.digest() != digest:
                raise BackupDamagedError("the file changed while it was read", path=digest.hex())

        self._write(self._object(digest), _sealed(pieces, recipient), check)

    def finish(self, snapshot: Snapshot, recipient: HybridRecipient) -> str:
        """Write the list of a backup whose objects are all there, and return its name."""
        name = f"{_stamp(snapshot.head)}-{secrets.token_hex(8)}"
        digests = [one.digest for one in snapshot.files]
        folder = self._root / "snapshots"
        # First: a list that could not be read again leaves nothing behind.
        plain = snapshot.encode()
        self._write(folder / f"{name}.objects", (encode_objects(digests),))
        self._write(folder / f"{name}.age", _sealed((plain,), recipient))
        return name

    def read_list(self, name: str, identity: HybridIdentity) -> Snapshot:
        """Open the list of a backup.

        Raises:
            NotForThisKeyError: it is sealed to another key.
            BackupDamagedError: it is no list.
        """
        path = self._root / "snapshots" / f"{name}.age"
        with _naming(path), path.open("rb") as file:
            data = bytearray()
            for piece in agefile.open_file_pieces(file, (identity,)):
                data += piece
                if len(data) > MAX_LIST:
                    raise LimitError("backup: the list is too long")
            return Snapshot.parse(bytes(data))

    def open(self, digest: bytes, size: int, identity: HybridIdentity) -> Iterator[bytes]:
        """Open an object piece by piece; the caller may use nothing of it before the last piece came.

        Raises:
            BackupDamagedError: it is missing, or not what its name says.
        """
        path = self._object(digest)
        hasher, count = hashlib.sha256(), 0
        with _naming(path), path.open("rb") as file:
            for piece in agefile.open_file_pieces(file, (identity,)):
                hasher.update(piece)
                count += len(piece)
                yield piece
        if (hasher.digest(), count) != (digest, size):
            raise BackupDamagedError("not what its name says", path=str(path))

    def forget(self, names: Iterable[str]) -> int:
        """Remove backups, then the objects that no other one needs; returns how many objects went.

        A list goes first: what is cut in the middle leaves objects that nobody needs, which the next call removes.
        """
        folder = self._root / "snapshots"
        for name in names:
            for suffix in (".age", ".objects"):
                (folder / f"{name}{suffix}").unlink(missing_ok=True)
        flush_folder(folder)
        kept: set[bytes] = set()
        for name in self.names():
            path = folder / f"{name}.objects"
            with _naming(path):
                kept |= parse_objects(path.read_bytes())
        gone = 0
        for path in (self._root / "objects").glob("*/*.age"):
            if bytes.fromhex(path.stem) not in kept:
                path.unlink()
                gone += 1
        return gone

    def sweep(self) -> None:
        """Remove temporary files of a backup that was cut; to be called by the only writer."""
        for path in self._root.rglob(f"{_TEMPORARY}*"):
            path.unlink(missing_ok=True)

    def _object(self, digest: bytes) -> Path:
        return self._root / "objects" / digest.hex()[:2] / f"{digest.hex()}.age"

    def _write(self, path: Path, pieces: Iterable[bytes], check: Callable[[], None] = lambda: None) -> None:
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for made in (path.parent.parent, self._root):
                flush_folder(made)
        temporary = path.with_name(f"{_TEMPORARY}{secrets.token_hex(8)}")
        try:
            with temporary.open("xb") as file:
                for piece in pieces:
                    file.write(piece)
                check()
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        flush_folder(path.parent)


def _stamp(head: Head) -> str:
    """Return the first part of a backup's name: its time, which sorts."""
    return time_text(head.taken_at).replace("-", "").replace(":", "")


def read_pieces(source: BinaryIO, size: int) -> Iterator[bytes]:
    """Read exactly `size` bytes in pieces.

    Raises:
        StoreError: the file is shorter.
    """
    left = size
    while left:
        piece = source.read(min(CHUNK, left))
        if not piece:
            raise StoreError("a file became shorter while it was read")
        left -= len(piece)
        yield piece


def _hashing(pieces: Iterable[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in pieces:
        update(piece)
        yield piece


def _sealed(pieces: Iterable[bytes], recipient: HybridRecipient) -> Iterator[bytes]:
    file_key = FileKey.generate()
    yield agefile.seal_header(file_key, (recipient,))
    yield from agefile.seal_payload_pieces(file_key, pieces)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn what does not open into `BackupDamagedError` with the file's name; a wrong key stays itself."""
    try:
        yield
    except BackupDamagedError:
        raise
    except (FormatError, LimitError, VerificationError, FileNotFoundError) as error:
        raise BackupDamagedError(type(error).__name__, path=str(path)) from error
    except OSError as error:
        if error.filename is not None:
            raise
        # Of an open file: bytes that the disk cannot give.
        raise BackupDamagedError(error.strerror or "", path=str(path)) from error


def create_private(path: Path) -> BinaryIO:
    """Create a file of mode 0600 to write bytes into; an existing one is an error (`FileExistsError`)."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
