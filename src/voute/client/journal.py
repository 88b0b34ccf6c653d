"""The journal of a run: one file that only grows and says how far the run has come.

Source: `docs/spec/journal.md`. A line is 16 hex digits (the first 8 bytes of the SHA-256 of what follows), a space, a
canonical JSON object, a line feed. Only the last line may be torn, and then counts for nothing.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from voute.client.disk import DISK, GrowingFile
from voute.core.errors import FormatError, StateError
from voute.core.ids import ID_SIZE, DeliveryId, Hash, Slug, parse_hex
from voute.core.values import UnixTime, time_text
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields, to_base64

MAX_LINE: Final = 1024 * 1024
"""Bytes of a line: the longest names 1,000 rows."""

ROWS_IN_LINE: Final = 1_000
"""Rows that one line names: some 100 kB."""

_CHECK: Final = 16
_MAX_RUN: Final = 100
_MAX_REFERENCE: Final = 100
_MAX_PATH: Final = 8_192
"""Characters of a path in base64: Linux allows 4,096 bytes."""


class JournalDamagedError(StateError):
    """The journal of a run, or its spool, is not what this program wrote."""

    code: ClassVar[str] = "journal-damaged"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What was asked for when the run began."""

    city: Slug
    issuer: Slug
    run: str
    delivery_id: DeliveryId
    table: Path
    table_hash: Hash
    pdf_folder: Path
    new_party: bool
    at: UnixTime


@dataclass(frozen=True, slots=True)
class Commit:
    """The figures of a delivery whose commit was about to be asked for."""

    documents: int
    to_vaults: int
    digital: int
    packs: int
    bytes: int


@dataclass(slots=True)
class JournalState:
    """What the lines of a journal add up to."""

    beginning: Beginning
    delivery_id: DeliveryId
    kept: set[Hash] = field(default_factory=set)
    """Packs whose bytes and draft the city has acknowledged."""
    known: dict[int, str] = field(default_factory=dict)
    held: dict[int, str] = field(default_factory=dict)
    frozen: dict[int, str] = field(default_factory=dict)
    commit: Commit | None = None


def encode_line(value: Mapping[str, Json]) -> bytes:
    """Write one line."""
    payload = canonical.dumps(value)
    return hashlib.sha256(payload).hexdigest()[:_CHECK].encode() + b" " + payload + b"\n"


def parse_journal(raw: bytes) -> tuple[JournalState, int]:
    """Read a journal; returns its state and the length of its whole lines.

    Raises `FormatError` when a line other than the last is not whole, when the first is not `begin`, or for a line that
    says something unknown.
    """
    state: JournalState | None = None
    size = 0
    for value, end in _lines(raw):
        state = _begin(value) if state is None else _apply(state, value)
        size = end
    if state is None:
        raise FormatError("a journal begins with a whole line")
    return state, size


def _lines(raw: bytes) -> Iterator[tuple[Json, int]]:
    at = 0
    while at < len(raw):
        end = raw.find(b"\n", at, at + MAX_LINE) + 1
        line = raw[at:end] if end else raw[at:]
        try:
            yield _parse_line(line), end
        except FormatError:
            # The last bytes of a run that was killed: what they were to say did not happen yet.
            if end in {0, len(raw)} and len(raw) - at <= MAX_LINE:
                return
            raise
        at = end


def _parse_line(line: bytes) -> Json:
    check, space, payload = line[:_CHECK], line[_CHECK : _CHECK + 1], line[_CHECK + 1 : -1]
    if space != b" " or line[-1:] != b"\n" or hashlib.sha256(payload).hexdigest()[:_CHECK].encode() != check:
        raise FormatError("a line of the journal is not whole")
    return canonical.loads(payload, MAX_LINE)


def _kind(value: Json) -> str:
    kind = value.get("kind") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


_BEGIN_KEYS: Final = frozenset(
    {"kind", "version", "city", "issuer", "run", "delivery_id", "table", "table_hash", "pdf_folder", "new_party", "at"}
)


def _write_begin(one: Beginning) -> Mapping[str, Json]:
    return {
        "kind": "begin",
        "version": 1,
        "city": one.city,
        "issuer": one.issuer,
        "run": one.run,
        "delivery_id": one.delivery_id.hex(),
        "table": _write_path(one.table),
        "table_hash": one.table_hash.hex(),
        "pdf_folder": _write_path(one.pdf_folder),
        "new_party": one.new_party,
        "at": time_text(one.at),
    }


def _begin(value: Json) -> JournalState:
    if _kind(value) != "begin":
        raise FormatError("a journal begins with `begin`")
    line = Fields(value, _BEGIN_KEYS, "journal")
    line.version()
    delivery_id = DeliveryId(line.identifier("delivery_id"))
    beginning = Beginning(
        city=line.slug("city"),
        issuer=line.slug("issuer"),
        run=line.text("run", _MAX_RUN),
        delivery_id=delivery_id,
        table=_read_path(line, "table"),
        table_hash=line.hash("table_hash"),
        pdf_folder=_read_path(line, "pdf_folder"),
        new_party=line.boolean("new_party"),
        at=line.time("at"),
    )
    return JournalState(beginning, delivery_id)


def _apply(state: JournalState, value: Json) -> JournalState:
    reader = _READERS.get(_kind(value))
    if reader is None:
        raise FormatError("a line of the journal says something unknown")
    reader(state, value)
    return state


