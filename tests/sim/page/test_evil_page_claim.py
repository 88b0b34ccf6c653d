"""A letter in hand, and a city that lies about what waits behind its code, or says that it still waits."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.support.visitor import OPEN_BUTTON, Visitor, new_visitor
from tests.sim.page.evil_page import LATER, VICTIM, EvilPage, Json, Lie, lie_about, raw
from tests.sim.page.fields import CHANGED, leaves, lie_on
from tests.sim.page.forgeries import MARK, Forged, Forger
from tools.support_codes import support_code
from voute.core.errors import VouteError
from voute.core.ids import LookupId
from voute.format.manifest import ToClaim
from voute.seal.agefile import open_header, seal_header
from voute.seal.claim import claim_keys
from voute.seal.hybrid import HybridIdentity

LOOKUP = "/api/claims/lookup"
USED = "Ce code a déjà servi"


@pytest.fixture
def visitor(evil: EvilPage) -> Iterator[Visitor]:
    made = new_visitor(evil.browser, evil.city.origin)
    yield made
    made.context.close()


def to_code(evil: EvilPage, forged: Forged, who: str = LATER) -> Json:
    """A row of the lookup: sealed to the code's own key, which no server has."""
    header = seal_header(forged.file_key, (claim_keys(evil.codes[who]).identity().recipient,))
    return {key: forged.with_header(header).row[key] for key in ("document_id", "header", "card")}


def waiting(*rows: Json) -> Lie:
    return lie_about(LOOKUP, lambda said: said | {"documents": [*said["documents"], *rows]}, "POST")


def letters(evil: EvilPage) -> dict[str, tuple[Json, str]]:
    """What may be put behind a code, and the code of the refusal."""
    forger = Forger(evil)
    keys = claim_keys(evil.codes[LATER])
    mine = ToClaim(LookupId(keys.lookup_id), 0, 1)
    other = ToClaim(LookupId(claim_keys(evil.codes[VICTIM]).lookup_id), 0, 1)
    unsigned = forger.forge("signé par un autre", signer=forger.key, recipient=mine)
    foreign = forger.forge("d'un autre code", recipient=other)
    sealed = foreign.with_header(seal_header(foreign.file_key, (HybridIdentity.generate().recipient,)))
    return {
        "signed by the attacker": (to_code(evil, unsigned), "unknown-key"),
        "of another code": (to_code(evil, foreign), "wrong-vault"),
        "of another vault": (to_code(evil, forger.forge("d'un coffre")), "wrong-vault"),
        "of another taker": (to_code(evil, forger.forge("d'une voisine", recipient=mine, party="x")), "claim-disagree"),
        "sealed to the attacker's code": (
            {key: sealed.row[key] for key in ("document_id", "header", "card")},
            "not-for-this-key",
        ),
    }


@pytest.mark.attack("A12", "B1")
def test_sim_evil_page_letter_with_something_foreign_in_it_is_refused_whole(evil: EvilPage, visitor: Visitor) -> None:
    for name, (row, code) in letters(evil).items():
        with evil.lying(waiting(row)) as exchanged:
            visitor.page.goto("about:blank")
            visitor.go(evil.letters[LATER])
            expect(visitor.page.locator(".panel")).to_contain_text(support_code(code))
            assert MARK not in visitor.page.content(), name
            assert "Compte de taxes" not in visitor.page.content(), name
        assert [one.route for one in exchanged if one.method != "GET"] == [f"POST {LOOKUP}"], name
    assert visitor.prompts == []


@pytest.mark.attack("A12")
def test_sim_evil_page_code_that_the_city_names_is_not_taken(evil: EvilPage, visitor: Visitor) -> None:
    """Only the code of the letter is asked for, and only its lookup id and token are sent."""
    chosen = {"code": "0" * 24, "lookup_id": "00" * 32, "token": "AA==", "next_code": "0" * 24}
    keys = claim_keys(evil.codes[LATER])
    with evil.lying(lie_about(LOOKUP, lambda said: said | chosen, "POST")) as exchanged:
        visitor.go(evil.letters[LATER])
        visitor.sees("Vous avez reçu un document")
    (asked,) = [json.loads(one.request.body) for one in exchanged if one.path == LOOKUP]
    assert (asked["lookup_id"], raw(asked["token"])) == (keys.lookup_id.hex(), keys.token)
    assert sorted(asked) == ["lookup_id", "token"]


