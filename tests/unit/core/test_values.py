"""Instants, days, texts, money: what is written reads back, what is read is canonical."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.core.errors import FormatError
from voute.core.values import (
    MAX_INTEGER,
    MAX_TIME,
    MIN_TIME,
    Money,
    Names,
    UnixTime,
    parse_date,
    parse_time,
    text_of,
    time_text,
    unix_time,
)


@given(st.integers(MIN_TIME, MAX_TIME))
def test_values_time_reads_back(seconds: int) -> None:
    assert parse_time(time_text(unix_time(seconds))) == seconds


@pytest.mark.parametrize("seconds", [MIN_TIME - 1, MAX_TIME + 1, -1])
def test_values_time_outside_years_is_refused(seconds: int) -> None:
    with pytest.raises(FormatError):
        time_text(UnixTime(seconds))


@given(st.dates())
def test_values_date_reads_back(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@given(st.text(max_size=30))
def test_values_any_text_as_time_or_date_is_refused_or_canonical(text: str) -> None:
    for parse, write in ((parse_time, time_text), (parse_date, lambda value: value.isoformat())):
        try:
            value = parse(text)
        except FormatError:
            continue
        assert write(value) == text


@given(st.text(max_size=12))
def test_values_text_is_returned_unchanged_or_refused(text: str) -> None:
    unwanted = {*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)}
    clean = 1 <= len(text) <= 8 and not unwanted & {ord(character) for character in text}
    if clean and unicodedata.normalize("NFC", text) == text:
        assert text_of(text, 8) == text
    else:
        with pytest.raises(FormatError):
            text_of(text, 8)


@pytest.mark.parametrize(("cents", "currency"), [(-1, "CAD"), (MAX_INTEGER + 1, "CAD"), (1, "cad"), (1, "CA"), (1, "CAD\n")])
def test_values_money_out_of_bounds_is_refused(cents: int, currency: str) -> None:
    with pytest.raises(FormatError):
        Money(cents, currency)


def test_values_names_of_no_text_are_refused() -> None:
    assert Names("Finance", "Finances").fr == "Finances"
    with pytest.raises(FormatError):
        Names("", "Finances")
