"""Bodies by signed links, in a real browser: read from the S3 server across origins; a store that lies is refused as a city is.

The bucket's rule for pages is the one of docs/operate/direct-reads.md, word for word but for the origin.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.sim.page import evil_page
from tests.sim.page.evil_page import CHUNK, LONG, EvilPage, Lie
from tests.sim.page.test_evil_page_bodies import BODY, Change, flip, nothing_is_shown
from tests.support.proxy import Exchange, Message
from tests.support.s3.simulator import BUCKET, S3Simulator, simulator
from tests.support.s3.stores import documented_rules, on_s3
from voute.core.ids import hash_of
from voute.server.composition import now_microseconds
from voute.server.http.bodies import SIGNED, packs_address
from voute.server.s3_stores import open_signer
from voute.server.settings import SIGNED_URL, Settings

FOLDER = "city/links"
THIRD = 16 + 2 * (CHUNK + 16) + 7
"""A byte of the third chunk."""


@dataclass(frozen=True)
class Links:
    """The city, and the S3 server that its pages read from."""

    evil: EvilPage
    s3: S3Simulator

    def read(self) -> list[dict[str, str]]:
        """What the browser asked the store for since this was asked for last."""
        return self.s3.visits()

    def packs(self) -> list[str]:
        return [key for key in self.s3.kept() if key.startswith(f"{FOLDER}/packs/")]


@pytest.fixture(scope="module")
def links(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Links]:
    def place(settings: Settings) -> Settings:
        return replace(on_s3(settings, s3, FOLDER, seconds=10), direct_reads=SIGNED_URL)

    with simulator(tmp_path_factory.mktemp("s3")) as s3:
        evil = evil_page.make(chromium, tmp_path_factory.mktemp("links"), place)
        yield Links(evil, s3)
        evil_page.close(evil)


@pytest.fixture(autouse=True)
def allowed(links: Links) -> Iterator[None]:
    """The bucket has its rule; what a test changed in the store is undone."""
    links.s3.allow(documented_rules(links.evil.city.origin))
    kept = {key: links.s3.read(key) for key in links.packs()}
    assert links.evil.sign_in() == ""
    links.evil.list_is_whole()
    links.read()
    yield
    links.evil.lie, links.evil.mutant = None, ""
    for key, data in kept.items():
        links.s3.write(key, data)


def bodies(exchanged: list[Exchange]) -> list[str | None]:
    """What the city gave where a body was asked for: a link, or the bytes."""
    return [one.reply.header("content-type") for one in exchanged if BODY.fullmatch(one.path) and one.reply is not None]


def methods(asked: list[dict[str, str]]) -> list[str]:
    """What the page asked the store for; a browser that asks for leave first (`OPTIONS`) is as good as one that need not."""
    return [method for one in asked if (method := one[":line"].split(" ")[0]) != "OPTIONS"]


def store_gives(links: Links, change: Change) -> Lie:
    """The city gives the link truthfully; what the store keeps in that place is changed by then."""

    def tell(exchange: Exchange) -> Message | None:
        if BODY.fullmatch(exchange.path) is not None and exchange.reply is not None:
            said = exchange.reply.json
            key = urlsplit(said["url"]).path.removeprefix(f"/{BUCKET}/")
            first, last = (int(one) for one in said["range"].removeprefix("bytes=").split("-"))
            data = links.s3.read(key)
            links.s3.write(key, data[:first] + change(data[first : last + 1]) + data[last + 1 :])
        return None

    return tell


def link_to_a_stranger(links: Links) -> Lie:
    """The city signs a link to somebody else's document, which the store serves truthfully."""
    settings = links.evil.city.server.settings
    with links.evil.city.catalogue() as db:
        ask = "select pack_hash, body_offset, body_length from documents order by event_id desc limit 1"
        pack, offset, length = db.execute(ask).fetchone()

    def tell(exchange: Exchange) -> Message | None:
        if BODY.fullmatch(exchange.path) is None or exchange.reply is None:
            return None
        link = open_signer(settings).sign(hash_of(pack), offset, length, now_microseconds())
        return exchange.reply.with_json(exchange.reply.json | {"url": link.url, "range": link.range})

    return tell


