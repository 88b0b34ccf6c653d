"""Documents that a lying city puts into the list of a vault: none is shown, each is named with what refused it."""

import re

import pytest

from tests.sim.page.evil_page import TITLES, EvilPage
from tests.sim.page.forgeries import MARK, Forger, serving

MINE = {"Compte de taxes", *TITLES}


@pytest.fixture(scope="module")
def forger(evil: EvilPage) -> Forger:
    assert evil.sign_in() == ""
    return Forger(evil)


@pytest.mark.attack("A6", "A7", "A8", "B1", "B2", "B5")
def test_sim_evil_page_forged_documents_are_named_and_not_shown(evil: EvilPage, forger: Forger) -> None:
    forgeries = forger.forgeries()
    with evil.lying(serving(*(forged for forged, _ in forgeries.values()))) as exchanged:
        assert evil.sign_in() == ""
        evil.list_is_whole()
        evil.settle()
        refused = evil.refused_rows()
        words = evil.words()
        titles = evil.titles()
    assert {name: refused.get(forged.id) for name, (forged, _) in forgeries.items()} == {
        name: code for name, (_, code) in forgeries.items()
    }
    assert len(refused) == len(forgeries)
    assert titles == MINE
    assert MARK not in words
    # Nothing was asked again, nothing reported: after the list, silence.
    assert [one.route for one in exchanged if "/api/" in one.route][-1] == "GET /api/documents"


@pytest.mark.control("A6", "A7", "A8", "B1", "B2", "B5")
def test_sim_evil_page_control_document_that_is_no_lie_is_shown_and_opens(evil: EvilPage, forger: Forger) -> None:
    good = forger.forge("mais bon")
    with evil.lying(serving(good)):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        assert evil.refused_rows() == {}
        assert evil.titles() == {*MINE, good.title}
        evil.victim.page.get_by_role("link", name=re.compile(good.title)).first.click()
        evil.victim.sees(good.title)
        evil.victim.page.locator(".viewer iframe[data-ready]").wait_for()


FALLS = {
    "any-signature": "another key",
    "any-addressee": "another vault",
    "any-document": "another document",
    "any-stanza": "hybrid and classical",
    "classic": "classical alone",
    "any-version": "version 0",
}


@pytest.mark.mutant("A6", "A7", "A8", "B1", "B2", "B5")
@pytest.mark.parametrize("mutant", FALLS)
def test_sim_evil_page_mutant_without_the_check_shows_the_forged_document(evil: EvilPage, forger: Forger, mutant: str) -> None:
    forged, _ = forger.forgeries()[FALLS[mutant]]
    with evil.lying(serving(forged), mutant):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        assert evil.refused_rows() == {}
        assert forged.title in evil.titles()
