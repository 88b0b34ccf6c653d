"""The registry's chain: each follows the one before it."""

from dataclasses import replace

import pytest

from tools.make_vectors.claim import CITY, ISSUER, registry_entries
from tools.make_vectors.seeds import seed
from voute.core.errors import FormatError
from voute.core.ids import Hash, Slug
from voute.core.values import parse_time
from voute.format.dsse import MAX_ENVELOPE, SigningKey
from voute.format.registry import (
    MAX_PARTY,
    MAX_REFERENCE,
    MAX_RUN,
    Registry,
    RegistryChainError,
    check_follows,
    open_registry,
    read_registry,
    seal_registry,
    write_registry,
)

KEY = SigningKey(seed("issuer"))
FIRST = Registry(Slug(CITY), Slug(ISSUER), 1, None, parse_time("2026-02-03T04:05:06Z"), registry_entries())


def test_registry_follows_the_one_before_it() -> None:
    opened, digest = open_registry(seal_registry(FIRST, KEY), [KEY.public])
    assert opened == FIRST
    check_follows(replace(FIRST, number=2, previous=digest), FIRST, digest)


@pytest.mark.parametrize("change", [{"number": 3}, {"previous": Hash(bytes(32))}, {"city": "autre"}, {"issuer": "permis"}])
def test_registry_that_does_not_follow_is_refused(change: dict[str, object]) -> None:
    _, digest = open_registry(seal_registry(FIRST, KEY), [KEY.public])
    following = replace(FIRST, number=2, previous=digest)
    with pytest.raises(RegistryChainError):
        check_follows(replace(following, **change), FIRST, digest)  # type: ignore[arg-type]


def test_registry_not_sorted_is_not_written() -> None:
    with pytest.raises(FormatError):
        seal_registry(replace(FIRST, entries=FIRST.entries[::-1]), KEY)


ENTRY = FIRST.entries[0]
LONGEST = replace(ENTRY, reference="r" * MAX_REFERENCE, party="p" * MAX_PARTY, run="n" * MAX_RUN)


def _read(registry: Registry) -> Registry:
    return read_registry(write_registry(registry))


def test_registry_entry_of_the_longest_texts_reads_back() -> None:
    assert _read(replace(FIRST, entries=(LONGEST,))).entries == (LONGEST,)


@pytest.mark.parametrize("field", ["reference", "party", "run"])
def test_registry_entry_with_a_text_too_long_or_empty_is_refused_by_its_field(field: str) -> None:
    for text in (getattr(LONGEST, field) + "x", ""):
        with pytest.raises(FormatError) as caught:
            _read(replace(FIRST, entries=(replace(ENTRY, **{field: text}),)))  # type: ignore[arg-type]
        assert caught.value.facts == {"field": field}


def test_registry_is_numbered_from_1() -> None:
    assert _read(replace(FIRST, number=2, previous=Hash(bytes(32)))).number == 2
    for previous in (None, Hash(bytes(32))):
        with pytest.raises(FormatError) as caught:
            _read(replace(FIRST, number=0, previous=previous))
        assert caught.value.facts == {"field": "number"}


def test_registry_longer_than_any_other_statement_opens() -> None:
    entries = tuple(replace(LONGEST, reference=f"{number:05}" + "r" * (MAX_REFERENCE - 5)) for number in range(2_000))
    large = replace(FIRST, entries=entries)
    sealed = seal_registry(large, KEY)
    assert len(sealed) > MAX_ENVELOPE
    assert open_registry(sealed, [KEY.public])[0] == large
