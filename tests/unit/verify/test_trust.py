"""Which trust root counts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.make_vectors import city
from voute.core.errors import VouteError
from voute.format.dsse import SigningKey, statement_hash
from voute.format.trust_root import fingerprint, sign_trust_root
from voute.verify.trust import (
    TrustRootChainError,
    TrustRootQuorumError,
    TrustRootRollbackError,
    accept_all,
    accept_first,
    accept_next,
    in_force,
)

FIRST = city.trust_root()
KEYS = city.city_keys()
RAW = sign_trust_root(FIRST, KEYS[:2])
SECOND = replace(FIRST, number=2, previous=statement_hash(FIRST.encode()), effective_at=city.other_time(3600))


def test_trust_first_root_is_known_by_its_fingerprint() -> None:
    accepted = accept_first(RAW, fingerprint(FIRST.encode()))
    assert accepted.root == FIRST
    assert accepted.fingerprint == fingerprint(FIRST.encode())
    assert len(accepted.fingerprint.replace("-", "")) == 16


def test_trust_second_root_is_in_force_in_its_time() -> None:
    chain = accept_all([RAW, sign_trust_root(SECOND, KEYS[:2])])
    assert in_force(chain, city.other_time(3599)).root.number == 1
    assert in_force(chain, city.other_time(3600)).root.number == 2
    with pytest.raises(TrustRootChainError):
        in_force(chain, city.other_time(-1))


def test_trust_lower_number_is_a_rollback() -> None:
    known = accept_all([RAW, sign_trust_root(SECOND, KEYS[:2])])[-1]
    assert accept_next(known, known.envelope.raw) is known
    with pytest.raises(TrustRootRollbackError):
        accept_next(known, RAW)


def test_trust_quorum_counts_keys_not_signatures() -> None:
    stranger = SigningKey(b"\7" * 32)
    with pytest.raises(TrustRootQuorumError) as caught:
        accept_first(sign_trust_root(FIRST, [KEYS[0], stranger]))
    assert caught.value.facts == {"have": 1, "need": 2}


@given(st.data())
def test_trust_changed_root_is_refused(data: st.DataObject) -> None:
    raw = bytearray(RAW)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VouteError):
        accept_first(bytes(raw), fingerprint(FIRST.encode()))


def test_trust_issuer_is_found_by_name() -> None:
    issuer = FIRST.issuer(city.FINANCE)
    assert issuer is not None
    assert [key.holds_at(5) for key in issuer.keys] == [False, True]
    assert FIRST.issuer("inconnu") is None