@pytest.mark.attack("A12")
def test_sim_evil_page_second_claim_is_refused_though_all_is_said_to_wait(evil: EvilPage, visitor: Visitor) -> None:
    said = next(one for one in evil.proxy.exchanges if one.path == LOOKUP and one.status == 200).reply
    assert said is not None
    with evil.city.catalogue() as db:
        vaults = db.execute("select count(*) from vaults").fetchone()
    with evil.lying(None):
        visitor.go(evil.letters[VICTIM])
        visitor.sees(USED)
    with evil.lying(lambda one: said if one.path == LOOKUP else None) as exchanged:
        visitor.page.goto("about:blank")
        visitor.go(evil.letters[VICTIM])
        visitor.button(OPEN_BUTTON).click()
        visitor.sees(USED)
    assert [one.status for one in exchanged if one.route == "POST /api/claims"] == [409]
    with evil.city.catalogue() as db:
        assert db.execute("select count(*) from vaults").fetchone() == vaults


@pytest.mark.attack("B3")
def test_sim_evil_page_changed_fields_of_a_lookup_show_the_true_letter_or_an_error(evil: EvilPage, visitor: Visitor) -> None:
    mark = evil.proxy.mark
    visitor.go(evil.letters[LATER])
    visitor.sees("Vous avez reçu un document")
    true = visitor.page.get_by_role("article").inner_text()
    (said,) = [one.reply.json for one in evil.proxy.since(mark) if one.path == LOOKUP and one.reply]
    codes = {}
    for path, _ in leaves(said):
        with evil.lying(lie_on("POST", LOOKUP, path)):
            visitor.page.goto("about:blank")
            visitor.go(evil.letters[LATER])
            visitor.page.wait_for_selector("article, .panel")
            panel = visitor.page.locator(".panel")
            codes[path] = panel.inner_text() if panel.count() else visitor.page.get_by_role("article").inner_text()
            assert CHANGED not in visitor.page.content()
    assert {path for path, shown in codes.items() if shown == true} == {("lookup_id",), ("v",), ("challenge",), ("rp_id",)}
    assert {path for path, shown in codes.items() if "Code à donner" in shown} == {
        ("documents", 0, name) for name in ("document_id", "header", "card")
    }


@pytest.mark.attack("A12")
@pytest.mark.control("A12")
def test_sim_evil_page_old_claim_key_opens_nothing_that_the_vault_holds(evil: EvilPage) -> None:
    assert evil.sign_in() == ""
    evil.list_is_whole()
    rows = evil.documents()
    assert len(rows) >= 5
    old = claim_keys(evil.codes[VICTIM]).identity()
    opened = [row["document_id"] for row in rows if opens(old, raw(row["header"]))]
    assert opened == []
    # The key is the right one: it opens what was behind the code before the claim.
    first = next(one for one in evil.proxy.exchanges if one.path == LOOKUP and one.status == 200).reply
    assert first is not None
    assert all(opens(old, raw(row["header"])) for row in first.json["documents"])


def opens(identity: HybridIdentity, header: bytes) -> bool:
    try:
        open_header(header, [identity])
    except VouteError:
        return False
    return True


@pytest.mark.mutant("A12")
def test_sim_evil_page_mutant_shows_what_waits_for_somebody_else(evil: EvilPage, visitor: Visitor) -> None:
    row, _ = letters(evil)["of another code"]
    lie = lie_about(LOOKUP, lambda said: said | {"documents": [row]}, "POST")
    with evil.lying(lie, "any-addressee"):
        visitor.go(evil.letters[LATER])
        visitor.sees("Vous avez reçu un document")
        assert MARK in visitor.page.content()


@pytest.mark.control("A12")
def test_sim_evil_page_control_letter_opens_a_vault_once_all_is_true(evil: EvilPage, visitor: Visitor) -> None:
    with evil.lying(lambda _: None):
        visitor.go(evil.letters[LATER])
        visitor.button(OPEN_BUTTON).click()
        expect(visitor.page.locator(".proof")).to_be_visible()
