"""A log that tells one reader another story, keys that have ended, trust roots of yesterday: nothing of it is called proven."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.browser.support.visitor import OPEN_BUTTON, new_visitor
from tests.sim.page.evil_page import ISSUER, TITLES, EvilPage, Json, Lie, answer, b64, both, lie_about, raw
from tests.sim.page.forgeries import Forged, Forger, serving
from tests.support.holder import now
from tests.support.proxy import Exchange, Message
from tools.support_codes import support_code
from voute.core.ids import DeliveryId, DocumentId, Hash, Slug
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.dsse import SigningKey
from voute.format.event import Event, blind
from voute.format.subject import Deliver, issuer_actor
from voute.format.trust_root import IssuerKey, TrustRoot, sign_trust_root
from voute.seal.agefile import open_payload
from voute.server.keys import read_log_seeds
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.merkle import leaf_hash
from voute.tlog.proof import TlogProof
from voute.tlog.signer import MemorySigner
from voute.tlog.tree import MemoryTree, root_of

RECEIPT = re.compile(r"/api/documents/[0-9a-f]{32}/receipt")
UNWITNESSED = "Les témoins indépendants ne l’ont pas encore confirmé"
AUTHENTIC = "Authentique"
ENDED = "signé après la fin de ce registre"


def fork(evil: EvilPage, event: bytes, salt: bytes = bytes(32), chain: bytes = bytes(32), time: int = 0) -> Json:
    """A receipt in a log of one entry, signed with the true log's keys, now or at a time; no witness has seen it."""
    tree = MemoryTree([leaf_hash(blind(salt, chain, event))])
    seeds = read_log_seeds(evil.city.server.settings.keys_folder)
    head = Checkpoint(seeds.origin, 1, root_of(1, tree))
    note = MemorySigner(seeds.origin, seeds.ed25519, seeds.mldsa44).sign(head.size, head.root, time or now())
    proof = TlogProof(0, (), SignedCheckpoint.parse(note)).encode().decode()
    return {"event": b64(event), "salt": salt.hex(), "chain": chain.hex(), "index": 0, "proof": proof}


def forked(evil: EvilPage, time: int = 0) -> Lie:
    """Every receipt in a fork of its own."""

    def tell(said: Json) -> Json:
        return fork(evil, raw(said["event"]), bytes.fromhex(said["salt"]), bytes.fromhex(said["chain"]), time)

    return lie_about(RECEIPT, tell)


def proof_line(evil: EvilPage) -> str:
    expect(evil.victim.page.locator(".proof")).to_be_visible()
    return evil.victim.page.locator(".proof").inner_text()


@pytest.mark.attack("D1")
def test_sim_evil_page_fork_without_witnesses_is_not_called_authentic(evil: EvilPage) -> None:
    with evil.lying(forked(evil)):
        assert evil.sign_in() == ""
        assert evil.open(TITLES[0]) == ""
        line = proof_line(evil)
        assert UNWITNESSED in line
        assert AUTHENTIC not in line
        evil.victim.link("Voir la preuve").click()
        evil.victim.sees("Signé par la Ville, pas encore confirmé par les témoins")
        saved = evil.victim.save(evil.victim.button("Télécharger le reçu"), evil.folder)
    # The verifier's page judges the receipt of the fork alike.
    document = evil.folder / "pdf" / f"a-1-{TITLES[0]}.pdf"
    page = evil.victim.page
    page.goto("/verifier")
    page.locator("input[type=file]").set_input_files([document, saved])
    evil.victim.sees("Signé et inscrit, sans confirmation des témoins")
    assert AUTHENTIC not in page.locator("main").inner_text()


@pytest.mark.control("D1")
def test_sim_evil_page_control_witnessed_log_is_called_authentic(evil: EvilPage) -> None:
    assert evil.sign_in() == ""
    assert evil.open(TITLES[0]) == ""
    assert AUTHENTIC in proof_line(evil)
    evil.victim.link("Voir la preuve").click()
    evil.victim.sees("Ce document est authentique")


@pytest.mark.mutant("D1")
def test_sim_evil_page_mutant_without_witnesses_calls_the_fork_authentic(evil: EvilPage) -> None:
    with evil.lying(forked(evil), "any-quorum"):
        assert evil.sign_in() == ""
        assert evil.open(TITLES[0]) == ""
        assert AUTHENTIC in proof_line(evil)


# -- a key that has ended, and a trust root that says so


@pytest.fixture(scope="module")
def ended(evil: EvilPage) -> bytes:
    """The next trust root: the department has a new key, the old one ends with what the log holds now."""
    evil.city.settle()
    with evil.city.catalogue() as db:
        size = db.execute("select size from log_state").fetchone()[0]
    (issuer,) = evil.city.root.issuers
    keys = (replace(issuer.keys[0], until=size), IssuerKey(SigningKey(b"n" * 32).public, size, None))
    return next_root(evil, replace(evil.city.root, issuers=(replace(issuer, keys=keys),)))


def next_root(evil: EvilPage, changed: TrustRoot) -> bytes:
    known = dsse.statement_hash(dsse.parse(evil.city.trust_root_file.read_bytes()).payload)
    return sign_trust_root(replace(changed, number=2, previous=known), list(evil.city.officers))


def rooted(root: bytes) -> Lie:
    def tell(exchange: Exchange) -> Message | None:
        if exchange.path != "/api/trust-root" or exchange.reply is None:
            return None
        return exchange.reply.with_body(root)

    return tell


@pytest.fixture
def forgetful(evil: EvilPage) -> Iterator[None]:
    """The browser forgets the newer trust root afterwards, which the true city does not have."""
    yield
    evil.victim.page.evaluate("localStorage.removeItem('voute.trust-root')")


