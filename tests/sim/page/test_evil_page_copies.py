"""Lies with what the browser keeps: sealed copies that somebody put there, and a city that calls them unchanged."""

import base64
import hashlib
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.sim.page.evil_page import INDEX, PLACES, EvilPage, unchanged
from tests.sim.page.forgeries import MARK, Forger
from tests.sim.page.test_evil_page_index import MINE, sealed
from tests.support.proxy import Exchange
from voute.seal.agefile import seal_file
from voute.seal.hybrid import HybridIdentity

KEEP = """
async ([name, vault, file]) => {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const database = await done(indexedDB.open('voute', 1));
  try {
    const table = database.transaction('public', 'readwrite').objectStore('public');
    await done(table.put(new Uint8Array([...bytes(vault), ...bytes(file)]), name));
  } finally {
    database.close();
  }
};
"""


@pytest.fixture(scope="module")
def forger(evil: EvilPage) -> Forger:
    assert evil.sign_in() == ""
    evil.settle()
    return Forger(evil)


def keep(evil: EvilPage, forger: Forger, name: str, file: bytes) -> None:
    """Put a sealed file in the place of the copy that the victim's browser keeps."""
    evil.victim.page.goto("/connexion")
    texts = [base64.b64encode(one).decode() for one in (forger.vault_id, file)]
    evil.victim.page.evaluate(KEEP, [f"copy/{name}", *texts])


def visit(evil: EvilPage) -> None:
    assert evil.sign_in() == ""
    evil.list_is_whole()


def named(exchanged: list[Exchange], path: str) -> list[tuple[str | None, int]]:
    """What the page named to the city there, and what it was told."""
    return [(one.request.header("if-none-match"), one.status) for one in exchanged if one.route == f"GET {path}"]


def tag_of(file: bytes) -> str:
    return f'"{hashlib.sha256(file).hexdigest()}"'


def turned(file: bytes) -> bytes:
    return file[:-40] + bytes((file[-40] ^ 1,)) + file[-39:]


INDEXES: dict[str, Callable[[EvilPage, Forger], bytes]] = {
    "signed by another key": lambda _, forger: sealed(forger),
    "of another vault": lambda _, forger: sealed(forger, recipient=HybridIdentity.generate().recipient),
    "with a bit turned": lambda evil, _: turned(evil.index()),
}


@pytest.mark.attack("B3", "B5")
@pytest.mark.parametrize("which", INDEXES)
def test_sim_evil_page_foreign_copy_of_the_index_is_not_taken_though_the_city_calls_it_unchanged(
    evil: EvilPage, forger: Forger, which: str
) -> None:
    file = INDEXES[which](evil, forger)
    keep(evil, forger, "index", file)
    with evil.lying(unchanged(INDEX)) as exchanged:
        visit(evil)
        assert evil.titles() == MINE
        assert MARK not in evil.words()
        evil.settle()
    # Refused, forgotten, and the city asked for its own.
    assert named(exchanged, INDEX) == [(tag_of(file), 304), (None, 200)]


@pytest.mark.control("B3", "B5")
def test_sim_evil_page_control_own_copy_of_the_index_is_taken(evil: EvilPage, forger: Forger) -> None:
    own = evil.index()
    keep(evil, forger, "index", own)
    with evil.lying(unchanged(INDEX)) as exchanged:
        visit(evil)
        assert evil.titles() == MINE
        evil.settle()
    assert named(exchanged, INDEX) == [(tag_of(own), 304)]


@pytest.mark.mutant("B3")
def test_sim_evil_page_mutant_that_takes_any_index_shows_what_a_foreign_copy_says(evil: EvilPage, forger: Forger) -> None:
    keep(evil, forger, "index", sealed(forger))
    with evil.lying(unchanged(INDEX), "any-index"):
        visit(evil)
        assert {one.split(" ")[0] for one in evil.titles()} == {MARK}


def places_of(forger: Forger, *, without: int = 0) -> bytes:
    """The places of the vault as a browser keeps them, without so many of the newest: as they once were."""
    rows = sorted(forger.evil.places(), key=lambda one: -int(one["position"]))[without:]
    packed = (bytes.fromhex(one["document_id"]) + int(one["position"]).to_bytes(8) + bytes((one["opened"],)) for one in rows)
    return seal_file((forger.recipient,), b"".join(packed))


@pytest.mark.attack("B6", "B7")
def test_sim_evil_page_older_copy_of_the_places_leaves_out_nothing_unnamed(evil: EvilPage, forger: Forger) -> None:
    keep(evil, forger, "places", places_of(forger, without=1))
    with evil.lying(unchanged(PLACES)) as exchanged:
        visit(evil)
        (missing,) = MINE - evil.titles()
        expect(evil.victim.page.locator(".missing li > span")).to_contain_text(missing)
        evil.settle()
    assert [status for _, status in named(exchanged, PLACES)] == [304]


@pytest.mark.control("B6", "B7")
def test_sim_evil_page_control_copy_of_the_places_as_they_are_is_taken(evil: EvilPage, forger: Forger) -> None:
    keep(evil, forger, "places", places_of(forger))
    with evil.lying(unchanged(PLACES)) as exchanged:
        visit(evil)
        assert evil.titles() == MINE
        expect(evil.victim.page.locator(".missing li")).to_have_count(0)
        evil.settle()
    assert [status for _, status in named(exchanged, PLACES)] == [304]


@pytest.mark.control("B6", "B7")
def test_sim_evil_page_control_honest_city_does_not_call_an_older_copy_unchanged(evil: EvilPage, forger: Forger) -> None:
    keep(evil, forger, "places", places_of(forger, without=1))
    with evil.lying(None) as exchanged:
        visit(evil)
        assert evil.titles() == MINE
        evil.settle()
    assert [status for _, status in named(exchanged, PLACES)] == [200]


@pytest.mark.mutant("B6", "B7")
def test_sim_evil_page_mutant_that_does_not_compare_believes_an_older_copy_of_the_places(evil: EvilPage, forger: Forger) -> None:
    keep(evil, forger, "places", places_of(forger, without=1))
    with evil.lying(unchanged(PLACES), "any-places"):
        visit(evil)
        (missing,) = MINE - evil.titles()
        assert missing not in evil.words()
