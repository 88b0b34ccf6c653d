"""The issuer's registry: which codes were issued to whom, and which vaults are bound to them.

Source: `docs/spec/claim.md`, "Registry". The registry is a signed, numbered statement of the issuer; this module holds
its bytes and its rules, `voute.client` the file.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, islice
from typing import BinaryIO, ClassVar, Final, NamedTuple, TypeVar

from voute.core.errors import FormatError, VerificationError
from voute.core.ids import Hash, LookupId, Slug, VaultId
from voute.core.values import UnixTime
from voute.format import dsse
from voute.format.canonical import Json, dumps, loads
from voute.format.dsse import Kind, SigningKey
from voute.format.dsse_long import ROOM_BEFORE, open_long, seal_long
from voute.format.fields import Fields, write_hex, write_time

MAX_ENTRIES: Final = 2_000_000
"""Every property of the largest city, four times over."""
MAX_CONSENTS: Final = 2_000_000
"""As many choices as entries."""
MAX_REFERENCE: Final = 100
"""Characters in a reference: Québec's roll numbers have 23."""
MAX_PARTY: Final = 200
"""Characters in a party (docs/spec/document.md)."""
MAX_RUN: Final = 100
"""Characters in the name of a run (docs/spec/api.md)."""


class RegistryChainError(VerificationError):
    """A registry does not follow the one before it."""

    code: ClassVar[str] = "registry-chain"


class EntryState(StrEnum):
    """What became of a code."""

    ISSUED = "issued"
    BOUND = "bound"
    REVOKED = "revoked"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Binding:
    """The vault that is pinned to a code: the first valid one."""

    vault_id: VaultId
    record_head: Hash
    bind: Hash
    bound_at: UnixTime


@dataclass(frozen=True, slots=True)
class Entry:
    """One code epoch of (reference, party, slot); `run` and `code_epoch` are what its code is derived from."""

    reference: str
    party: str
    slot: int
    run: str
    code_epoch: int
    state: EntryState
    lookup_id: LookupId
    binding: Binding | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        """Return what names the entry in its registry."""
        return (self.reference, self.party, self.slot)


@dataclass(frozen=True, slots=True)
class SeenConsent:
    """The newest choice of a vault that this department has seen, for one document type: an older one is a replay."""

    vault_id: VaultId
    document_type: Slug
    number: int
    act: Hash

    @property
    def key(self) -> tuple[bytes, str]:
        """Return what names it in its registry."""
        return (self.vault_id, self.document_type)


@dataclass(frozen=True, slots=True)
class Registry:
    """One numbered registry, entries and choices sorted by key, each once."""

    city: Slug
    issuer: Slug
    number: int
    previous: Hash | None
    written_at: UnixTime
    entries: tuple[Entry, ...]
    consents: tuple[SeenConsent, ...] = ()


_Named = TypeVar("_Named", Entry, SeenConsent)

_PIECE: Final = 96 * 1024
"""Bytes of a list that are read at a time: above 64 KiB canonical JSON is checked level by level, quicker."""
_AT_A_TIME: Final = 250
"""Entries that are written at a time."""

_KEYS: Final = frozenset({"version", "city", "issuer", "number", "previous", "written_at", "entries"})
_WITH_CONSENTS: Final = 2
"""The version that has choices; without any the bytes are those of version 1, which the first release reads and wrote."""
_CONSENT_KEYS: Final = frozenset({"vault_id", "document_type", "number", "act"})
_ENTRY_KEYS: Final = frozenset(
    {
        "reference",
        "party",
        "slot",
        "run",
        "code_epoch",
        "state",
        "lookup_id",
        "vault_id",
        "record_head",
        "bind",
        "bound_at",
    }
)
_STATES: Final = frozenset(str(state) for state in EntryState)


def _write_entry(entry: Entry) -> Json:
    binding = entry.binding
    return {
        "reference": entry.reference,
        "party": entry.party,
        "slot": entry.slot,
        "run": entry.run,
        "code_epoch": entry.code_epoch,
        "state": str(entry.state),
        "lookup_id": entry.lookup_id.hex(),
        "vault_id": write_hex(binding.vault_id if binding else None),
        "record_head": write_hex(binding.record_head if binding else None),
        "bind": write_hex(binding.bind if binding else None),
        "bound_at": write_time(binding.bound_at if binding else None),
    }


def _read_binding(fields: Fields, state: EntryState) -> Binding | None:
    absent = {fields.is_null(key) for key in ("vault_id", "record_head", "bind", "bound_at")}
    if len(absent) != 1 or (state is EntryState.BOUND and True in absent) or (state is EntryState.ISSUED and False in absent):
        raise FormatError("an entry's binding and state contradict each other")
    if True in absent:
        return None
    return Binding(VaultId(fields.hash("vault_id")), fields.hash("record_head"), fields.hash("bind"), fields.time("bound_at"))