def stolen(evil: EvilPage, forged: Forged) -> Lie:
    """The thief of the ended key also has the log's key: a fork says that the document was there first of all."""
    envelope = open_payload(forged.file_key, raw(forged.row["card"]))
    subject = Deliver(
        DeliveryId(bytes(16)),
        DocumentId(bytes.fromhex(forged.id)),
        dsse.statement_hash(dsse.parse(envelope).payload),
        Hash(bytes(32)),
    )
    event = Event(evil.city.root.city, now(), issuer_actor(Slug(ISSUER)), Hash(bytes(32)), subject).encode()
    receipt = fork(evil, event)

    def tell(exchange: Exchange) -> Message | None:
        if exchange.path != f"/api/documents/{forged.id}/receipt" or exchange.reply is None:
            return None
        return answer(exchange, b"").with_json(receipt)

    return tell


@pytest.mark.attack("B1")
@pytest.mark.control("B1")
@pytest.mark.usefixtures("forgetful")
def test_sim_evil_page_ended_key_proves_only_what_the_witnessed_log_had_before(evil: EvilPage, ended: bytes) -> None:
    forged = Forger(evil).forge("avec la clé volée")
    for lie in (serving(forged), both(stolen(evil, forged), serving(forged))):
        with evil.lying(both(rooted(ended), lie)):
            assert evil.sign_in() == ""
            evil.list_is_whole()
            assert evil.refused_rows() == {forged.id: "key-not-valid-then"}
            # What the key signed while it was good has its receipt, and stays.
            assert evil.titles() == {"Compte de taxes", *TITLES}
            assert evil.open(TITLES[0]) == ""
            assert AUTHENTIC in proof_line(evil)


@pytest.mark.mutant("B1")
@pytest.mark.usefixtures("forgetful")
def test_sim_evil_page_mutant_without_the_end_shows_what_the_stolen_key_signed(evil: EvilPage, ended: bytes) -> None:
    forged = Forger(evil).forge("avec la clé volée")
    with evil.lying(both(rooted(ended), serving(forged)), "any-time"):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        assert forged.title in evil.titles()


@pytest.mark.attack("B1")
@pytest.mark.control("B1")
@pytest.mark.usefixtures("forgetful")
def test_sim_evil_page_trust_root_of_yesterday_is_refused_before_any_prompt(evil: EvilPage, ended: bytes) -> None:
    with evil.lying(rooted(ended)):
        assert evil.sign_in() == ""
    prompts = len(evil.victim.prompts)
    with evil.lying(None) as exchanged:
        assert evil.sign_in() == "trust-root-rollback"
    assert len(evil.victim.prompts) == prompts
    assert [one.route for one in exchanged if one.method != "GET"] in ([], ["POST /api/sessions/challenge"])
    with evil.lying(None, "no-pin"):
        assert evil.sign_in() == ""


@pytest.mark.attack("B1")
def test_sim_evil_page_trust_root_that_the_officers_did_not_sign_is_refused(evil: EvilPage, ended: bytes) -> None:
    """A browser that sees the city for the first time: the root must at least be signed by its own quorum."""
    forged = dsse.parse(ended)
    alone = dsse.assemble(dsse.Kind.TRUST_ROOT, forged.payload, forged.signatures[:1])
    visitor = new_visitor(evil.browser, evil.city.origin)
    try:
        with evil.lying(rooted(alone)) as exchanged:
            visitor.go("/connexion")
            visitor.button(OPEN_BUTTON).click()
            expect(visitor.page.locator(".panel")).to_contain_text(support_code("trust-root-quorum"))
        assert [one.route for one in exchanged if one.method != "GET"] in ([], ["POST /api/sessions/challenge"])
    finally:
        visitor.context.close()


# -- a log that has ended


@pytest.fixture(scope="module")
def until() -> int:
    """An hour from now: what the true log signs meanwhile is from before its end."""
    return now() + 3_600


@pytest.fixture(scope="module")
def over(evil: EvilPage, until: int) -> bytes:
    """The next trust root, in which the log ends."""
    (log,) = evil.city.root.logs
    return next_root(evil, replace(evil.city.root, logs=(replace(log, until=unix_time(until)),)))


def line_of(evil: EvilPage) -> str:
    assert evil.sign_in() == ""
    assert evil.open(TITLES[0]) == ""
    return proof_line(evil)


@pytest.mark.attack("D7")
@pytest.mark.usefixtures("forgetful")
def test_sim_evil_page_log_that_signs_after_its_end_proves_nothing(evil: EvilPage, over: bytes, until: int) -> None:
    with evil.lying(both(rooted(over), forked(evil, until))):
        line = line_of(evil)
        assert ENDED in line
        assert AUTHENTIC not in line
        assert UNWITNESSED not in line


@pytest.mark.control("D7")
@pytest.mark.usefixtures("forgetful")
def test_sim_evil_page_control_what_the_log_signed_before_its_end_holds(evil: EvilPage, over: bytes, until: int) -> None:
    with evil.lying(rooted(over)):
        assert AUTHENTIC in line_of(evil)
    with evil.lying(both(rooted(over), forked(evil, until - 1))):
        assert UNWITNESSED in line_of(evil)


@pytest.mark.mutant("D7")
@pytest.mark.usefixtures("forgetful")
def test_sim_evil_page_mutant_without_the_end_of_a_log_takes_what_it_signs_later(evil: EvilPage, over: bytes, until: int) -> None:
    with evil.lying(both(rooted(over), forked(evil, until)), "any-log-time"):
        assert UNWITNESSED in line_of(evil)
