"""The claim code: every single wrong symbol and every swap of neighbours is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError
from voute.format.claim_code import (
    ALPHABET,
    CodeCheckError,
    CodeLengthError,
    CodeSymbolError,
    group_code,
    read_code,
    write_code,
)

VALUES = st.integers(0, 2**115 - 1).map(lambda number: (number << 5).to_bytes(15, "big"))


@given(VALUES)
def test_claim_code_reads_back(value: bytes) -> None:
    code = write_code(value)
    assert read_code(code) == read_code(group_code(code).lower()) == value


@given(VALUES)
def test_claim_code_finds_every_wrong_symbol(value: bytes) -> None:
    code = write_code(value)
    for place in range(24):
        for symbol in ALPHABET:
            if symbol != code[place]:
                with pytest.raises(CodeCheckError):
                    read_code(code[:place] + symbol + code[place + 1 :])


@given(VALUES)
def test_claim_code_finds_every_swap_of_neighbours(value: bytes) -> None:
    code = write_code(value)
    for place in range(23):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if swapped != code:
            with pytest.raises(CodeCheckError):
                read_code(swapped)


@given(st.text(max_size=40))
def test_claim_code_of_any_text_is_refused_by_name(text: str) -> None:
    with pytest.raises((CodeSymbolError, CodeLengthError, CodeCheckError)):
        read_code(text)


def test_claim_code_says_where_a_symbol_is_wrong() -> None:
    with pytest.raises(CodeSymbolError) as caught:
        read_code("00-0 U")
    assert caught.value.facts["position"] == 4


@pytest.mark.parametrize("value", [bytes(14), bytes(16), bytes(14) + b"\x01"])
def test_claim_code_of_other_bytes_is_refused(value: bytes) -> None:
    with pytest.raises(FormatError):
        write_code(value)
