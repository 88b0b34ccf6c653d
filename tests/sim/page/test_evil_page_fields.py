"""Every field of every reply of a visit, changed one at a time: the page shows what it showed before, or an error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.sim.page.evil_page import TITLES, EvilPage, Json, Lie, lie_about

Path = tuple[str | int, ...]
CHANGED = "CHANGÉ"
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


def leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every value of a reply that is no object or list; of lists the first item speaks for all."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list):
        if value:
            yield from leaves(value[0], (*path, 0))
    else:
        yield path, value


def changed(value: Json) -> Json:
    """Another value of the same kind, as good-looking as a liar can make it."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if not isinstance(value, str):
        return CHANGED
    if re.fullmatch(r"[0-9a-f]{32,}", value):
        return ("0" if value[0] != "0" else "1") + value[1:]
    if re.fullmatch(r"[A-Za-z0-9+/]{40,}={0,2}", value):
        middle = len(value) // 2
        return value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :]
    return CHANGED


def put(value: Json, path: Path, new: Json) -> Json:
    head, *rest = path
    inner = put(value[head], tuple(rest), new) if rest else new
    if isinstance(value, dict):
        return value | {head: inner}
    return [inner if place == head else one for place, one in enumerate(value)]


def lie_at(route: str, path: Path) -> Lie:
    method, where = ROUTES[route]

    def tell(said: Json) -> Json:
        found = said
        for step in path:
            found = found[step]
        return put(said, path, changed(found))

    return lie_about(where, tell, method)


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
