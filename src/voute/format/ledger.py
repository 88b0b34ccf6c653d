"""The ledger: what of a catalogue neither packs, sidecars nor tiles hold, beside the log, so that a lost catalogue is made anew.

Source: `docs/spec/ledger.md`. Three kinds of file: a **page** for each 256 entries of the log, a **vault file** for each vault,
and one for its index. Each is one line of canonical JSON and the hash of that line.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, Hash
from voute.core.values import MAX_INTEGER
from voute.format import canonical
from voute.format.canonical import Json
from voute.format.fields import Fields, from_base64, to_base64

PAGE: Final = 256
"""Entries of the log that one page speaks of: those of one bundle, so that both are written together."""
MAX_FILE: Final = 64 * 1024 * 1024
"""Bytes of a file: 256 acts of the largest size that the city takes (64 KiB) are a third of it."""
MAX_ROWS: Final = 100_000
"""Rows of one table in a file: a delivery of a million documents has some 1,600 packs."""
PAGES: Final = "page/"
VAULTS: Final = "vault/"
INDEXES: Final = "index/"

Value: TypeAlias = bytes | str | int | None
Row: TypeAlias = tuple[Value, ...]
Rows: TypeAlias = Mapping[str, Sequence[Row]]

# Column → kind: b bytes, t text, n whole number; `?` may be null. Names are the catalogue's (docs/spec/catalogue.md).
PAGE_ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "deliveries": {
        "delivery_id": "b",
        "issuer": "t",
        "run": "t",
        "documents": "n",
        "bytes": "n",
        "opened_at": "n",
        "committed_at": "n?",
    },
    "packs": {
        "delivery_id": "b",
        "pack_hash": "b",
        "size": "n",
        "statement_hash": "b?",
        "documents": "n",
        "stored_at": "n",
    },
    "lookups": {
        "lookup_id": "b",
        "issuer": "t",
        "token_hash": "b",
        "vault_id": "b?",
        "bind": "b?",
        "claimed_at": "n?",
        "revoked_at": "n?",
        "created_delivery": "b",
    },
    "freezings": {"lookup_id": "b", "frozen_at": "n"},
    "openings": {"document_id": "b", "opened_at": "n"},
    "documents": {
        "event_id": "n",
        "document_id": "b",
        "position": "n?",
        "delivery_id": "b",
        "issuer": "t",
        "box_kind": "t",
        "box_id": "b",
        "pack_hash": "b",
        "body_offset": "n",
        "body_length": "n",
        "sealed_hash": "b",
        "manifest_hash": "b",
        "dedupe_id": "b",
        "content_id": "b",
        "opened_at": "n?",
        "opened_event": "n?",
        "deleted_at": "n?",
        "delete_event": "n?",
    },
}
VAULT_ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "vault_numbers": {"v": "n", "lookup_id": "b", "given_at": "n"},
    "vaults": {
        "vault_id": "b",
        "v": "n",
        "kind": "t",
        "state": "t",
        "head_number": "n",
        "head_hash": "b",
        "keyring_number": "n",
        "created_at": "n",
        "claim_digest": "b",
    },
    "vault_records": {"vault_id": "b", "number": "n", "payload_hash": "b", "envelope": "b"},
    "keyrings": {"vault_id": "b", "number": "n", "sha256": "b", "bytes": "b"},
    "methods": {"vault_id": "b", "method_id": "b", "kind": "t", "credential_id": "b?", "sign_in_key": "b?"},
    "credentials": {"credential_id": "b", "vault_id": "b", "public_key": "b", "transports": "t", "created_at": "n"},
}
INDEX_ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "vault_indexes": {"vault_id": "b", "number": "n", "sha256": "b", "written_at": "n", "bytes": "b"},
}
_EVENT: Final[Mapping[str, str]] = {
    "event_id": "n",
    "type": "t",
    "box_kind": "t?",
    "box_id": "b?",
    "salt": "b",
    "bytes": "b",
    "act": "b?",
}
_RUN: Final[Mapping[str, str]] = {"event_id": "n", "pack_hash": "b", "body_offset": "n", "count": "n"}
_SALT: Final[Mapping[str, str]] = {"box_id": "b", "chain_salt": "b"}
_KEYS: Final = frozenset({"version", "page", "events", "salts", "rows"})
_VAULT_KEYS: Final = frozenset({"version", "rows"})
_KINDS: Final[Mapping[str, type]] = {"b": bytes, "t": str, "n": int}
_PAGE_PATH: Final = re.compile(r"page/([0-9]{3})/([0-9]{3})/([0-9]{3})/([0-9]{3})")
_VAULT_PATH: Final = re.compile(rf"vault/([0-9a-f]{{2}})/(\1[0-9a-f]{{{2 * HASH_SIZE - 2}}})")
_TAIL: Final = 2 * HASH_SIZE + 2
"""Line feed, the hash in hex, line feed."""


@dataclass(frozen=True, slots=True)
class Run:
    """`deliver` events that follow one another in the log as their documents do in a pack; the sidecar has all else.

    `offset` is where the first one's body begins; event numbers rise by one.
    """

    event_id: int
    pack: Hash
    offset: int
    count: int


@dataclass(frozen=True, slots=True)
class Entry:
    """Any other event; salt, bytes and act are empty once what it spoke of is destroyed."""

    event_id: int
    type: str
    box_kind: str | None
    box_id: bytes | None
    salt: bytes
    data: bytes
    act: bytes | None


@dataclass(frozen=True, slots=True)
class Page:
    """What the log's entries from `number` × 256 on stand for; `salts` are of boxes whose first event is among them."""

    number: int
    events: tuple[Run | Entry, ...]
    salts: tuple[tuple[bytes, bytes], ...]
    rows: Rows = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many entries it speaks of."""
        return sum(one.count if isinstance(one, Run) else 1 for one in self.events)


def page_path(number: int) -> str:
    """Return where a page is stored."""
    digits = f"{number:012}"
    return PAGES + "/".join(digits[at : at + 3] for at in range(0, 12, 3))


def vault_path(vault_id: bytes) -> str:
    """Return where a vault's file is stored."""
    return f"{VAULTS}{vault_id.hex()[:2]}/{vault_id.hex()}"


