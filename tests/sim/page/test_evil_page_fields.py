"""Every field of every reply of a visit, changed one at a time: the page shows what it showed before, or an error."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.support.visitor import WHOLE_LIST
from tests.sim.page.evil_page import DOCUMENTS, INDEX, PLACES, TITLES, EvilPage, Json, Lie, both, lie_about, without_index
from tests.sim.page.fields import CHANGED, Path, leaves, lie_on, put
from tests.sim.page.test_evil_page_bodies import Change, flip
from tests.support.proxy import Exchange, Message

ROUTES: dict[str, tuple[str, str | re.Pattern[str]]] = {
    "about": ("GET", "/api/about"),
    "challenge": ("POST", "/api/sessions/challenge"),
    "sign-in": ("POST", "/api/sessions"),
    "vault": ("GET", "/api/vault"),
    "places": ("GET", PLACES),
    "documents": ("GET", DOCUMENTS),
    "row": ("GET", re.compile(r"/api/documents/[0-9a-f]{32}")),
    "receipt": ("GET", re.compile(r"/api/documents/[0-9a-f]{32}/receipt")),
}
# Whether a document was opened is the service's own mark, and whom to call is a setting of the server: neither is signed.
# What they are called before the trust root is there is on the door mat alone.
HINTS = {(route, "opened") for route in ("places", "documents", "row")} | {("about", "help_phone"), ("about", "help_hours")}


@dataclass(frozen=True)
class Seen:
    """What a visit shows: the list, one document with its proof; the codes of what was refused, the titles named as missing."""

    rows: frozenset[str]
    document: str
    proof: str
    refused: frozenset[str]
    missing: frozenset[str]


def lie_at(route: str, path: Path) -> Lie:
    lie = lie_on(*ROUTES[route], path)
    # Headers and cards are asked for all at once only where no index says what they hold.
    return both(without_index, lie) if route == "documents" else lie


def index_changed(true: bytes, change: Change) -> Lie:
    def tell(exchange: Exchange) -> Message | None:
        if exchange.route != f"GET {INDEX}" or exchange.reply is None:
            return None
        return exchange.reply.with_body(change(true), "HTTP/1.1 200 OK")

    return tell


def visit(evil: EvilPage) -> Seen | str:
    """Sign in, look at the list, open one document and its proof; or the code of what stopped the visit."""
    code = evil.sign_in()
    if code:
        return code
    page = evil.victim.page
    expect(page.get_by_role("status").filter(has_text=WHOLE_LIST)).to_be_visible()
    refused = evil.refused_rows()
    rows = page.locator("section[aria-labelledby^=year] li a").evaluate_all(
        "all => all.map((one) => one.textContent.replace(/^\\s*Non lu\\s*:/, '').replaceAll(/\\s+/g, ' ').trim())"
    )
    missing = page.locator(".missing li > span").all_inner_texts()
    title = next(one for one in (TITLES[0], TITLES[1]) if any(one in row for row in rows))
    code = evil.open(title)
    if code:
        return code
    page.wait_for_selector(".proof")
    document = "\n".join(page.locator(".head").all_inner_texts())
    proof = page.locator(".proof").inner_text()
    # The offer is made once for each kind of document, so not at every visit.
    for beside in (proof, *page.locator(".offer").all_inner_texts()):
        document = document.replace(beside, "")
    return Seen(frozenset(rows), re.sub(r"\n+", "\n", document), proof, frozenset(refused.values()), frozenset(missing))


def judge(seen: Seen | str, true: Seen, words: str) -> str:
    """Say what is wrong with a visit to a liar; nothing if each thing shown is true or refused."""
    if isinstance(seen, str):
        return "" if re.fullmatch(r"[a-z-]+", seen) else f"no code: {seen}"
    if CHANGED in words:
        return "the changed value is on the page"
    if not seen.rows <= true.rows or len(true.rows) - len(seen.rows) > len(seen.refused) + len(seen.missing):
        return f"rows {sorted(seen.rows ^ true.rows)}, refused {sorted(seen.refused)}, missing {sorted(seen.missing)}"
    if seen.document not in true.document and TITLES[1] not in seen.document:
        return f"document {seen.document!r}"
    is_proven = "Authentique" in seen.proof
    return f"proof {seen.proof!r}" if is_proven and seen.proof != true.proof else ""


@pytest.fixture(scope="module")
def true(evil: EvilPage) -> tuple[Seen, dict[str, Json]]:
    mark = evil.proxy.mark
    seen = visit(evil)
    assert isinstance(seen, Seen)
    assert (seen.refused, seen.missing) == (frozenset(), frozenset())
    evil.settle()
    # Without the index the same is shown, from headers.
    with evil.lying(without_index):
        assert visit(evil) == seen
        evil.settle()
    said: dict[str, Any] = {}
    for name, (method, where) in ROUTES.items():
        found = [
            one
            for one in evil.proxy.since(mark)
            if one.method == method and (one.path == where if isinstance(where, str) else where.fullmatch(one.path))
        ]
        assert found, name
        assert found[-1].reply is not None
        said[name] = found[-1].reply.json
    return seen, said


@pytest.mark.attack("B3")
@pytest.mark.parametrize("route", ROUTES)
def test_sim_evil_page_changed_fields_are_never_shown(evil: EvilPage, true: tuple[Seen, dict[str, Json]], route: str) -> None:
    seen, said = true
    found = {}
    paths = [path for path, _ in leaves(said[route])]
    assert paths
    for path in paths:
        if (route, path[-1]) in HINTS or (route, path[0]) in HINTS:
            continue
        with evil.lying(lie_at(route, path)):
            result = visit(evil)
            found[path] = judge(result, seen, evil.words())
        # A browser that was told of a vault that is not there begins anew.
        evil.victim.page.evaluate("localStorage.removeItem('voute.heads')")
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.attack("B3")
def test_sim_evil_page_changed_index_is_named_and_nothing_of_it_is_shown(
    evil: EvilPage, true: tuple[Seen, dict[str, Json]]
) -> None:
    """The sealed index is no JSON: bits of it are turned, it is cut, it is another file; the list comes from the headers."""
    (seen, _), index = true, evil.index()
    for change in (flip(40), flip(-1), flip(-4_000, 128), lambda data: data[:-1], lambda data: data[:200], lambda _: b"?"):
        with evil.lying(index_changed(index, change)):
            assert visit(evil) == seen
            evil.victim.page.get_by_role("navigation").get_by_role("link", name="Documents").click()
            expect(evil.victim.page.get_by_text("Ce que vous aviez noté n’a pas pu être relu")).to_be_visible()


@pytest.mark.control("B3")
def test_sim_evil_page_control_true_fields_show_the_same_again(evil: EvilPage, true: tuple[Seen, dict[str, Json]]) -> None:
    with evil.lying(lambda _: None):
        assert visit(evil) == true[0]


@pytest.mark.mutant("B3")
def test_sim_evil_page_mutant_that_shows_what_the_list_says_is_seen(evil: EvilPage, true: tuple[Seen, dict[str, Json]]) -> None:
    lie = lie_about(DOCUMENTS, lambda said: put(said, ("documents", 0, "issuer"), CHANGED))
    with evil.lying(both(without_index, lie), "shows-hints"):
        result = visit(evil)
        assert judge(result, true[0], evil.words()) != ""
