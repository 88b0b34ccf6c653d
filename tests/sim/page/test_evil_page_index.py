"""Lies with the vault's index and with the list beside it: nothing of a foreign index is shown, nothing left out goes unnamed."""

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.sim.page.evil_page import DOCUMENTS, INDEX, ISSUER, PLACES, TITLES, EvilPage, Json, Lie, both, lie_about, raw
from tests.sim.page.forgeries import MARK, Forger
from tests.support.proxy import Exchange, Message
from tools.support_codes import support_code
from voute.core.ids import DocumentId, Hash, Slug
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.dsse import Kind, SigningKey
from voute.format.vault_index import MAX_INDEX, IndexEntry, Marks, VaultIndex
from voute.format.vault_record import parse_vault_record
from voute.seal.agefile import seal_file
from voute.seal.hybrid import HybridIdentity, HybridRecipient
from voute.seal.vault_index import seal_vault_index

MINE = {"Compte de taxes", *TITLES}
REFUSED = "Ce que vous aviez noté n’a pas pu être relu"


@pytest.fixture(scope="module")
def forger(evil: EvilPage) -> Forger:
    assert evil.sign_in() == ""
    evil.settle()
    return Forger(evil)


@pytest.fixture(scope="module")
def own(forger: Forger) -> bytes:
    """The index that the city keeps, as it gave it truthfully."""
    return forger.evil.index()


def foreign(forger: Forger) -> VaultIndex:
    """Every document of the victim under another title, handled and noted: all that a city can know, in the right form."""
    now = unix_time(int(time.time()))
    documents = sorted(bytes.fromhex(one["document_id"]) for one in forger.evil.places())
    entries = tuple(
        IndexEntry(
            DocumentId(one),
            Hash(bytes(32)),
            bytes(16),
            Hash(forger.department.public),
            Slug(ISSUER),
            Slug("permit"),
            f"{MARK} {number}",
            "fr",
            now,
            1_000,
            marks=Marks(handled=True, note=MARK),
        )
        for number, one in enumerate(documents)
    )
    return VaultIndex(forger.evil.city.root.city, forger.vault_id, 1_000, None, now, entries)


def sealed(forger: Forger, *, key: SigningKey | None = None, recipient: HybridRecipient | None = None) -> bytes:
    return seal_vault_index(foreign(forger), key or forger.key, recipient or forger.recipient)


def under_another_name(forger: Forger) -> bytes:
    """The attacker's signature under the name of the vault's own key."""
    genesis = parse_vault_record(dsse.parse(raw(forger.evil.replies("/api/vault")["records"][0])).payload)
    payload = foreign(forger).encode()
    (line,) = dsse.parse(dsse.sign(Kind.VAULT_INDEX, payload, forger.key), MAX_INDEX).signatures
    lied = dsse.assemble(Kind.VAULT_INDEX, payload, [replace(line, keyid=dsse.keyid(genesis.root_key))])
    return seal_file((forger.recipient,), lied)


def giving(index: bytes) -> Lie:
    def tell(exchange: Exchange) -> Message | None:
        return exchange.reply.with_body(index, "HTTP/1.1 200 OK") if exchange.route == f"GET {INDEX}" and exchange.reply else None

    return tell


INDEXES: dict[str, Callable[[Forger, bytes], bytes]] = {
    "unknown-key": lambda forger, _: sealed(forger),
    "bad-signature": lambda forger, _: under_another_name(forger),
    "not-for-this-key": lambda forger, _: sealed(forger, recipient=HybridIdentity.generate().recipient),
    "verification": lambda _, own: own[:-20],
}


@pytest.mark.attack("B3")
@pytest.mark.parametrize("code", INDEXES)
def test_sim_evil_page_foreign_index_is_named_and_nothing_of_it_is_shown(
    evil: EvilPage, forger: Forger, own: bytes, code: str
) -> None:
    with evil.lying(giving(INDEXES[code](forger, own))):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        warning = evil.victim.page.locator(".ds-alert", has_text=REFUSED)
        expect(warning.locator("p").last).to_have_text(f"Code à donner au téléphone\u00a0: {support_code(code)}")
        assert evil.titles() == MINE
        assert MARK not in evil.words()
        evil.settle()


@pytest.mark.control("B3", "B7")
def test_sim_evil_page_control_own_index_is_taken_and_nothing_is_missing(evil: EvilPage, own: bytes) -> None:
    with evil.lying(giving(own)):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        assert evil.titles() == MINE
        expect(evil.victim.page.locator(".ds-alert", has_text=REFUSED)).to_have_count(0)
        assert evil.victim.page.locator(".missing li").count() == 0


@pytest.mark.mutant("B3")
def test_sim_evil_page_mutant_that_takes_any_index_shows_what_it_says(evil: EvilPage, forger: Forger) -> None:
    with evil.lying(giving(sealed(forger)), "any-index"):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        assert {one.split(" ")[0] for one in evil.titles()} == {MARK}


def without(evil: EvilPage) -> Lie:
    """The city no longer counts one document of the vault."""
    left_out: str = evil.places()[0]["document_id"]

    def change(name: str) -> Callable[[Json], Json]:
        return lambda said: said | {name: [one for one in said[name] if one["document_id"] != left_out]}

    return both(lie_about(PLACES, change("places")), lie_about(DOCUMENTS, change("documents")))


@pytest.mark.attack("B7")
def test_sim_evil_page_document_that_is_left_out_is_named(evil: EvilPage, forger: Forger) -> None:
    lie = without(forger.evil)
    with evil.lying(lie):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        (missing,) = MINE - evil.titles()
        expect(evil.victim.page.locator(".missing li > span")).to_have_text(re.compile(rf"^{re.escape(missing)}\s"))


@pytest.mark.mutant("B7")
def test_sim_evil_page_mutant_that_does_not_compare_says_nothing_of_what_is_left_out(evil: EvilPage, forger: Forger) -> None:
    lie = without(forger.evil)
    with evil.lying(lie, "any-places"):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        (missing,) = MINE - evil.titles()
        assert missing not in evil.words()
