"""The registry's chain: each follows the one before it."""

from dataclasses import replace

import pytest

from tools.make_vectors.claim import CITY, ISSUER, registry_entries
from tools.make_vectors.seeds import seed
from voute.core.errors import FormatError
from voute.core.ids import Hash, Slug
from voute.core.values import parse_time
from voute.format.dsse import SigningKey
from voute.format.registry import Registry, RegistryChainError, check_follows, open_registry, seal_registry

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