def index_path(vault_id: bytes) -> str:
    """Return where a vault's index is stored."""
    return f"{INDEXES}{vault_id.hex()[:2]}/{vault_id.hex()}"


def number_of_path(path: str) -> int | None:
    """Return the number of a page by its path; None for any other path."""
    found = _PAGE_PATH.fullmatch(path)
    return int("".join(found.groups())) if found else None


def vault_of_path(path: str) -> bytes | None:
    """Return the vault id of a vault file by its path; None for any other path."""
    found = _VAULT_PATH.fullmatch(path)
    return bytes.fromhex(found[2]) if found else None


def encode_page(page: Page) -> bytes:
    """Write a page; raises `FormatError` for a value that is not of its column's kind."""
    events = [
        _write((one.event_id, one.pack, one.offset, one.count), _RUN)
        if isinstance(one, Run)
        else _write((one.event_id, one.type, one.box_kind, one.box_id, one.salt, one.data, one.act), _EVENT)
        for one in page.events
    ]
    salts = [_write(one, _SALT) for one in page.salts]
    return _seal({"version": 1, "page": page.number, "events": events, "salts": salts, "rows": _write_rows(page.rows, PAGE_ROWS)})


def parse_page(raw: bytes) -> Page:
    """Parse a page and check its hash; raises `FormatError` alone."""
    fields = Fields(_unseal(raw), _KEYS, "ledger")
    fields.version()
    events = tuple(_read_event(one) for one in fields.list("events", 1, PAGE))
    salts = tuple((_bytes(box), _bytes(salt)) for box, salt in (_read(one, _SALT) for one in fields.list("salts", 0, PAGE)))
    page = Page(fields.integer("page"), events, salts, _read_rows(fields, PAGE_ROWS))
    if page.count > PAGE:
        raise FormatError("ledger: more entries than a page has")
    return page


def encode_vault(rows: Rows) -> bytes:
    """Write a vault's file; raises `FormatError` for a value that is not of its column's kind."""
    return _seal({"version": 1, "rows": _write_rows(rows, VAULT_ROWS)})


