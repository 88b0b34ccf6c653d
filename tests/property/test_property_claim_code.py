"""A claim code finds what people mistype, and what it gives depends on every one of its bits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import VouteError
from voute.core.ids import VaultId
from voute.format.claim_code import (
    ALPHABET,
    CodeCheckError,
    CodeLengthError,
    CodeSymbolError,
    group_code,
    read_code,
    write_code,
)
from voute.seal.claim import BindMismatchError, Party, check_bind, claim_keys, make_bind, make_code

CODES = st.binary(min_size=15, max_size=15).map(lambda raw: raw[:14] + bytes((raw[14] & 0xE0,)))
PLACES = st.integers(0, 23)


@given(CODES)
def test_property_code_reads_back_as_people_type_it(value: bytes) -> None:
    code = write_code(value)
    typed = group_code(code).lower().replace("0", "o").replace("1", "l").replace("-", " – ")
    assert read_code(code) == read_code(typed) == value


@given(CODES, PLACES, st.sampled_from(ALPHABET))
def test_property_code_with_one_wrong_symbol_is_refused(value: bytes, place: int, symbol: str) -> None:
    code = write_code(value)
    if code[place] != symbol:
        with pytest.raises(CodeCheckError):
            read_code(code[:place] + symbol + code[place + 1 :])


@given(CODES, st.integers(0, 22))
def test_property_code_with_two_neighbours_swapped_is_refused(value: bytes, place: int) -> None:
    code = write_code(value)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(CodeCheckError):
            read_code(swapped)


@given(CODES, PLACES)
def test_property_code_with_a_symbol_lost_or_foreign_is_named(value: bytes, place: int) -> None:
    code = write_code(value)
    with pytest.raises(CodeLengthError):
        read_code(code[:place] + code[place + 1 :])
    with pytest.raises(CodeSymbolError) as caught:
        read_code(code[:place] + "U" + code[place + 1 :])
    assert caught.value.facts["position"] == place + 1


@given(st.text(max_size=60))
def test_property_code_reads_no_text_but_its_own(text: str) -> None:
    try:
        assert len(read_code(text)) == 15
    except VouteError:
        return


@given(CODES, st.integers(0, 114))
def test_property_code_gives_other_keys_for_every_bit(value: bytes, bit: int) -> None:
    other = (int.from_bytes(value, "big") ^ (1 << (bit + 5))).to_bytes(15, "big")
    one, two = claim_keys(value), claim_keys(other)
    assert {one.lookup_id, one.token, one.identity_seed, one.binding_key}.isdisjoint(
        {two.lookup_id, two.token, two.identity_seed, two.binding_key}
    )


@given(st.binary(min_size=32, max_size=32), st.text("AB1", max_size=3), st.text("AB1", max_size=3), st.integers(0, 3))
def test_property_code_differs_by_reference_party_slot_and_epoch(secret: bytes, reference: str, party: str, slot: int) -> None:
    made = {
        make_code(secret, reference, party, slot, 1),
        make_code(secret, reference + "x", party, slot, 1),
        make_code(secret, reference, party + "x", slot, 1),
        make_code(secret, reference, party, slot + 1, 1),
        make_code(secret, reference, party, slot, 2),
    }
    assert len(made) == 5


@given(CODES, st.binary(min_size=32, max_size=32), st.integers(0, 255))
def test_property_bind_holds_for_its_vault_and_party_alone(value: bytes, vault: bytes, bit: int) -> None:
    keys = claim_keys(value)
    party = Party("city", "finances", "C-1", 0, 1)
    bind = make_bind(keys, party, VaultId(vault))
    check_bind(keys, party, VaultId(vault), bind)
    other = (int.from_bytes(vault, "big") ^ (1 << bit)).to_bytes(32, "big")
    for wrong_party, wrong_vault in (
        (party, other),
        (Party("city", "finances", "C-2", 0, 1), vault),
        (Party("city", "finances", "C-1", 1, 1), vault),
        (Party("city", "finances", "C-1", 0, 2), vault),
        (Party("city", "court", "C-1", 0, 1), vault),
    ):
        with pytest.raises(BindMismatchError):
            check_bind(keys, wrong_party, VaultId(wrong_vault), bind)
