"""The issuer's registry: which codes were issued to whom, and which vaults are bound to them.

Source: `docs/spec/claim.md`, "Registry". The registry is a signed, numbered statement of the issuer; this module holds
its bytes and its rules, `voute.client` the file.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import BinaryIO, ClassVar, Final, TypeVar

from voute.core.errors import FormatError, StateError, VerificationError
from voute.core.ids import Hash, LookupId, Slug, VaultId
from voute.core.values import UnixTime
from voute.format import dsse
from voute.format.canonical import Json, dumps
from voute.format.dsse import Kind, SigningKey
from voute.format.dsse_long import ROOM_BEFORE, open_long, seal_long
from voute.format.fields import Fields, write_hex, write_time
from voute.format.long_json import LongList, read_long, write_long

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


class RegistryFullError(StateError):
    """A registry would have more codes or choices, or be longer, than is ever read again: it is not written."""

    code: ClassVar[str] = "registry-full"


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

_CONSENTS: Final = LongList("consents", first="act", follows="entries")
_ENTRIES: Final = LongList("entries", first="bind", follows="issuer")
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


def _in_order(found: Iterable[_Named], most: int, field: str, what: str) -> Iterator[_Named]:
    before: _Named | None = None
    for count, one in enumerate(found, 1):
        if count > most:
            raise FormatError(f"registry.{field}: more than {most}", field=field)
        if before is not None and before.key >= one.key:
            raise FormatError(f"{what}, each once")
        before = one
        yield one


def _sorted_entries(entries: Iterable[Entry]) -> Iterator[Entry]:
    return _in_order(entries, MAX_ENTRIES, "entries", "entries are sorted by reference, party and slot")


def _sorted_consents(consents: Iterable[SeenConsent]) -> Iterator[SeenConsent]:
    return _in_order(consents, MAX_CONSENTS, "consents", "choices are sorted by vault and document type")


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
    lists = [(_ENTRIES, map(_write_entry, _sorted_entries(entries)))]
    if with_consents:
        lists.insert(0, (_CONSENTS, map(_write_consent, _sorted_consents(consents))))
    return write_long(text, lists)


def write_registry(registry: Registry) -> bytes:
    """Write the payload; `FormatError` when entries are not sorted or not unique, or too many."""
    with_consents = bool(registry.consents)
    return b"".join(registry_pieces(registry, registry.entries, registry.consents, with_consents=with_consents))


@dataclass(frozen=True, slots=True)
class RegistryStream:
    """A registry as it is read: all but its lists, which are read and checked as one walks through them, choices first."""

    registry: Registry
    consents: Iterator[SeenConsent]
    entries: Iterator[Entry]


def stream_registry(payload: bytes | bytearray, start: int = 0) -> RegistryStream:
    """Read the payload of a verified envelope from `start`, a piece at a time.

    Raises `FormatError`: what is wrong with an entry or a choice, when it is its turn.
    """
    value, (consents, entries) = read_long(payload, start, (_CONSENTS, _ENTRIES), dsse.MAX_REGISTRY_ENVELOPE)
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
    if with_consents and consents is None:
        raise FormatError("registry.consents: no list of choices", field="consents")
    if entries is None:
        fields.list("entries", 0, 0)
    return RegistryStream(
        registry=registry,
        consents=_sorted_consents(_read_consent(Fields(one, _CONSENT_KEYS, "registry.consents")) for one in consents or ()),
        entries=_sorted_entries(_read_entry(Fields(one, _ENTRY_KEYS, "registry.entries")) for one in entries or ()),
    )


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

    Raises `RegistryFullError` for one that is too long to be read again, `FormatError` for another order or too many.
    """
    message = bytearray(ROOM_BEFORE)
    for piece in registry_pieces(registry, entries, consents, with_consents=with_consents):
        message += piece
    if (len(message) - ROOM_BEFORE) * 4 // 3 + ROOM_BEFORE * 4 > dsse.MAX_REGISTRY_ENVELOPE:
        raise RegistryFullError(f"an envelope has at most {dsse.MAX_REGISTRY_ENVELOPE} bytes")
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
