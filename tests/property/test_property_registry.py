"""The registry survives writing and reading, and nothing else reads as one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError, VerificationError, VouteError
from voute.core.ids import Hash, LookupId, VaultId, slug
from voute.core.values import time_text, unix_time
from voute.format import dsse, long_json
from voute.format import registry as registry_format
from voute.format.canonical import Json, dumps
from voute.format.dsse import Kind, SigningKey
from voute.format.registry import (
    Binding,
    Entry,
    EntryState,
    Registry,
    SeenConsent,
    check_follows,
    open_registry,
    read_registry,
    seal_registry,
    write_registry,
)

HASHES = st.integers(0, 255).map(lambda number: bytes([number]) * 32)
TEXTS = st.text(ascii_letters + digits, min_size=1, max_size=20)
TIMES = st.integers(min_value=1_700_000_000, max_value=4_000_000_000).map(unix_time)
KEY = SigningKey(bytes(range(32)))
CHOICES = st.builds(
    SeenConsent,
    vault_id=HASHES.map(VaultId),
    document_type=st.sampled_from([slug("tax-bill"), slug("permit")]),
    number=st.integers(1, 50),
    act=HASHES.map(Hash),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    state = draw(st.sampled_from(EntryState))
    bound = state is EntryState.BOUND or (state is not EntryState.ISSUED and draw(st.booleans()))
    binding = Binding(VaultId(draw(HASHES)), Hash(draw(HASHES)), Hash(draw(HASHES)), draw(TIMES)) if bound else None
    return Entry(
        reference=draw(TEXTS),
        party=draw(TEXTS),
        slot=draw(st.integers(0, 99)),
        run=draw(TEXTS),
        code_epoch=draw(st.integers(1, 5)),
        state=state,
        lookup_id=LookupId(draw(HASHES)),
        binding=binding,
    )


@st.composite
def registries(draw: st.DrawFn) -> Registry:
    found = {entry.key: entry for entry in draw(st.lists(entries(), max_size=6))}
    number = draw(st.integers(1, 1000))
    previous = None if number == 1 else Hash(draw(HASHES))
    ordered = tuple(found[key] for key in sorted(found))
    return Registry(slug("city"), slug("finances"), number, previous, draw(TIMES), ordered)


@given(registries())
def test_property_registry_reads_back_as_written(registry: Registry) -> None:
    assert read_registry(write_registry(registry)) == registry


@given(registries())
def test_property_registry_opens_with_the_issuer_key_alone(registry: Registry) -> None:
    raw = seal_registry(registry, KEY)
    assert open_registry(raw, (KEY.public,))[0] == registry
    with pytest.raises(VerificationError):
        open_registry(raw, (SigningKey(bytes(32)).public,))


@given(registries(), st.data())
def test_property_registry_changed_anywhere_is_refused(registry: Registry, data: st.DataObject) -> None:
    raw = bytearray(seal_registry(registry, KEY))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(VouteError):
        open_registry(bytes(raw), (KEY.public,))


@given(st.binary(max_size=200))
def test_property_registry_reads_no_other_bytes(raw: bytes) -> None:
    with pytest.raises(FormatError):
        read_registry(raw)


PARTS = ['},{"bind":', '}],"issuer":', '"entries":[{"bind":', '}],"entries":', "\\", '\\"', "é", "a"]
"""What parts the pieces of a registry, for texts that hold it."""


@st.composite
def odd_registries(draw: st.DrawFn) -> Registry:
    """Of some dozens of entries, with choices or without, whose texts look like what parts the pieces."""
    texts = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("".join)
    registry = draw(registries())
    found = {entry.key: entry for entry in registry.entries}
    for entry in draw(st.lists(entries(), max_size=8)):
        odd = replace(entry, reference=draw(texts), party=draw(texts), run=draw(texts))
        found[odd.key] = odd
    seen = {one.key: one for one in draw(st.lists(CHOICES, max_size=8))}
    return replace(
        registry, entries=tuple(found[key] for key in sorted(found)), consents=tuple(seen[key] for key in sorted(seen))
    )


def written_whole(registry: Registry) -> bytes:
    """The registry of `docs/spec/claim.md` as one JSON value."""

    def entry(one: Entry) -> Json:
        pins = one.binding
        value = {key: getattr(one, key) for key in ("reference", "party", "slot", "run", "code_epoch")}
        value |= {"state": str(one.state.value), "lookup_id": one.lookup_id.hex()}
        value |= {key: pins and getattr(pins, key).hex() for key in ("vault_id", "record_head", "bind")}
        return value | {"bound_at": pins and time_text(pins.bound_at)}

    def choice(one: SeenConsent) -> Json:
        return {"vault_id": one.vault_id.hex(), "document_type": one.document_type, "number": one.number, "act": one.act.hex()}

    value: dict[str, Json] = {"version": 1, "city": registry.city, "issuer": registry.issuer, "number": registry.number}
    value |= {"previous": registry.previous.hex() if registry.previous else None, "written_at": time_text(registry.written_at)}
    value["entries"] = [entry(one) for one in registry.entries]
    if registry.consents:
        value |= {"version": 2, "consents": [choice(one) for one in registry.consents]}
    return dumps(value)


@contextmanager
def pieces_of(size: int, count: int) -> Iterator[None]:
    """Lists are read so many bytes at a time, and written so many items."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_json, "_PIECE", size)
        patch.setattr(long_json, "_AT_A_TIME", count)
        yield


