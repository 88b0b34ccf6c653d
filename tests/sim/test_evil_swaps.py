"""One document in the place of another: all ordered pairs of a vault of 50, in every combination of their parts."""

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.mutants import mutated
from tests.support.own_archive import OwnArchive, Parts, make_archive

DOCUMENTS = 50
Swap = Callable[[Parts, Parts], Parts]

SWAPS: dict[str, Swap] = {
    "header": lambda here, there: replace(here, header=there.header),
    "card": lambda here, there: replace(here, card=there.card),
    "body": lambda here, there: replace(here, body=there.body),
    "both payloads": lambda here, there: replace(here, card=there.card, body=there.body),
    "header and card": lambda here, there: replace(here, header=there.header, card=there.card),
    "header and body": lambda here, there: replace(here, header=there.header, body=there.body),
    # The receipt goes along: it is the other document's own, and true.
    "everything": lambda _here, there: there,
}


@pytest.fixture(scope="module")
def archive() -> OwnArchive:
    return make_archive(DOCUMENTS)


@pytest.mark.control("B2")
def test_sim_swaps_control_every_document_opens_in_its_own_place(archive: OwnArchive) -> None:
    opened = archive.open()
    assert {one.title: one.body for one in opened} == archive.bodies
    assert all(one.receipt for one in opened)


@pytest.mark.attack("B2")
@pytest.mark.parametrize("kind", SWAPS)
def test_sim_swaps_every_ordered_pair_is_refused(archive: OwnArchive, kind: str) -> None:
    swap, tried = SWAPS[kind], 0
    for shift in range(1, DOCUMENTS):
        # Every document gets parts of the one `shift` places on: after all shifts each has had those of each other.
        others = archive.parts[shift:] + archive.parts[:shift]
        parts = [swap(here, there) for here, there in zip(archive.parts, others, strict=True)]
        opened = archive.open(archive.entries(parts))
        assert [(one.title, one.body) for one in opened if one.error is None] == []
        assert all((one.title, one.issuer, one.body, one.receipt) == ("", "", b"", None) for one in opened)
        tried += len(opened)
    assert tried == DOCUMENTS * (DOCUMENTS - 1)
    sys.stdout.write(f"\n{kind}: {tried} ordered swaps refused\n")


@pytest.mark.mutant("B2")
def test_sim_swaps_mutant_that_does_not_compare_the_id_shows_another_document(archive: OwnArchive) -> None:
    entries = archive.entries([*archive.parts[1:], archive.parts[0]])
    titles = archive.titles()
    assert all(one.error for one in archive.open(entries))
    with mutated("takes any document for the one that was asked for"):
        opened = archive.open(entries)
    assert [one.title for one in opened] == [*titles[1:], titles[0]]
