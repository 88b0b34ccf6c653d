"""What stands in a registry: items within their bounds, refused by their field, a vault as the state says; when it is full."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tools.make_vectors.claim import CITY, ISSUER, registry_entries
from tools.make_vectors.seeds import seed
from voute.core.errors import FormatError
from voute.core.ids import Hash, Slug, VaultId
from voute.core.values import MAX_INTEGER, parse_time
from voute.format import canonical, dsse
from voute.format.canonical import Json
from voute.format.dsse import SigningKey
from voute.format.dsse_long import ROOM_BEFORE
from voute.format.fields import U32_MAX
from voute.format.registry import (
    Binding,
    EntryState,
    Registry,
    RegistryFullError,
    SeenConsent,
    open_registry,
    open_registry_stream,
    read_registry,
    seal_registry,
    seal_registry_stream,
    stream_registry,
    write_registry,
)

KEY = SigningKey(seed("issuer"))
FIRST = Registry(Slug(CITY), Slug(ISSUER), 1, None, parse_time("2026-02-03T04:05:06Z"), registry_entries())
ENTRY = FIRST.entries[0]
BINDING = FIRST.entries[1].binding
SEEN = SeenConsent(VaultId(seed("vault")), Slug("tax-bill"), 1, Hash(seed("choice")))
CHOSEN = replace(FIRST, consents=(SEEN, replace(SEEN, document_type=Slug("water-bill"))))


def _refusal(raw: bytes) -> tuple[str, object]:
    """The code of a payload's refusal, and the field that it names."""
    with pytest.raises(FormatError) as caught:
        read_registry(raw)
    return caught.value.code, caught.value.facts.get("field")


def _changed(change: Callable[[dict[str, Any]], object], registry: Registry = CHOSEN) -> bytes:
    value: dict[str, Any] = json.loads(write_registry(registry))
    change(value)
    return canonical.dumps(value)


def _set(place: str, key: str, value: Json, whole: dict[str, Any]) -> None:
    whole[place][0][key] = value


def _read(registry: Registry) -> Registry:
    return read_registry(write_registry(registry))


@pytest.mark.parametrize("binding", [None, BINDING])
@pytest.mark.parametrize("state", EntryState)
def test_registry_entry_has_a_vault_as_its_state_says(state: EntryState, binding: Binding | None) -> None:
    """An issued code has none, a bound one has; one that is revoked or frozen may have had."""
    registry = replace(FIRST, entries=(replace(ENTRY, state=state, binding=binding),))
    if (state is EntryState.ISSUED and binding) or (state is EntryState.BOUND and not binding):
        assert _refusal(write_registry(registry)) == ("format", None)
    else:
        assert _read(registry) == registry


@pytest.mark.parametrize("state", ["bound", "revoked", "frozen"])
@pytest.mark.parametrize("key", ["vault_id", "record_head", "bind", "bound_at"])
def test_registry_entry_with_part_of_a_binding_is_refused(key: str, state: str) -> None:
    one = replace(FIRST, entries=(replace(FIRST.entries[1], state=EntryState(state)),))
    assert _read(one) == one
    assert _refusal(_changed(lambda whole: whole["entries"][0].update({key: None}), one)) == ("format", None)


@pytest.mark.parametrize(
    ("place", "key", "good", "bad"),
    [
        ("entries", "slot", [0, U32_MAX], [-1, U32_MAX + 1, None]),
        ("entries", "code_epoch", [0, U32_MAX], [-1, U32_MAX + 1, None]),
        ("entries", "state", ["revoked", "frozen"], ["Issued", "lost", None]),
        ("entries", "lookup_id", ["ab" * 32], ["ab" * 31, "AB" * 32, None]),
        ("consents", "vault_id", ["00" * 32], ["ab" * 16, None]),
        ("consents", "document_type", ["a"], ["Tax bill", "", None]),
        ("consents", "number", [1, MAX_INTEGER], [0, True, None]),
        ("consents", "act", ["ab" * 32], ["ab" * 33, None]),
    ],
)
def test_registry_item_is_read_within_its_bounds_and_refused_by_its_field(
    place: str, key: str, good: list[Json], bad: list[Json]
) -> None:
    one = replace(CHOSEN, entries=FIRST.entries[:1], consents=(SEEN,))
    for value in good:
        raw = _changed(partial(_set, place, key, value), one)
        assert write_registry(read_registry(raw)) == raw
    for value in bad:
        raw = _changed(partial(_set, place, key, value), one)
        assert _refusal(raw) == ("format", key)
        with pytest.raises(FormatError, match=rf"^registry\.{place}\.{key}: "):
            read_registry(raw)


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("version", 1, "version"),
        ("version", 3, "version"),
        ("city", "Ville", "city"),
        ("issuer", None, "issuer"),
        ("number", 2, None),
        ("previous", "ab" * 32, None),
        ("previous", "ab", "previous"),
        ("written_at", "yesterday", "written_at"),
        ("entries", [1], "entries"),
        ("entries", [None, {}], "entries"),
        ("entries", {}, "entries"),
        ("entries", None, "entries"),
        ("consents", [], "consents"),
        ("consents", [1], "consents"),
        ("consents", None, "consents"),
        ("other", 1, "other"),
    ],
)
def test_registry_head_is_refused_before_its_lists_are_read(key: str, value: Json, field: str | None) -> None:
    raw = _changed(lambda whole: whole.update({key: value}))
    with pytest.raises(FormatError) as caught:
        stream_registry(raw)
    assert caught.value.facts.get("field") == field


