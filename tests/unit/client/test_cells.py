import pytest
from hypothesis import given
from hypothesis import strategies as st

from voute.client.cells import (
    CellError,
    read_cents,
    read_date,
    read_instalments,
    read_language,
    read_slot,
    read_text,
)
from voute.core.errors import VouteError


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("0", 0),
        ("12", 1200),
        ("12,5", 1250),
        ("12.50", 1250),
        ("1234,56", 123456),
        ("1 234,56 $", 123456),
        ("1\u202f234,56\u00a0$", 123456),
        ("$1,234.56", 123456),
        ("1,234,567", 123456700),
        ("1.234,56", 123456),
        ("1.234.567,8", 123456780),
        ("3 250.00 CAD", 325000),
    ],
)
def test_cells_amount_read_as_people_write_it(cell: str, cents: int) -> None:
    assert read_cents(cell) == cents


@pytest.mark.parametrize("cell", ["", "abc", "-5", "1,234", "1.234", "12,345,6", "1e3", "12.345", "9" * 14, "1,2,3.0"])
def test_cells_amount_refused_when_not_one_reading(cell: str) -> None:
    with pytest.raises(CellError):
        read_cents(cell)


@given(st.integers(min_value=0, max_value=10**12))
def test_cells_amount_read_in_every_grouping(cents: int) -> None:
    plain = f"{cents // 100}.{cents % 100:02}"
    english = f"{cents // 100:,}.{cents % 100:02}"
    french = english.replace(",", "\u202f").replace(".", ",")
    assert read_cents(plain) == read_cents(english) == read_cents(french + " $") == cents


@pytest.mark.parametrize("cell", ["03/04/2026", "2026-3-3", "2026-02-30", "20260303", "3 mars 2026", "2026-03-03 "])
def test_cells_date_refused_when_not_iso(cell: str) -> None:
    with pytest.raises(CellError):
        read_date(cell)


def test_cells_date_read_when_iso() -> None:
    assert read_date("2028-02-29") == "2028-02-29"


def test_cells_instalments_read_in_both_separators() -> None:
    expected = (("2026-03-03", 81250), ("2026-06-02", 81251))
    assert read_instalments("2026-03-03: 812,50 | 2026-06-02: 812,51") == expected
    assert read_instalments("2026-03-03=812.50;2026-06-02=812.51") == expected


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "|",
        "2026-03-03",
        "2026-03-03: x",
        "2026-06-02: 1 | 2026-03-03: 1",
        "2026-03-03: 1 | 2026-03-03: 1",
        "|".join(f"2026-01-{day:02}: 1" for day in range(1, 14)),
    ],
)
def test_cells_instalments_refused_when_malformed(cell: str) -> None:
    with pytest.raises(CellError):
        read_instalments(cell)


@pytest.mark.parametrize("cell", ["", "   ", "a\x07b", "a\u202eb", "x" * 11])
def test_cells_text_refused_when_empty_hidden_or_long(cell: str) -> None:
    with pytest.raises(CellError):
        read_text(cell, 10)


def test_cells_text_given_in_nfc() -> None:
    assert read_text(" Re\u0301al ", 10) == "Réal"


def test_cells_language_and_slot() -> None:
    assert (read_language("Français"), read_language("EN"), read_slot("12")) == ("fr", "en", 12)
    for reader, cell in ((read_language, "de"), (read_slot, "100"), (read_slot, "-1")):
        with pytest.raises(CellError):
            reader(cell)


@given(st.text(max_size=40))
def test_cells_any_text_raises_only_our_errors(cell: str) -> None:
    for reader in (read_cents, read_date, read_instalments, read_language, read_slot):
        try:
            reader(cell)
        except VouteError:
            continue