def _read_entry(fields: Fields) -> Entry:
    state = EntryState(fields.one_of("state", _STATES))
    return Entry(
        reference=fields.text("reference", MAX_REFERENCE),
        party=fields.text("party", MAX_PARTY),
        slot=fields.u32("slot"),
        run=fields.text("run", MAX_RUN),
        code_epoch=fields.u32("code_epoch"),
        state=state,
        lookup_id=LookupId(fields.hash("lookup_id")),
        binding=_read_binding(fields, state),
    )


def _write_consent(seen: SeenConsent) -> Json:
    return {
        "vault_id": seen.vault_id.hex(),
        "document_type": seen.document_type,
        "number": seen.number,
        "act": seen.act.hex(),
    }


def _read_consent(fields: Fields) -> SeenConsent:
    vault, kind = VaultId(fields.hash("vault_id")), fields.slug("document_type")
    return SeenConsent(vault, kind, fields.integer("number", 1), fields.hash("act"))


def _in_order(found: Iterable[_Named], what: str) -> Iterator[_Named]:
    before: _Named | None = None
    for one in found:
        if before is not None and before.key >= one.key:
            raise FormatError(f"{what}, each once")
        before = one
        yield one


def _sorted_entries(entries: Iterable[Entry]) -> Iterator[Entry]:
    return _in_order(entries, "entries are sorted by reference, party and slot")


def _sorted_consents(consents: Iterable[SeenConsent]) -> Iterator[SeenConsent]:
    return _in_order(consents, "choices are sorted by vault and document type")


def registry_pieces(
    registry: Registry, entries: Iterable[Entry], consents: Iterable[SeenConsent], *, with_consents: bool
) -> Iterator[bytes]:
    """Write the payload of a registry that lacks its lists, with these, in pieces; `FormatError` for another order."""
    choices: dict[str, Json] = {"version": _WITH_CONSENTS, "consents": []}
    text = dumps(
        {
            "version": 1,
            "city": registry.city,
            "issuer": registry.issuer,
            "number": registry.number,
            "previous": write_hex(registry.previous),
            "written_at": write_time(registry.written_at),
            "entries": [],
            **(choices if with_consents else {}),
        }
    )
    if with_consents:
        head, text = _split(text, _CONSENTS.begin)
        yield head
        yield from _write_list(map(_write_consent, _sorted_consents(consents)))
    head, text = _split(text, _ENTRIES.begin)
    yield head
    yield from _write_list(map(_write_entry, _sorted_entries(entries)))
    yield text


def _split(text: bytes, key: bytes) -> tuple[bytes, bytes]:
    """Cut behind the bracket with which a list begins."""
    at = text.index(key) + len(key)
    return text[:at], text[at:]


def _write_list(values: Iterator[Json]) -> Iterator[bytes]:
    """Write the values of a list, without its brackets."""
    comma = b""
    while batch := list(islice(values, _AT_A_TIME)):
        yield comma + dumps(batch)[1:-1]
        comma = b","


def write_registry(registry: Registry) -> bytes:
    """Write the payload; `FormatError` when entries are not sorted or not unique."""
    with_consents = bool(registry.consents)
    return b"".join(registry_pieces(registry, registry.entries, registry.consents, with_consents=with_consents))


class _List(NamedTuple):
    """How a list of flat objects stands in the payload: its key, what parts two objects, what follows the last one.

    Each holds a quotation mark that is not escaped and what no string can have around it: so in JSON they stand nowhere else.
    """

    key: str
    begin: bytes
    between: bytes
    end: bytes


_CONSENTS: Final = _List("consents", b'"consents":[', b'},{"act":', b'}],"entries":')
_ENTRIES: Final = _List("entries", b'"entries":[', b'},{"bind":', b'}],"issuer":')


@dataclass(frozen=True, slots=True)
class RegistryStream:
    """A registry as it is read: all but its lists, which are read and checked as one walks through them, choices first."""

    registry: Registry
    consents: Iterator[SeenConsent]
    entries: Iterator[Entry]


def stream_registry(payload: bytes | bytearray, start: int = 0) -> RegistryStream:
    """Read the payload of a verified envelope from `start`, a piece at a time.

    Each piece is canonical JSON, and so is the rest with empty lists: so is the whole then. Raises `FormatError`: what is wrong
    with an entry or a choice, when it is its turn.
    """
    if len(payload) - start > dsse.MAX_REGISTRY_ENVELOPE:
        raise FormatError(f"more than {dsse.MAX_REGISTRY_ENVELOPE} bytes")
    consents = _find_list(payload, start, _CONSENTS) or (start, start)
    entries = _find_list(payload, consents[1], _ENTRIES) or (len(payload), len(payload))
    rest = bytes(payload[start : consents[0]] + payload[consents[1] : entries[0]] + payload[entries[1] :])
    value = loads(rest, dsse.MAX_REGISTRY_ENVELOPE)
    with_consents = isinstance(value, dict) and "consents" in value
    fields = Fields(value, _KEYS | {"consents"} if with_consents else _KEYS, "registry")
    if with_consents:
        fields.integer("version", _WITH_CONSENTS, _WITH_CONSENTS)
    else:
        fields.version()
    registry = Registry(
        city=fields.slug("city"),
        issuer=fields.slug("issuer"),
        number=fields.integer("number", 1),
        previous=fields.optional("previous", fields.hash),
        written_at=fields.time("written_at"),
        entries=(),
    )
    if (registry.number == 1) != (registry.previous is None):
        raise FormatError("only the first registry has no previous one")
    none = 1 if consents[0] == consents[1] else 0
    choices = fields.objects("consents", _CONSENT_KEYS, none, MAX_CONSENTS) if with_consents else iter(())
    return RegistryStream(
        registry=registry,
        consents=_sorted_consents(map(_read_consent, chain(choices, _read_list(payload, consents, _CONSENTS, _CONSENT_KEYS)))),
        entries=_sorted_entries(
            map(
                _read_entry,
                chain(
                    fields.objects("entries", _ENTRY_KEYS, 0, MAX_ENTRIES), _read_list(payload, entries, _ENTRIES, _ENTRY_KEYS)
                ),
            )
        ),
    )