@given(odd_registries(), st.sampled_from([0, 1, 500, 100_000]), st.sampled_from([1, 2, 7, 250]))
def test_property_registry_in_pieces_is_the_one_written_whole(registry: Registry, size: int, count: int) -> None:
    whole = written_whole(registry)
    with pieces_of(size, count):
        assert write_registry(registry) == whole
        assert read_registry(whole) == registry
        assert seal_registry(registry, KEY) == dsse.sign(Kind.REGISTRY, whole, KEY)


@given(odd_registries(), st.sampled_from([0, 100_000]), st.data())
def test_property_registry_that_reads_is_written_with_the_same_bytes(registry: Registry, size: int, data: st.DataObject) -> None:
    """Whatever was changed in a payload: it is refused, or it is the registry that it is read as."""
    raw = bytearray(write_registry(registry))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        length = data.draw(st.integers(0, 30))
        part = st.one_of(st.binary(max_size=2), st.sampled_from([*PARTS, "[", "]", "{", "}", ",", '"', " ", "0"]).map(str.encode))
        raw[at : at + length] = data.draw(part)
        if not raw:
            break
    with pieces_of(size, 250):
        try:
            read = read_registry(bytes(raw))
        except FormatError:
            return
        assert write_registry(read) == raw


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"entries":[', b'"entries":[1,'),
        (b'"entries":[', b'"entries":[{},'),
        (b'"entries":[', b'"entries":[[],'),
        (b'"consents":[', b'"consents":[null,'),
        (b'"version":2', b'"version":1'),
        (b'"state"', b'"State"'),
        (b'},{"bind"', b'}, {"bind"'),
        (b'},{"bind"', b'},{"a":1},{"bind"'),
        (b'},{"bind"', b'}],[{"bind"'),
        (b'}],"issuer"', b'},],"issuer"'),
        (b'}],"entries"', b'}]],"entries"'),
    ],
)
def test_property_registry_with_another_list_is_refused_in_pieces_of_any_length(old: bytes, new: bytes) -> None:
    hashes = [Hash(bytes([number]) * 32) for number in range(3)]
    listed = tuple(Entry(f"a-{n}", "p", 0, "run", 1, EntryState.ISSUED, LookupId(one)) for n, one in enumerate(hashes))
    seen = tuple(SeenConsent(VaultId(one), slug("tax-bill"), 1, one) for one in hashes)
    raw = write_registry(Registry(slug("city"), slug("finances"), 1, None, unix_time(1_700_000_000), listed, seen))
    assert old in raw
    for size in (0, 1, 100_000):
        with pieces_of(size, 250):
            assert write_registry(read_registry(raw)) == raw
            with pytest.raises(FormatError):
                read_registry(raw.replace(old, new, 1))


def test_property_registry_of_version_2_without_a_choice_is_refused() -> None:
    raw = write_registry(Registry(slug("city"), slug("finances"), 1, None, unix_time(1_700_000_000), ()))
    assert read_registry(raw).entries == ()
    with pytest.raises(FormatError):
        read_registry(raw.replace(b'"entries"', b'"consents":[],"entries"').replace(b'"version":1', b'"version":2'))


@pytest.mark.parametrize(("limit", "field"), [("MAX_ENTRIES", "entries"), ("MAX_CONSENTS", "consents")])
def test_property_registry_with_too_many_is_neither_written_nor_read(
    monkeypatch: pytest.MonkeyPatch, limit: str, field: str
) -> None:
    hashes = [Hash(bytes([number]) * 32) for number in range(3)]
    listed = tuple(Entry(f"a-{n}", "p", 0, "run", 1, EntryState.ISSUED, LookupId(one)) for n, one in enumerate(hashes))
    seen = tuple(SeenConsent(VaultId(one), slug("tax-bill"), 1, one) for one in hashes)
    many = Registry(slug("city"), slug("finances"), 1, None, unix_time(1_700_000_000), listed, seen)
    monkeypatch.setattr(registry_format, limit, 3)
    raw = write_registry(many)
    assert read_registry(raw) == many
    monkeypatch.setattr(registry_format, limit, 2)
    for refused in (lambda: write_registry(many), lambda: read_registry(raw)):
        with pytest.raises(FormatError) as caught:
            refused()
        assert caught.value.facts == {"field": field}


@given(registries())
def test_property_registry_follows_only_the_one_before(registry: Registry) -> None:
    _, head = open_registry(seal_registry(registry, KEY), (KEY.public,))
    following = Registry(registry.city, registry.issuer, registry.number + 1, head, registry.written_at, ())
    check_follows(following, registry, head)
    with pytest.raises(VerificationError):
        check_follows(registry, registry, head)