def test_registry_is_of_version_1_unless_it_has_choices() -> None:
    versions = [json.loads(write_registry(one))["version"] for one in (FIRST, CHOSEN)]
    assert versions == [1, 2]
    assert _refusal(_changed(lambda whole: whole.update(version=2), FIRST)) == ("format", "version")
    assert _read(CHOSEN) == CHOSEN


@pytest.mark.parametrize("registry", [FIRST, CHOSEN, replace(CHOSEN, entries=())])
def test_registry_has_the_hash_of_its_payload_however_it_is_sealed_and_opened(registry: Registry) -> None:
    digest = dsse.statement_hash(write_registry(registry))
    empty = replace(registry, entries=(), consents=())
    with_consents = bool(registry.consents)
    pieces, written = seal_registry_stream(empty, registry.entries, registry.consents, KEY, with_consents=with_consents)
    sealed = b"".join(pieces)
    assert sealed == seal_registry(registry, KEY)
    stream, read = open_registry_stream(io.BytesIO(sealed), [KEY.public])
    assert (written, read) == (digest, digest)
    assert open_registry(sealed, [KEY.public]) == (registry, digest)
    assert stream.registry == empty
    assert (tuple(stream.consents), tuple(stream.entries)) == (registry.consents, registry.entries)


@pytest.mark.parametrize("order", [(0, 0), (1, 0)])
def test_registry_with_an_item_twice_or_out_of_order_is_neither_written_nor_read(order: tuple[int, int]) -> None:
    def disorder(key: str, whole: dict[str, Any]) -> None:
        whole[key] = [whole[key][at] for at in order]

    for registry in (
        replace(FIRST, entries=tuple(FIRST.entries[at] for at in order)),
        replace(FIRST, consents=tuple(CHOSEN.consents[at] for at in order)),
    ):
        with pytest.raises(FormatError, match="each once"):
            write_registry(registry)
    for key in ("entries", "consents"):
        raw = _changed(partial(disorder, key))
        with pytest.raises(FormatError, match="each once"):
            read_registry(raw)


@pytest.mark.parametrize("more", range(3))
def test_registry_is_full_once_its_envelope_might_be_longer_than_any_that_is_read(
    monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    """What is counted is the payload in base64 and four times what stands before it: never less than the envelope has."""
    registry = replace(CHOSEN, entries=(replace(ENTRY, party=ENTRY.party + "x" * more),))
    counted = len(write_registry(registry)) * 4 // 3 + ROOM_BEFORE * 4
    monkeypatch.setattr(dsse, "MAX_REGISTRY_ENVELOPE", counted)
    sealed = seal_registry(registry, KEY)
    assert len(sealed) <= counted
    assert open_registry(sealed, [KEY.public])[0] == registry
    monkeypatch.setattr(dsse, "MAX_REGISTRY_ENVELOPE", counted - 1)
    with pytest.raises(RegistryFullError) as caught:
        seal_registry(registry, KEY)
    assert caught.value.code == "registry-full"


def test_registry_envelope_is_opened_up_to_its_limit_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal_registry(CHOSEN, KEY)
    monkeypatch.setattr(dsse, "MAX_REGISTRY_ENVELOPE", len(sealed))
    assert open_registry(sealed, [KEY.public])[0] == CHOSEN
    monkeypatch.setattr(dsse, "MAX_REGISTRY_ENVELOPE", len(sealed) - 1)
    with pytest.raises(FormatError):
        open_registry(sealed, [KEY.public])
