"""The list of one backup: its head, and every file by path, size and hash (docs/spec/backup.md)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from voute.core.errors import FormatError, LimitError
from voute.core.ids import Hash, parse_hex
from voute.core.values import UnixTime
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields, write_time

MAX_FILES: Final = 5_000_000
"""A vault has two files in the ledger: a city of two million vaults and 100 million documents has fewer."""
MAX_LIST: Final = 1024 * 1024 * 1024
"""Bytes of a list: a line has some 150."""
MAX_PATH: Final = 500
"""Bytes of a path."""

_HEAD: Final = frozenset({"version", "taken_at", "release", "schema", "log"})
_LOG: Final = frozenset({"origin", "size", "root"})
_PART: Final = r"[^./\x00-\x1f\x7f][^/\x00-\x1f\x7f]*"
_PATH: Final = re.compile(rf"{_PART}(?:/{_PART}){{0,7}}")
_LINE: Final = re.compile(r"([0-9a-f]{64}) (0|[1-9][0-9]{0,15}) (.+)")


def check_path(path: str) -> str:
    """Return a path that may stand in a list and below a folder; `FormatError` for any other."""
    if len(path.encode("utf-8", "surrogatepass")) > MAX_PATH or _PATH.fullmatch(path) is None or not path.isprintable():
        raise FormatError("backup: not a path")
    return path


@dataclass(frozen=True, slots=True, order=True)
class SavedFile:
    """One file of the city; `digest` is the SHA-256 of its `size` bytes."""

    path: str
    size: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """When and of what a backup was taken; `size` and `root` are the log's, published at that instant."""

    taken_at: UnixTime
    release: str
    schema: str
    origin: str
    size: int
    root: Hash


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One backup: its head and its files, in the order of their paths."""

    head: Head
    files: tuple[SavedFile, ...]

    def encode(self) -> bytes:
        """Write the list's plaintext.

        Raises:
            LimitError: it has more files, or bytes, than `parse` reads.
        """
        if len(self.files) > MAX_FILES:
            raise LimitError("backup: too many files", limit=MAX_FILES)
        log: Json = {"origin": self.head.origin, "size": self.head.size, "root": self.head.root.hex()}
        head: Json = {
            "version": 1,
            "taken_at": write_time(self.head.taken_at),
            "release": self.head.release,
            "schema": self.head.schema,
            "log": log,
        }
        lines = [f"{one.digest.hex()} {one.size} {check_path(one.path)}\n" for one in self.files]
        data = canonical.dumps(head) + b"\n" + "".join(lines).encode("utf-8")
        if len(data) > MAX_LIST:
            raise LimitError("backup: the list is too long", limit=MAX_LIST)
        return data

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a list's plaintext; `encode` gives the same bytes.

        Raises:
            FormatError: it is none.
            LimitError: it is too long.
        """
        if len(data) > MAX_LIST:
            raise LimitError("backup: the list is too long")
        first, newline, rest = data.partition(b"\n")
        if not newline:
            raise FormatError("backup: no list")
        fields = Fields(canonical.loads(first), _HEAD, "backup")
        fields.version()
        log = fields.object("log", _LOG)
        head = Head(
            fields.time("taken_at"),
            fields.text("release"),
            fields.text("schema"),
            log.text("origin"),
            log.integer("size"),
            log.hash("root"),
        )
        return cls(head, tuple(_ordered(_lines(rest))))


def _lines(rest: bytes) -> Iterable[SavedFile]:
    if rest and not rest.endswith(b"\n"):
        raise FormatError("backup: the last line has no end")
    lines = rest.split(b"\n")[:-1]
    if len(lines) > MAX_FILES:
        raise LimitError("backup: too many files")
    for line in lines:
        try:
            found = _LINE.fullmatch(line.decode("utf-8"))
        except UnicodeDecodeError:
            raise FormatError("backup: not a line") from None
        if found is None:
            raise FormatError("backup: not a line")
        yield SavedFile(check_path(found[3]), int(found[2]), bytes.fromhex(found[1]))


def _ordered(files: Iterable[SavedFile]) -> Iterable[SavedFile]:
    before = ""
    for one in files:
        if one.path <= before:
            raise FormatError("backup: paths out of order")
        before = one.path
        yield one


def encode_objects(digests: Iterable[bytes]) -> bytes:
    """Write the plain list of the objects that a backup needs."""
    return "".join(f"{digest}\n" for digest in sorted({one.hex() for one in digests})).encode("ascii")


def parse_objects(data: bytes) -> frozenset[bytes]:
    """Read the plain list of objects; `FormatError` for anything that `encode_objects` does not write."""
    try:
        found = frozenset(bytes(parse_hex(line, 32)) for line in data.decode("ascii").split("\n")[:-1])
    except UnicodeDecodeError:
        raise FormatError("backup: not a list of objects") from None
    if encode_objects(found) != data:
        raise FormatError("backup: not a list of objects")
    return found
