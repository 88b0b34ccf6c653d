"""The registry survives writing and reading, and nothing else reads as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError, VerificationError, VouteError
from voute.core.ids import Hash, LookupId, VaultId, slug
from voute.core.values import unix_time
from voute.format.dsse import SigningKey
from voute.format.registry import (
    Binding,
    Entry,
    EntryState,
    Registry,
    check_follows,
    open_registry,
    read_registry,
    seal_registry,
    write_registry,
)

HASHES = st.binary(min_size=32, max_size=32)
TEXTS = st.text(st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x17F), min_size=1, max_size=20).filter(
    lambda text: text.isascii()
)
TIMES = st.integers(min_value=1_700_000_000, max_value=4_000_000_000).map(unix_time)
KEY = SigningKey(bytes(range(32)))


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


@given(registries())
def test_property_registry_follows_only_the_one_before(registry: Registry) -> None:
    _, head = open_registry(seal_registry(registry, KEY), (KEY.public,))
    following = Registry(registry.city, registry.issuer, registry.number + 1, head, registry.written_at, ())
    check_follows(following, registry, head)
    with pytest.raises(VerificationError):
        check_follows(registry, registry, head)