@pytest.mark.control("B2", "B4", "B5")
def test_sim_evil_page_link_is_read_from_the_store_by_a_real_browser(links: Links) -> None:
    evil, mark = links.evil, len(links.evil.victim.traffic.faults)
    with evil.lying(None) as exchanged:
        assert evil.open(LONG) == ""
        expect(evil.victim.page.locator(".proof")).to_be_visible()
        evil.settle()
    assert bodies(exchanged) == [SIGNED]
    (read,) = [one for one in links.read() if not one[":line"].startswith("OPTIONS ")]
    assert read[":line"].startswith(f"GET {FOLDER}/packs/")
    assert (read["origin"], read["sec-fetch-mode"]) == (evil.city.origin, "cors")
    assert not {"cookie", "referer", "authorization"} & read.keys()
    assert re.fullmatch(r"bytes=\d+-\d+", read["range"])
    # Nothing was said of it: no rule of the page's policy, of the browser or of the bucket was in the way.
    assert evil.victim.traffic.faults[mark:] == []
    saved = evil.victim.save(evil.victim.button(re.compile("Télécharger")), evil.folder)
    assert saved.read_bytes() == (evil.folder / "pdf" / f"a-1-{LONG}.pdf").read_bytes()


def test_sim_evil_page_link_that_the_bucket_does_not_let_be_read_is_read_through_the_city(links: Links) -> None:
    evil = links.evil
    links.s3.allow([])
    with evil.lying(None) as exchanged:
        assert evil.open(LONG) == ""
        expect(evil.victim.page.locator(".proof")).to_be_visible()
        evil.settle()
    assert bodies(exchanged) == [SIGNED, "application/octet-stream"]
    assert links.read() != []


def test_sim_evil_page_link_policy_lets_the_page_reach_the_packs_and_nothing_else_there(links: Links) -> None:
    endpoint, page = links.s3.endpoint, links.evil.victim.page
    ask = """async (url) => { try { return (await fetch(url, {credentials: 'omit'})).status } catch { return 0 } }"""
    packs = packs_address(links.evil.city.server.settings)
    assert packs.startswith(f"{endpoint}/{BUCKET}/{FOLDER}/")
    # Without a signature, the store refuses what the policy lets through.
    assert page.evaluate(ask, f"{packs}00.pack") == 403
    assert [one[":line"] for one in links.read()] == [f"GET {FOLDER}/packs/00.pack"]
    for other in (f"{endpoint}/{BUCKET}/{FOLDER}/log/checkpoint", f"{endpoint}/{BUCKET}/other/packs/00.pack"):
        assert page.evaluate(ask, other) == 0
    assert links.read() == []


@pytest.mark.attack("B2", "B5")
def test_sim_evil_page_store_that_gives_other_bytes_is_refused_and_nothing_more_is_asked(links: Links) -> None:
    evil = links.evil
    changes: dict[str, Change] = {
        "a bit of the nonce": flip(3),
        "a bit of the third chunk": flip(THIRD, 128),
        "a bit of the last tag": flip(-1),
        "zeros": lambda body: bytes(len(body)),
        "turned round": lambda body: body[::-1],
    }
    lies = {name: store_gives(links, change) for name, change in changes.items()}
    lies["a stranger's document"] = link_to_a_stranger(links)
    kept = {key: links.s3.read(key) for key in links.packs()}
    codes: dict[str, str] = {}
    given: dict[str, list[str | None]] = {}
    reads: dict[str, list[str]] = {}
    for name, lie in lies.items():
        with evil.lying(lie) as exchanged:
            codes[name] = evil.retry() if codes else evil.open(LONG)
            nothing_is_shown(evil)
            evil.settle()
        given[name] = bodies(exchanged)
        reads[name] = methods(links.read())
        for key, data in kept.items():
            links.s3.write(key, data)
    assert codes == dict.fromkeys(lies, "body-mismatch")
    # One link each, followed once: the page asks nobody for other bytes, and tells the store nothing of what it made of these.
    assert given == {name: [SIGNED] for name in lies}
    assert reads == {name: ["GET"] for name in lies}
    assert evil.retry() == ""


@pytest.mark.mutant("B5")
def test_sim_evil_page_mutant_without_the_check_offers_what_the_store_gave(links: Links) -> None:
    evil = links.evil
    with evil.lying(store_gives(links, flip(THIRD, 128)), "any-tag"):
        assert evil.sign_in() == ""
        evil.list_is_whole()
        assert evil.open(LONG) == ""
        expect(evil.victim.button(re.compile("Télécharger"))).to_be_visible()
