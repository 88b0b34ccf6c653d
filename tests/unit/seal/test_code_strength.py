"""Claim codes as an attacker meets them: 115 bits, none of them from the city, none of them alike."""

import math
import os
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.mutants import mutated
from voute.client.home import IssuerSettings, create_issuer_home
from voute.core.ids import Slug
from voute.format.claim_code import CODE_BITS, CODE_SIZE
from voute.seal import claim

CODES = 20_000
PER_PARTY = [(f"roll-{number}", f"party-{number % 7}", number % 3, 1) for number in range(CODES)]


def codes(secret: bytes) -> list[bytes]:
    return [claim.make_code(secret, *one) for one in PER_PARTY]


def bits(code: bytes) -> int:
    return int.from_bytes(code, "big")


def worst_bit(found: list[bytes]) -> float:
    """How far the most lopsided of the 115 bits is from half, in standard deviations."""
    ones = [sum(bits(code) >> (CODE_SIZE * 8 - 1 - place) & 1 for code in found) for place in range(CODE_BITS)]
    return max(abs(count - len(found) / 2) for count in ones) / (math.sqrt(len(found)) / 2)


@pytest.mark.attack("A12")
def test_code_strength_all_115_bits_are_used_evenly_and_no_two_codes_are_alike() -> None:
    found = codes(bytes(32))
    assert CODE_BITS >= 115
    assert len(set(found)) == CODES
    assert {bits(code) & 31 for code in found} == {0}
    # Five standard deviations: 115 fair coins give that once in 15,000 runs, and this one run is always the same.
    assert worst_bit(found) < 5
    # Neighbours in the list share no more than chance: 57 of 115 bits.
    apart = [(bits(one) ^ bits(other)).bit_count() for one, other in pairwise(found)]
    assert 56 < sum(apart) / len(apart) < 59
    assert min(apart) > 25


@pytest.mark.attack("A12")
def test_code_strength_short_prefixes_repeat_as_often_as_chance_says() -> None:
    """Codes that came from fewer bits than they show would meet more often: 20,000 codes, 31 bits each."""
    heads = Counter(bits(code) >> 89 for code in codes(os.urandom(32)))
    # The birthday bound: 0.09 pairs expected.
    assert sum(count - 1 for count in heads.values()) <= 4


@pytest.mark.attack("A12")
def test_code_strength_masters_are_drawn_from_the_system_for_each_department(tmp_path: Path) -> None:
    masters = []
    for number in range(20):
        settings = IssuerSettings(Slug("ville"), Slug(f"office-{number}"), "https://coffre.test", 0)
        home = create_issuer_home(tmp_path / f"{number}", settings)
        masters.append(home.secrets().master)
    assert len(set(masters)) == 20
    assert all(len(master) == 32 for master in masters)
    assert len(Counter(b"".join(masters))) > 200


@pytest.mark.control("A12")
def test_code_strength_control_same_inputs_give_the_same_code_and_its_keys() -> None:
    secret = claim.run_secret(bytes(32), "ville", "finances", "run")
    one, two = (claim.make_code(secret, "roll-1", "party", 0, 1) for _ in range(2))
    assert one == two
    assert claim.claim_keys(one).lookup_id == claim.claim_keys(two).lookup_id


@pytest.mark.mutant("A12")
def test_code_strength_mutant_whose_codes_come_from_a_counter_is_seen() -> None:
    with mutated("makes codes of 13 bits"):
        found = codes(bytes(32))
    assert len(set(found)) < CODES
    assert worst_bit(found) > 5