def parse_vault(raw: bytes) -> Rows:
    """Parse a vault's file and check its hash; raises `FormatError` alone."""
    fields = Fields(_unseal(raw), _VAULT_KEYS, "ledger")
    fields.version()
    return _read_rows(fields, VAULT_ROWS)


def encode_index(row: Row) -> bytes:
    """Write the file of a vault's index; raises `FormatError` for a value that is not of its column's kind."""
    return _seal({"version": 1, "rows": _write_rows({"vault_indexes": [row]}, INDEX_ROWS)})


def parse_index(raw: bytes) -> Row:
    """Parse the file of a vault's index and check its hash; raises `FormatError` alone."""
    fields = Fields(_unseal(raw), _VAULT_KEYS, "ledger")
    fields.version()
    rows = _read_rows(fields, INDEX_ROWS)["vault_indexes"]
    if len(rows) != 1:
        raise FormatError("ledger: not one index")
    return rows[0]


def _seal(value: Json) -> bytes:
    line = canonical.dumps(value)
    return b"%b\n%b\n" % (line, hashlib.sha256(line).hexdigest().encode())


def _unseal(raw: bytes) -> Json:
    line, tail = raw[:-_TAIL], raw[-_TAIL:]
    if tail != b"\n%b\n" % hashlib.sha256(line).hexdigest().encode():
        raise FormatError("ledger: hash")
    return canonical.loads(line, MAX_FILE)


def _write(row: Iterable[Value], kinds: Mapping[str, str]) -> list[Json]:
    written: list[Json] = []
    for value, (name, kind) in zip(row, kinds.items(), strict=True):
        if value is None:
            if not kind.endswith("?"):
                raise FormatError(f"ledger.{name}: null")
        elif type(value) is not _KINDS[kind[0]]:
            raise FormatError(f"ledger.{name}: of another kind")
        written.append(to_base64(value) if isinstance(value, bytes) else value)
    return written


def _write_rows(rows: Rows, tables: Mapping[str, Mapping[str, str]]) -> Json:
    return {name: [_write(row, kinds) for row in rows.get(name, ())] for name, kinds in tables.items()}


def _read(value: Json, kinds: Mapping[str, str]) -> Row:
    if not isinstance(value, list) or len(value) != len(kinds):
        raise FormatError("ledger: not a row")
    return tuple(_read_value(one, name, kind) for one, (name, kind) in zip(value, kinds.items(), strict=True))


def _read_value(value: Json, name: str, kind: str) -> Value:
    if value is None and kind.endswith("?"):
        return None
    if kind[0] == "n":
        if type(value) is not int or not 0 <= value <= MAX_INTEGER:
            raise FormatError(f"ledger.{name}: not a number", field=name)
        return value
    if not isinstance(value, str):
        raise FormatError(f"ledger.{name}: not a string", field=name)
    return from_base64(value, MAX_FILE) if kind[0] == "b" else value


def _read_rows(fields: Fields, tables: Mapping[str, Mapping[str, str]]) -> Rows:
    inner = fields.object("rows", frozenset(tables))
    return {name: tuple(_read(one, kinds) for one in inner.list(name, 0, MAX_ROWS)) for name, kinds in tables.items()}


def _read_event(value: Json) -> Run | Entry:
    if isinstance(value, list) and len(value) == len(_RUN):
        event_id, pack, offset, count = _read(value, _RUN)
        if not isinstance(count, int) or not 1 <= count <= PAGE:
            raise FormatError("ledger: a run of none, or of too many")
        return Run(_number(event_id), Hash(_bytes(pack, HASH_SIZE)), _number(offset), count)
    event_id, kind, box_kind, box_id, salt, data, act = _read(value, _EVENT)
    return Entry(
        _number(event_id),
        str(kind),
        None if box_kind is None else str(box_kind),
        None if box_id is None else _bytes(box_id),
        _bytes(salt),
        _bytes(data),
        None if act is None else _bytes(act),
    )


def _number(value: Value) -> int:
    if not isinstance(value, int):
        raise FormatError("ledger: not a number")
    return value


def _bytes(value: Value, size: int | None = None) -> bytes:
    if not isinstance(value, bytes) or (size is not None and len(value) != size):
        raise FormatError("ledger: not bytes of that size")
    return value