def _find_list(payload: bytes | bytearray, start: int, one: _List) -> tuple[int, int] | None:
    """Find where a list that holds something begins behind its bracket and ends before the other; None if none does."""
    begin = payload.find(one.begin + one.between[2:], start)
    end = payload.find(one.end, begin) if begin >= 0 else -1
    return None if end < 0 else (begin + len(one.begin), end + 1)


def _read_list(payload: bytes | bytearray, place: tuple[int, int], one: _List, keys: frozenset[str]) -> Iterator[Fields]:
    at, end = place
    count = 0
    while at < end:
        cut = payload.find(one.between, at + _PIECE, end)
        stop = end if cut < 0 else cut + 1
        items = loads(b"[" + payload[at:stop] + b"]", dsse.MAX_REGISTRY_ENVELOPE)
        if not isinstance(items, list):
            raise FormatError(f"registry.{one.key}: not a list")
        count += len(items)
        if count > max(MAX_ENTRIES, MAX_CONSENTS):
            raise FormatError(f"registry.{one.key}: too many", field=one.key)
        for item in items:
            yield Fields(item, keys, f"registry.{one.key}")
        at = stop if stop == end else stop + 1


def read_registry(payload: bytes) -> Registry:
    """Read the payload of a verified envelope."""
    return _whole(stream_registry(payload))


def _whole(stream: RegistryStream) -> Registry:
    consents = tuple(stream.consents)
    return replace(stream.registry, consents=consents, entries=tuple(stream.entries))


def seal_registry_stream(
    registry: Registry, entries: Iterable[Entry], consents: Iterable[SeenConsent], key: SigningKey, *, with_consents: bool
) -> tuple[Iterator[bytes], Hash]:
    """Write and sign a registry that lacks its lists, with these; returns the envelope in pieces, and the registry's hash.

    Raises `FormatError` for another order of entries, and for a registry that is too long to be read again.
    """
    message = bytearray(ROOM_BEFORE)
    for piece in registry_pieces(registry, entries, consents, with_consents=with_consents):
        message += piece
    if (len(message) - ROOM_BEFORE) * 4 // 3 + ROOM_BEFORE * 4 > dsse.MAX_REGISTRY_ENVELOPE:
        raise FormatError(f"an envelope has at most {dsse.MAX_REGISTRY_ENVELOPE} bytes")
    digest = Hash(hashlib.sha256(memoryview(message)[ROOM_BEFORE:]).digest())
    return seal_long(Kind.REGISTRY, message, ROOM_BEFORE, key), digest


def seal_registry(registry: Registry, key: SigningKey) -> bytes:
    """Write and sign a registry; returns the envelope."""
    with_consents = bool(registry.consents)
    pieces, _ = seal_registry_stream(registry, registry.entries, registry.consents, key, with_consents=with_consents)
    return b"".join(pieces)


def open_registry_stream(file: BinaryIO, keys: Iterable[bytes]) -> tuple[RegistryStream, Hash]:
    """Verify an envelope with the issuer's keys, and begin to read it; returns the registry and its hash."""
    message, start = open_long(file, dsse.MAX_REGISTRY_ENVELOPE, Kind.REGISTRY, keys)
    return stream_registry(message, start), Hash(hashlib.sha256(memoryview(message)[start:]).digest())


def open_registry(raw: bytes, keys: Iterable[bytes]) -> tuple[Registry, Hash]:
    """Verify an envelope with the issuer's keys; returns the registry and its hash."""
    stream, digest = open_registry_stream(io.BytesIO(raw), keys)
    return _whole(stream), digest


def check_follows(new: Registry, old: Registry, old_hash: Hash) -> None:
    """Raise `RegistryChainError` unless `new` is the next registry of the same issuer."""
    if (new.city, new.issuer, new.number, new.previous) != (old.city, old.issuer, old.number + 1, old_hash):
        raise RegistryChainError("not the next registry of this issuer")
