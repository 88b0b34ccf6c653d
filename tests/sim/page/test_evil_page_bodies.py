"""Files that a lying city cuts, reorders, doubles, exchanges or alters: the page shows none, saves none, asks nothing more."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.sim.page.evil_page import CHUNK, LONG, TITLES, EvilPage, Lie, answer
from tests.sim.page.forgeries import Forger, serving
from tests.support.proxy import Cut, Exchange, Message

SEALED = CHUNK + 16
BODY = re.compile(r"/api/documents/[0-9a-f]{32}/body")
URL = "https://collecte.example/image.png?qui="

Change = Callable[[bytes], bytes]


def pieces(body: bytes) -> tuple[bytes, list[bytes]]:
    """The nonce, and the chunks."""
    rest = body[16:]
    return body[:16], [rest[at : at + SEALED] for at in range(0, len(rest), SEALED)]


def order(*places: int) -> Change:
    def change(body: bytes) -> bytes:
        nonce, chunks = pieces(body)
        assert len(chunks) == 5
        return nonce + b"".join(chunks[place] for place in places)

    return change


def flip(at: int, bit: int = 1) -> Change:
    def change(body: bytes) -> bytes:
        place = at % len(body)
        return body[:place] + bytes([body[place] ^ bit]) + body[place + 1 :]

    return change


CHANGES: dict[str, Change] = {
    "the last chunk is missing": order(0, 1, 2, 3),
    "a chunk in the middle is missing": order(0, 1, 3, 4),
    "two chunks change places": order(1, 0, 2, 3, 4),
    "the order is turned round": order(4, 3, 2, 1, 0),
    "the last chunk comes early": order(0, 1, 2, 4, 3),
    "a chunk comes twice": order(0, 1, 1, 2, 3, 4),
    "the last chunk comes twice": order(0, 1, 2, 3, 4, 4),
    "the whole file comes twice": lambda body: body + body,
    "one byte is missing": lambda body: body[:-1],
    "one byte is added": lambda body: body + b"\0",
    "one in a hundred bytes is missing": lambda body: body[: len(body) * 99 // 100],
    "nothing but the nonce": lambda body: body[:16],
    "nothing": lambda _: b"",
    "a bit of the nonce": flip(3),
    "a bit of the first chunk": flip(100),
    "a bit of the third chunk": flip(16 + 2 * SEALED + 7, 128),
    "a bit of the last tag": flip(-1),
}


def changed(change: Change) -> Lie:
    def tell(exchange: Exchange) -> Message | None:
        if BODY.fullmatch(exchange.path) is None or exchange.reply is None:
            return None
        return answer(exchange, change(exchange.reply.body), "application/octet-stream")

    return tell


def cut(exchange: Exchange) -> Message | None:
    """The connection ends one hundredth before the file does."""
    if BODY.fullmatch(exchange.path) is None or exchange.reply is None:
        return None
    whole = exchange.reply.raw
    raise Cut(whole[: len(whole) * 99 // 100])


@pytest.fixture
def at_list(evil: EvilPage) -> Iterator[EvilPage]:
    """The victim with the list before them."""
    assert evil.sign_in() == ""
    evil.list_is_whole()
    yield evil
    evil.lie, evil.mutant = None, ""


def nothing_is_shown(evil: EvilPage) -> None:
    page = evil.victim.page
    assert page.locator(".viewer iframe").count() == 0
    assert page.get_by_role("button", name=re.compile("Télécharger|Imprimer")).count() == 0


@pytest.mark.attack("A3", "B2", "B4", "B5")
def test_sim_evil_page_altered_files_are_refused_alike_and_nothing_more_is_asked(at_list: EvilPage) -> None:
    evil = at_list
    other = next(one for one in evil.proxy.exchanges if one.route == "GET /api/documents/ID/body").reply
    assert other is not None
    changes = CHANGES | {"another document": lambda _: other.body}
    codes, asked = {}, {}
    # The row, which the list left out, comes with the first file and its proof, all asked for at once.
    with evil.lying(changed(changes["nothing"])) as exchanged:
        assert evil.open(LONG) == "body-mismatch"
        evil.settle()
    assert sorted(one.route for one in exchanged if "/api/" in one.route) == [
        "GET /api/documents/ID",
        "GET /api/documents/ID/body",
        "GET /api/documents/ID/receipt",
    ]
    for name, change in changes.items():
        with evil.lying(changed(change)) as exchanged:
            codes[name] = evil.retry()
            nothing_is_shown(evil)
            evil.settle()
        asked[name] = sorted((one.route, len(one.request.raw), one.status) for one in exchanged if "/api/" in one.route)
    assert codes == dict.fromkeys(changes, "body-mismatch")
    # After each cause the same requests, of the same size, with the same answers: the file, its proof, and nothing else.
    first = asked["nothing"]
    assert [route for route, _, _ in first] == ["GET /api/documents/ID/body", "GET /api/documents/ID/receipt"]
    assert asked == dict.fromkeys(changes, first)
    with evil.lying(cut):
        assert evil.retry() == "network"
        nothing_is_shown(evil)
    assert evil.retry() == ""


@pytest.mark.control("A3", "B2", "B4", "B5")
def test_sim_evil_page_control_file_of_five_chunks_is_shown_and_saved_whole(at_list: EvilPage) -> None:
    evil = at_list
    assert evil.open(LONG) == ""
    expect(evil.victim.page.locator(".proof")).to_be_visible()
    saved = evil.victim.save(evil.victim.button(re.compile("Télécharger")), evil.folder)
    assert saved.read_bytes() == (evil.folder / "pdf" / f"a-1-{LONG}.pdf").read_bytes()


@pytest.mark.mutant("B4", "B5")
@pytest.mark.parametrize(
    ("mutant", "name", "code"),
    # A file without its end is offered as whole; that its pages can't be drawn is all that the mutant notices.
    [("any-end", "the last chunk is missing", "pdf-unreadable"), ("any-tag", "a bit of the third chunk", "")],
)
def test_sim_evil_page_mutant_without_the_check_offers_the_file(evil: EvilPage, mutant: str, name: str, code: str) -> None:
    with evil.lying(changed(CHANGES[name]), mutant):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        assert evil.open(LONG) == code
        expect(evil.victim.button(re.compile("Télécharger"))).to_be_visible()


@pytest.mark.mutant("A3")
def test_sim_evil_page_mutant_that_asks_again_after_a_failure_is_seen(evil: EvilPage) -> None:
    with evil.lying(changed(CHANGES["nothing"]), "asks-again") as exchanged:
        assert evil.sign_in() == ""
        evil.list_is_whole()
        assert evil.open(LONG) == "body-mismatch"
        evil.settle()
    assert len([one for one in exchanged if BODY.fullmatch(one.path)]) == 2


@pytest.mark.attack("B9")
@pytest.mark.control("B9")
def test_sim_evil_page_nothing_is_asked_for_what_documents_say(evil: EvilPage) -> None:
    """Every document is opened; the search for their words in all that was sent must be able to find (the mutant below)."""
    forged = Forger(evil).forge("", title=f"{URL}FAUX", payment_reference=f"{URL}REF"[:64])
    secrets = evil.victim.traffic.secrets
    wanted = {one: one.encode() for one in (*TITLES, URL, "collecte.example")}
    secrets.update(wanted)
    try:
        with evil.lying(serving(forged)):
            assert evil.sign_in() == ""
            evil.list_is_whole()
            for title in (forged.title, *TITLES, "Compte de taxes"):
                assert evil.open(title) == ""
                evil.settle()
                evil.victim.page.go_back()
                evil.list_is_whole()
        # `lying` has judged: no request left the origin, none carried these words.
    finally:
        for name in wanted:
            del secrets[name]


@pytest.mark.mutant("B9")
def test_sim_evil_page_mutant_that_fetches_what_a_document_names_is_found(evil: EvilPage) -> None:
    forged = Forger(evil).forge("", title=f"{URL}FAUX")
    traffic = evil.victim.traffic
    mark = len(traffic.sent)
    with evil.lying(serving(forged), "fetches-title"):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        assert evil.open(forged.title) == ""
        evil.settle()
    assert any("collecte.example" in one.url for one in traffic.sent[mark:])
