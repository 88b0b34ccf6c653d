"""The issuer's registry: which codes were issued to whom, and which vaults are bound to them.

Source: `docs/spec/claim.md`, "Registry". The registry is a signed, numbered statement of the issuer; this module holds
its bytes and its rules, `voute.client` the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar, Final

from voute.core.errors import FormatError, VerificationError
from voute.core.ids import Hash, LookupId, Slug, VaultId
from voute.core.values import UnixTime
from voute.format import dsse
from voute.format.canonical import Json, dumps, loads
from voute.format.dsse import Kind, SigningKey
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


def _check_order(registry: Registry) -> None:
    for left, right in pairwise(registry.entries):
        if left.key >= right.key:
            raise FormatError("entries are sorted by reference, party and slot, each once")
    for one, other in pairwise(registry.consents):
        if one.key >= other.key:
            raise FormatError("choices are sorted by vault and document type, each once")


def write_registry(registry: Registry) -> bytes:
    """Write the payload; `FormatError` when entries are not sorted or not unique."""
    _check_order(registry)
    with_consents: dict[str, Json] = {
        "version": _WITH_CONSENTS,
        "consents": [_write_consent(seen) for seen in registry.consents],
    }
    return dumps(
        {
            "version": 1,
            "city": registry.city,
            "issuer": registry.issuer,
            "number": registry.number,
            "previous": write_hex(registry.previous),
            "written_at": write_time(registry.written_at),
            "entries": [_write_entry(entry) for entry in registry.entries],
            **(with_consents if registry.consents else {}),
        }
    )


def read_registry(payload: bytes) -> Registry:
    """Read the payload of a verified envelope."""
    value = loads(payload, dsse.MAX_REGISTRY_ENVELOPE)
    consents: tuple[SeenConsent, ...] = ()
    if isinstance(value, dict) and "consents" in value:
        fields = Fields(value, _KEYS | {"consents"}, "registry")
        fields.integer("version", _WITH_CONSENTS, _WITH_CONSENTS)
        consents = tuple(_read_consent(seen) for seen in fields.objects("consents", _CONSENT_KEYS, 1, MAX_CONSENTS))
    else:
        fields = Fields(value, _KEYS, "registry")
        fields.version()
    entries = tuple(_read_entry(entry) for entry in fields.objects("entries", _ENTRY_KEYS, 0, MAX_ENTRIES))
    registry = Registry(
        city=fields.slug("city"),
        issuer=fields.slug("issuer"),
        number=fields.integer("number", 1),
        previous=fields.optional("previous", fields.hash),
        written_at=fields.time("written_at"),
        entries=entries,
        consents=consents,
    )
    _check_order(registry)
    if (registry.number == 1) != (registry.previous is None):
        raise FormatError("only the first registry has no previous one")
    return registry


def seal_registry(registry: Registry, key: SigningKey) -> bytes:
    """Write and sign a registry; returns the envelope."""
    return dsse.sign(Kind.REGISTRY, write_registry(registry), key)


def open_registry(raw: bytes, keys: Iterable[bytes]) -> tuple[Registry, Hash]:
    """Verify an envelope with the issuer's keys; returns the registry and its hash."""
    envelope = dsse.parse(raw, dsse.MAX_REGISTRY_ENVELOPE)
    dsse.verify(envelope, Kind.REGISTRY, keys)
    return read_registry(envelope.payload), dsse.statement_hash(envelope.payload)


def check_follows(new: Registry, old: Registry, old_hash: Hash) -> None:
    """Raise `RegistryChainError` unless `new` is the next registry of the same issuer."""
    if (new.city, new.issuer, new.number, new.previous) != (old.city, old.issuer, old.number + 1, old_hash):
        raise RegistryChainError("not the next registry of this issuer")
