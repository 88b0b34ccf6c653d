"""Figures as Québec writes them."""

from datetime import date

import pytest

from voute.paper import figures

MONTHS = ("janvier", "février", "mars")


@pytest.mark.parametrize(
    ("cents", "shown"),
    [
        (0, "0,00\u00a0$"),
        (7, "0,07\u00a0$"),
        (99_999, "999,99\u00a0$"),
        (100_000, "1\u202f000,00\u00a0$"),
        (123_456_789_01, "123\u202f456\u202f789,01\u00a0$"),
    ],
)
def test_figures_money_is_written_with_decimal_comma_and_narrow_groups(cents: int, shown: str) -> None:
    assert figures.money(cents) == shown


def test_figures_dollars_have_no_cents() -> None:
    assert figures.dollars(411_000) == "411\u202f000\u00a0$"


@pytest.mark.parametrize(("units", "shown"), [(6842, "0,6842\u00a0$"), (388, "0,0388\u00a0$"), (18_925, "1,8925\u00a0$")])
def test_figures_rate_has_four_decimals(units: int, shown: str) -> None:
    assert figures.rate(units) == shown


@pytest.mark.parametrize(
    ("when", "shown"), [(date(2026, 3, 5), "5\u00a0mars\u00a02026"), (date(2026, 1, 1), "1er\u00a0janvier\u00a02026")]
)
def test_figures_day_is_written_in_full(when: date, shown: str) -> None:
    assert figures.day(when, MONTHS, "1er") == shown


def test_figures_reference_is_grouped_by_four() -> None:
    assert figures.by_four("123456789") == "1234\u00a05678\u00a09"