def _read_resume(state: JournalState, value: Json) -> None:
    Fields(value, frozenset({"kind", "at"}), "journal.resume").time("at")
    state.known.clear()
    state.held.clear()
    state.frozen.clear()


def _read_anew(state: JournalState, value: Json) -> None:
    line = Fields(value, frozenset({"kind", "delivery_id"}), "journal.anew")
    state.delivery_id = DeliveryId(line.identifier("delivery_id"))
    state.kept.clear()
    state.commit = None


def _read_kept(state: JournalState, value: Json) -> None:
    state.kept.add(Fields(value, frozenset({"kind", "pack"}), "journal.kept").hash("pack"))


def _read_known(state: JournalState, value: Json) -> None:
    for line, document in _read_rows(value):
        parse_hex(document, ID_SIZE)
        state.known[line] = document


def _read_held(state: JournalState, value: Json) -> None:
    state.held.update(_read_references(value))


def _read_frozen(state: JournalState, value: Json) -> None:
    state.frozen.update(_read_references(value))


def _read_references(value: Json) -> Iterator[tuple[int, str]]:
    for line, reference in _read_rows(value):
        if len(reference) > _MAX_REFERENCE:
            raise FormatError("journal.rows: a reference is too long")
        yield line, reference


def _read_rows(value: Json) -> Iterator[tuple[int, str]]:
    for row in Fields(value, frozenset({"kind", "rows"}), "journal.rows").list("rows", 1, ROWS_IN_LINE):
        if not isinstance(row, list) or len(row) != 2:  # noqa: PLR2004 -- a pair
            raise FormatError("journal.rows: not a pair")
        line, text = row
        if type(line) is not int or line < 1 or not isinstance(text, str):
            raise FormatError("journal.rows: not a line and a text")
        yield line, text


_COMMIT_KEYS: Final = frozenset({"kind", "documents", "to_vaults", "digital", "packs", "bytes"})


def _read_commit(state: JournalState, value: Json) -> None:
    line = Fields(value, _COMMIT_KEYS, "journal.commit")
    documents = line.integer("documents", 1)
    packs, size = line.integer("packs", 1), line.integer("bytes", 1)
    to_vaults = line.integer("to_vaults", 0, documents)
    state.commit = Commit(documents, to_vaults, line.integer("digital", 0, to_vaults), packs, size)


_READERS: Final[Mapping[str, Callable[[JournalState, Json], None]]] = {
    "resume": _read_resume,
    "anew": _read_anew,
    "kept": _read_kept,
    "known": _read_known,
    "held": _read_held,
    "frozen": _read_frozen,
    "commit": _read_commit,
}


def _write_path(path: Path) -> str:
    # A name on a Linux disk is bytes, not always a text.
    return to_base64(os.fsencode(path))


def _read_path(line: Fields, key: str) -> Path:
    return Path(os.fsdecode(line.base64(key, _MAX_PATH)))


class Journal:
    """The journal of a run, open for writing."""

    def __init__(self, state: JournalState, file: GrowingFile) -> None:
        """Take the state that its lines add up to."""
        self.state = state
        self._file = file

    @classmethod
    def begin(cls, path: Path, beginning: Beginning) -> "Journal":
        """Begin a journal, in place of one that is settled; durable on return."""
        line = encode_line(_write_begin(beginning))
        DISK.replace(path, line)
        return cls(JournalState(beginning, beginning.delivery_id), DISK.reopen(path, len(line)))

    @classmethod
    def reopen(cls, path: Path) -> "Journal":
        """Open the journal of an unfinished run; raises `JournalDamagedError`."""
        raw = path.read_bytes()
        try:
            state, size = parse_journal(raw)
        except FormatError as error:
            raise JournalDamagedError(error.detail, path=str(path)) from error
        return cls(state, DISK.reopen(path, size))

    def resume(self, at: UnixTime) -> None:
        """Note that the run goes on."""
        self._append({"kind": "resume", "at": time_text(at)})

    def anew(self, delivery_id: DeliveryId) -> None:
        """Note that nothing of the former delivery counts, and the id of the next; durable on return."""
        self._append({"kind": "anew", "delivery_id": delivery_id.hex()}, sync=True)

    def keep(self, pack: Hash) -> None:
        """Note that the city has acknowledged a pack and its draft; a line that is lost costs a repeated draft only."""
        self._append({"kind": "kept", "pack": pack.hex()})

    def commit(self, commit: Commit, known: Mapping[int, str], held: Mapping[int, str], frozen: Mapping[int, str]) -> None:
        """Note what is about to be committed, and what becomes of the other rows; durable on return."""
        for kind, rows in (("known", known), ("held", held), ("frozen", frozen)):
            pairs = sorted(rows.items())
            for start in range(0, len(pairs), ROWS_IN_LINE):
                self._append({"kind": kind, "rows": pairs[start : start + ROWS_IN_LINE]})
        figures = {"documents": commit.documents, "to_vaults": commit.to_vaults, "digital": commit.digital}
        self._append({"kind": "commit", **figures, "packs": commit.packs, "bytes": commit.bytes}, sync=True)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _append(self, value: Mapping[str, Json], *, sync: bool = False) -> None:
        line = encode_line(value)
        self._file.append((line,))
        if sync:
            self._file.sync()
        _apply(self.state, canonical.loads(line[_CHECK + 1 : -1], MAX_LINE))
