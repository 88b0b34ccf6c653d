"""Addresses in the window: as large as they can be, never cut."""

import pytest

from voute.core.errors import LimitError
from voute.paper.address_block import SIZES, fit_address
from voute.paper.envelope import NUMBER_10
from voute.paper.glyphs import GlyphCheck

ZONE = NUMBER_10.always
NAME = "Société de gestion immobilière des Érables-Argentés et de la Rivière-aux-Brochets inc."


def test_address_of_three_or_four_short_lines_has_the_largest_type() -> None:
    for count in (1, 3, 4):
        assert fit_address(["1428, rue des Érables"] * count, ZONE).size == SIZES[0]


def test_address_of_five_lines_is_smaller_but_not_below_what_machines_read() -> None:
    block = fit_address(["1428, rue des Érables"] * 5, ZONE)
    assert (block.size, len(block.lines)) == (SIZES[-1], 5)


def test_address_long_lines_are_broken_at_spaces_and_nothing_is_lost() -> None:
    block = fit_address([NAME, "1428, rue des Érables", "Val-des-Cèdres (Québec)"], ZONE)
    assert len(block.lines) == 4
    assert " ".join(block.lines[:2]) == NAME


def test_address_two_spaces_before_the_code_stay_together() -> None:
    block = fit_address(["Val-des-Cèdres (Québec)\u00a0\u00a0G9Z\u00a01A1"], ZONE)
    assert block.lines == ("Val-des-Cèdres (Québec)\u00a0\u00a0G9Z\u00a01A1",)


@pytest.mark.parametrize(
    "lines", [["1, rue X"] * 6, ["W" * 80], [NAME, NAME, "1", "2"], []], ids=["six", "wide", "broken", "none"]
)
def test_address_that_does_not_show_whole_is_refused(lines: list[str]) -> None:
    with pytest.raises(LimitError):
        fit_address(lines, ZONE)


def test_glyphs_names_what_no_font_has_and_remembers_what_they_have() -> None:
    check = GlyphCheck()
    assert check.missing("Élise L’Écuyer-Œuvrard, Świętosława Ñuñez – ½") == ""
    assert check.missing("Élise 日本ᐃ") == "ᐃ日本"
    assert check.missing("日") == "日"
    assert check.missing("") == ""
