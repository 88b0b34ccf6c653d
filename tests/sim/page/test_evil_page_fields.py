"""Every field of every reply of a visit, changed one at a time: the page shows what it showed before, or an error."""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sim.page.evil_page import TITLES, EvilPage, Json, Lie, lie_about
from tests.sim.page.fields import CHANGED, Path, leaves, lie_on, put

ROUTES: dict[str, tuple[str, str | re.Pattern[str]]] = {
    "about": ("GET", "/api/about"),
    "challenge": ("POST", "/api/sessions/challenge"),
    "sign-in": ("POST", "/api/sessions"),
    "vault": ("GET", "/api/vault"),
    "documents": ("GET", "/api/documents"),
    "receipt": ("GET", re.compile(r"/api/documents/[0-9a-f]{32}/receipt")),
}
# Whether a document was opened is the service's own mark, and whom to call is a setting of the server: neither is signed.
# What they are called before the trust root is there is on the door mat alone.
HINTS = {("documents", "opened"), ("about", "help_phone"), ("about", "help_hours")}


@dataclass(frozen=True)
class Seen:
    """What a visit shows: the list, one document with its proof; and the codes of what was refused."""

    rows: frozenset[str]
    document: str
    proof: str
    refused: frozenset[str]


def lie_at(route: str, path: Path) -> Lie:
    return lie_on(*ROUTES[route], path)


def visit(evil: EvilPage) -> Seen | str:
    """Sign in, look at the list, open one document and its proof; or the code of what stopped the visit."""
    code = evil.sign_in()
    if code:
        return code
    page = evil.victim.page
    page.wait_for_selector("[role=status]:not(:empty)")
    refused = evil.refused_rows()
    rows = page.locator("section[aria-labelledby^=year] li a").evaluate_all(
        "all => all.map((one) => one.textContent.replace(/^\\s*Non lu\\s*:/, '').replaceAll(/\\s+/g, ' ').trim())"
    )
    title = next(one for one in (TITLES[0], TITLES[1]) if any(one in row for row in rows))
    code = evil.open(title)
    if code:
        return code
    page.wait_for_selector(".proof")
    document = page.locator(".head").inner_text()
    proof = page.locator(".proof").inner_text()
    return Seen(frozenset(rows), document.replace(proof, ""), proof, frozenset(refused.values()))


def judge(seen: Seen | str, true: Seen, words: str) -> str:
    """Say what is wrong with a visit to a liar; nothing if each thing shown is true or refused."""
    if isinstance(seen, str):
        return "" if re.fullmatch(r"[a-z-]+", seen) else f"no code: {seen}"
    if CHANGED in words:
        return "the changed value is on the page"
    if not seen.rows <= true.rows or len(true.rows) - len(seen.rows) > len(seen.refused):
        return f"rows {sorted(seen.rows ^ true.rows)}, refused {sorted(seen.refused)}"
    if seen.document not in true.document and TITLES[1] not in seen.document:
        return f"document {seen.document!r}"
    is_proven = "Authentique" in seen.proof
    return f"proof {seen.proof!r}" if is_proven and seen.proof != true.proof else ""


@pytest.fixture(scope="module")
def true(evil: EvilPage) -> tuple[Seen, dict[str, Json]]:
    mark = evil.proxy.mark
    seen = visit(evil)
    assert isinstance(seen, Seen)
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


@pytest.mark.control("B3")
def test_sim_evil_page_control_true_fields_show_the_same_again(evil: EvilPage, true: tuple[Seen, dict[str, Json]]) -> None:
    with evil.lying(lambda _: None):
        assert visit(evil) == true[0]


@pytest.mark.mutant("B3")
def test_sim_evil_page_mutant_that_shows_what_the_list_says_is_seen(evil: EvilPage, true: tuple[Seen, dict[str, Json]]) -> None:
    lie = lie_about("/api/documents", lambda said: put(said, ("documents", 0, "issuer"), CHANGED))
    with evil.lying(lie, "shows-hints"):
        result = visit(evil)
        assert judge(result, true[0], evil.words()) != ""
