"""The trust root: nothing that may be absent is lost, and each list holds its most and not one more."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tools.make_vectors import city
from voute.core.errors import FormatError
from voute.core.ids import Hash, Slug, VaultId
from voute.core.values import UnixTime
from voute.format import dsse
from voute.format.trust_root import (
    MAX_CITY_KEYS,
    MAX_ISSUER_KEYS,
    MAX_ISSUERS,
    MAX_LOGS,
    MAX_TYPES,
    MAX_WITNESSES,
    MLDSA44_SIZE,
    TrustRoot,
    WitnessKey,
    fingerprint,
    parse_trust_root,
    tidy_fingerprint,
)


def _full_root() -> TrustRoot:
    """A root in which nothing that may be absent is."""
    root = city.trust_root()
    issuer = root.issuers[0]
    key = replace(issuer.keys[0], since=5, until=6)
    first = replace(issuer, vault_id=VaultId(bytes(range(32))), keys=(key, *issuer.keys[1:]))
    return replace(
        root,
        number=2,
        previous=Hash(bytes(32)),
        logs=(replace(root.logs[0], until=UnixTime(root.logs[0].since + 1)),),
        issuers=(first, *root.issuers[1:]),
    )


def test_trust_root_keeps_every_value_that_may_be_absent() -> None:
    root = _full_root()
    assert parse_trust_root(root.encode()) == root


def _keys(number: int) -> tuple[bytes, ...]:
    return tuple(sorted((one.to_bytes(32, "big") for one in range(1, number + 1)), key=dsse.keyid))


def _issuer_with(keys: int, types: int) -> TrustRoot:
    root = city.trust_root()
    issuer = root.issuers[0]
    return replace(
        root,
        issuers=(
            replace(
                issuer,
                keys=tuple(replace(issuer.keys[0], ed25519=key) for key in _keys(keys)),
                document_types=tuple(replace(issuer.document_types[0], id=Slug(f"t{number:04}")) for number in range(types)),
            ),
        ),
    )


def _with_logs(number: int) -> TrustRoot:
    root = city.trust_root()
    return replace(root, logs=tuple(replace(root.logs[0], origin=f"log-{one:04}") for one in range(number)))


def _with_witnesses(number: int) -> TrustRoot:
    root = city.trust_root()
    keys = (one.to_bytes(MLDSA44_SIZE, "big") for one in range(number))
    return replace(root, quorum=number, witnesses=tuple(WitnessKey(f"w{at:04}", key) for at, key in enumerate(keys)))


def _with_issuers(number: int) -> TrustRoot:
    root = city.trust_root()
    issuer = replace(root.issuers[0], document_types=())
    keys = _keys(number)
    return replace(
        root,
        issuers=tuple(
            replace(issuer, id=Slug(f"i{at:04}"), keys=(replace(issuer.keys[0], ed25519=key),)) for at, key in enumerate(keys)
        ),
    )


ROOTS: dict[str, tuple[Callable[[int], TrustRoot], int]] = {
    "keys": (lambda number: replace(city.trust_root(), keys=_keys(number), threshold=number), MAX_CITY_KEYS),
    "logs": (_with_logs, MAX_LOGS),
    "witnesses": (_with_witnesses, MAX_WITNESSES),
    "issuers": (_with_issuers, MAX_ISSUERS),
    "issuer keys": (lambda number: _issuer_with(number, 1), MAX_ISSUER_KEYS),
    "types": (lambda number: _issuer_with(1, number), MAX_TYPES),
}


@pytest.mark.parametrize("what", ROOTS)
def test_trust_root_holds_the_most_of_each_list_and_not_one_more(what: str) -> None:
    make, most = ROOTS[what]
    assert parse_trust_root(make(most).encode()) == make(most)
    with pytest.raises(FormatError):
        parse_trust_root(make(most + 1).encode())


ROOT = city.trust_root()
LOG, (WITNESS, OTHER), (FIRST, SECOND) = ROOT.logs[0], ROOT.witnesses[:2], ROOT.issuers[:2]
SPANLESS = replace(FIRST, keys=(replace(FIRST.keys[0], since=5, until=5),))
WRONG: list[tuple[str, str, TrustRoot]] = [
    ("first with previous", "previous", replace(ROOT, previous=Hash(bytes(32)))),
    ("second without previous", "previous", replace(ROOT, number=2)),
    ("origin of another host", "origin", replace(ROOT, origin="https://other.example")),
    ("no origin", "origin", replace(ROOT, origin="coffre")),
    ("host that is none", "origin", replace(ROOT, rp_id="a..b", origin="https://a..b")),
    ("http", "origin", replace(ROOT, origin=ROOT.origin.replace("https", "http"))),
    ("city key twice", "keys", replace(ROOT, keys=(ROOT.keys[0],) * 2)),
    ("threshold of none", "threshold", replace(ROOT, threshold=0)),
    ("threshold over the keys", "threshold", replace(ROOT, threshold=len(ROOT.keys) + 1)),
    ("log twice", "logs", replace(ROOT, logs=(LOG, LOG))),
    ("log of no time", "logs", replace(ROOT, logs=(replace(LOG, until=LOG.since),))),
    ("witness twice", "witnesses", replace(ROOT, witnesses=(WITNESS, replace(OTHER, name=WITNESS.name)))),
    ("witness key twice", "witnesses", replace(ROOT, witnesses=(WITNESS, replace(OTHER, mldsa44=WITNESS.mldsa44)))),
    ("quorum over the witnesses", "witnesses", replace(ROOT, quorum=len(ROOT.witnesses) + 1)),
    ("quorum below none", "witnesses", replace(ROOT, quorum=-1)),
    ("department twice", "issuers", replace(ROOT, issuers=(FIRST, replace(SECOND, id=FIRST.id)))),
    ("key of two departments", "issuers", replace(ROOT, issuers=(FIRST, replace(SECOND, keys=FIRST.keys)))),
    ("key of no time", "issuers", replace(ROOT, issuers=(SPANLESS,))),
    ("type twice", "document_types", replace(ROOT, issuers=(replace(FIRST, document_types=(FIRST.document_types[0],) * 2),))),
]


@pytest.mark.parametrize(("field", "wrong"), [(field, wrong) for _, field, wrong in WRONG], ids=[name for name, _, _ in WRONG])
def test_trust_root_that_breaks_a_rule_is_not_written_and_the_refusal_names_the_field(field: str, wrong: TrustRoot) -> None:
    with pytest.raises(FormatError) as caught:
        wrong.encode()
    assert caught.value.facts == {"field": field}
    assert caught.value.detail.startswith(f"trust-root.{field}: ")


def test_trust_root_may_ask_all_or_none_of_its_keys_and_witnesses() -> None:
    for one in (replace(ROOT, threshold=len(ROOT.keys), quorum=len(ROOT.witnesses)), replace(ROOT, threshold=1, quorum=0)):
        assert parse_trust_root(one.encode()) == one


def test_trust_root_names_of_keys_have_at_most_200_characters() -> None:
    longest = replace(ROOT, logs=(replace(LOG, origin="a" * 200),))
    assert parse_trust_root(longest.encode()) == longest
    with pytest.raises(FormatError):
        parse_trust_root(replace(ROOT, logs=(replace(LOG, origin="a" * 201),)).encode())


def test_trust_root_least_of_each_list_reads_back() -> None:
    keyed = replace(FIRST, document_types=(), keys=FIRST.keys[:1])
    for one in (
        replace(ROOT, keys=ROOT.keys[:1], threshold=1, quorum=0, witnesses=(), issuers=()),
        replace(ROOT, issuers=(keyed,)),
    ):
        assert parse_trust_root(one.encode()) == one
    for field, wrong in (("logs", replace(ROOT, logs=())), ("keys", replace(ROOT, issuers=(replace(FIRST, keys=()),)))):
        with pytest.raises(FormatError) as caught:
            parse_trust_root(wrong.encode())
        assert caught.value.facts == {"field": field}


def test_trust_root_fingerprint_is_80_bits_of_the_hash_in_fours() -> None:
    # SHA-256 of nothing begins e3b0c44298fc1c149afb.
    assert fingerprint(b"") == "WERC-8GMR-ZGE1-96QV"


@pytest.mark.parametrize("typed", ["WERC-8GMR-ZGE1-96QV", "werc 8gmr zge1 96qv", "WERC8GMRZGEL96QV", " Werc-8gmr-Zgei-96qv\n"])
def test_trust_root_fingerprint_is_read_as_people_type_it(typed: str) -> None:
    assert tidy_fingerprint(typed) == fingerprint(b"")


@pytest.mark.parametrize("typed", ["", "WERC-8GMR-ZGE1", "WERC-8GMR-ZGE1-96QV-0", "WERC-8GMR-ZGE1-96QW"])
def test_trust_root_another_fingerprint_stays_another(typed: str) -> None:
    assert tidy_fingerprint(typed) != fingerprint(b"")


def test_trust_root_of_this_machine_may_be_without_tls() -> None:
    local = replace(ROOT, rp_id="localhost", origin="http://localhost:8080")
    assert parse_trust_root(local.encode()) == local


def test_trust_root_is_numbered_from_1() -> None:
    with pytest.raises(FormatError) as caught:
        parse_trust_root(replace(ROOT, number=0, previous=Hash(bytes(32))).encode())
    assert caught.value.facts == {"field": "number"}
