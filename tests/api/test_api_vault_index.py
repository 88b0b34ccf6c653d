"""The holder's sealed index: the city keeps bytes it cannot read, by number; and lists which documents there are."""

import hashlib
import io
import os
from dataclasses import replace

import httpx
import pytest

from tests.api.test_api_documents import deliver_to_vault
from tests.support.city import DemoCity, check, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Department, b64
from tests.support.own_index import put_index, read_index, sealed_index
from voute.app.vault_index import MAX_INDEX_FILE, MAX_PLACES, MAX_STEP
from voute.client.archive import OpenArchive
from voute.core.ids import DocumentId
from voute.format.subject import Delete, Opened
from voute.format.vault_index import Marks
from voute.server.http.vault_index import MAX_KNOWN

DONE = Marks(handled=True, own_title="Taxes de la maison", folder="Maison", note="Payé")


def document_of(resident: Resident) -> DocumentId:
    """The first document of the list."""
    return DocumentId(bytes.fromhex(check(resident.client.get("/api/vault/places")).json()["places"][0]["document_id"]))


def test_api_vault_index_is_kept_and_opens_again(claimed: Resident) -> None:
    check(claimed.client.get("/api/vault/index"), 204)
    document = document_of(claimed)
    data = sealed_index(claimed, 1, {document: DONE})
    check(put_index(claimed.client, data, 1, 0), 204)
    reply = check(claimed.client.get("/api/vault/index"))
    assert (reply.content, reply.headers["x-voute-number"], reply.headers["cache-control"]) == (data, "1", "no-store")
    assert [(one.document_id, one.marks) for one in read_index(claimed).documents] == [(document, DONE)]


def tag_of(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()}"'


def test_api_vault_index_that_is_known_is_not_sent_again(claimed: Resident) -> None:
    def ask(known: str) -> httpx.Response:
        return claimed.client.get("/api/vault/index", headers={"if-none-match": known})

    check(ask("*"), 204)
    first, second = sealed_index(claimed, 1, {}), sealed_index(claimed, 2, {})
    check(put_index(claimed.client, first, 1, 0), 204)
    mine = tag_of(first)
    reply = check(ask(tag_of(second)))
    assert (reply.content, reply.headers["etag"]) == (first, mine)
    for known in (mine, f"W/{mine}", f'"x", {mine}', f"{mine},W/{tag_of(second)}", "*"):
        same = check(ask(known), 304)
        assert (same.content, same.headers["etag"], same.headers["x-voute-number"]) == (b"", mine, "1")
        assert same.headers["cache-control"] == "no-store"
    # What is no tag of these bytes names nothing: they come.
    for known in ("", ",", '"', '""', mine.strip('"'), mine[:-1], mine.upper(), f"w/{mine}", f"W/ {mine}"):
        assert check(ask(known)).content == first
    assert check(ask(mine.ljust(MAX_KNOWN + 1, ",")), 400).json()["code"] == "request-invalid"
    check(put_index(claimed.client, second, 2, 1), 204)
    reply = check(ask(mine))
    assert (reply.content, reply.headers["x-voute-number"], reply.headers["etag"]) == (second, "2", tag_of(second))


def test_api_vault_index_again_changes_nothing(demo: DemoCity, claimed: Resident) -> None:
    data = sealed_index(claimed, 1, {})
    for _ in range(2):
        check(put_index(claimed.client, data, 1, 0), 204)
    check(put_index(claimed.client, later := sealed_index(claimed, 4, {}), 4, 1), 204)
    check(put_index(claimed.client, later, 4, 1), 204)
    with demo.city.catalogue.read() as tx:
        row = tx.vaults.index(claimed.open_vault.vault_id)
    assert row is not None
    assert (row.number, row.data) == (4, later)


def test_api_vault_index_of_two_devices_lets_the_slower_try_again(claimed: Resident) -> None:
    document = document_of(claimed)
    check(put_index(claimed.client, first := sealed_index(claimed, 1, {document: DONE}), 1, 0), 204)
    slower = sealed_index(claimed, 1, {document: Marks()})
    for after, number in ((0, 1), (3, 4)):
        refused = check(put_index(claimed.client, slower, number, after), 409).json()
        assert (refused["code"], refused["facts"]) == ("index-conflict", {"number": 1})
    assert check(claimed.client.get("/api/vault/index")).content == first
    check(put_index(claimed.client, slower, 2, 1), 204)


@pytest.mark.parametrize(("number", "after"), [(1, 1), (1, 2), (0, 0), (2**53, 0), (-1, 0), (2**53 - 1, 0), (MAX_STEP + 1, 0)])
def test_api_vault_index_number_rises(claimed: Resident, number: int, after: int) -> None:
    refused = check(put_index(claimed.client, sealed_index(claimed, 1, {}), number, after), 400)
    assert refused.json()["code"] == "request-invalid"


def test_api_vault_index_is_one_hybrid_file_of_one_recipient(claimed: Resident) -> None:
    good = sealed_index(claimed, 1, {})
    keyring = check(claimed.client.get("/api/vault")).json()["keyring"]
    header = good[: good.index(b"--- ")] + b"--- " + b"A" * 43 + b"\n"
    for bad in (b"", b"not an age file", good[1:], header, b"age-encryption.org/v1\n-> X25519 AAAA\nAAAA\n", keyring.encode()):
        check(put_index(claimed.client, bad, 1, 0), 400)
    check(claimed.client.get("/api/vault/index"), 204)


def test_api_vault_index_too_long_is_refused_by_name(claimed: Resident) -> None:
    good = sealed_index(claimed, 1, {})
    for extra in (1, 2):
        data = good + bytes(MAX_INDEX_FILE + extra - len(good))
        assert check(put_index(claimed.client, data, 1, 0), 413).json()["code"] == "limit"
    check(put_index(claimed.client, good + bytes(MAX_INDEX_FILE - len(good)), 1, 0), 204)


def test_api_vault_index_of_one_vault_is_no_other_s(demo: DemoCity, other_issuer: Department, claimed: Resident) -> None:
    check(put_index(claimed.client, mine := sealed_index(claimed, 1, {}), 1, 0), 204)
    named = {"if-none-match": tag_of(mine)}
    with demo.client() as browser:
        check(browser.get("/api/vault/index", headers=named), 401)
        code, keys, _ = other_issuer.code("permit-1")
        other_issuer.sign_in(browser)
        other_issuer.deliver(browser, [other_issuer.bill_for_code(keys, "permit-1")])
        demo.settle()
        neighbour = Resident(browser, demo.root)
        neighbour.claim(code)
        # Which index another vault has is not learned by naming it.
        check(browser.get("/api/vault/index", headers=named), 204)
        check(put_index(browser, sealed_index(neighbour, 7, {}), 7, 0), 204)
        assert [len(check(one.get("/api/vault/places")).json()["places"]) for one in (browser, claimed.client)] == [1, 1]
    assert read_index(claimed).number == 1


def test_api_vault_index_is_taken_along_and_read_by_voute_open(claimed: Resident) -> None:
    kit = claimed.kit
    assert kit is not None
    document = document_of(claimed)
    check(put_index(claimed.client, sealed_index(claimed, 1, {document: DONE}), 1, 0), 204)

    def opened() -> OpenArchive:
        return OpenArchive(io.BytesIO(check(claimed.client.get("/api/vault/archive")).content), kit.encode())

    archive = opened()
    assert [(one.document_id, one.marks, one.error) for one in archive.documents()] == [(document, DONE, None)]
    assert archive.index_error is None
    # Bytes that nobody of this vault made cost the marks and nothing else.
    good = check(claimed.client.get("/api/vault/index")).content
    check(put_index(claimed.client, good[:-1] + bytes([good[-1] ^ 1]), 2, 1), 204)
    archive = opened()
    assert [(one.marks, one.error) for one in archive.documents()] == [(Marks(), None)]
    assert archive.index_error is not None
    assert archive.index_error.code == "verification"


def test_api_places_page_and_leave_out_what_was_deleted(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    bills = deliver_to_vault(demo, client, issuer, claimed, 5)
    first = check(claimed.client.get("/api/vault/places", params={"limit": 4})).json()
    rest = check(claimed.client.get("/api/vault/places", params={"limit": 4, "after": first["next"]})).json()
    assert rest["next"] is None
    places = first["places"] + rest["places"]
    listed = check(claimed.client.get("/api/documents")).json()["documents"]
    assert places == [{key: row[key] for key in ("document_id", "position", "opened")} for row in listed]
    gone = bills[2].sealed
    act = claimed.act(Delete(gone.document_id, gone.manifest_hash))
    check(claimed.client.request("DELETE", f"/api/documents/{gone.document_id.hex()}", json={"act": b64(act)}), 204)
    left = check(claimed.client.get("/api/vault/places")).json()["places"]
    assert [one["document_id"] for one in left] == [
        one["document_id"] for one in places if one["document_id"] != gone.document_id.hex()
    ]


def test_api_places_are_given_newest_first_when_asked_below_a_position(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    deliver_to_vault(demo, client, issuer, claimed, 5)

    def page(**asked: int) -> tuple[list[dict[str, object]], int | None]:
        reply = check(claimed.client.get("/api/vault/places", params=asked)).json()
        return reply["places"], reply["next"]

    rising, _ = page()
    first, after_first = page(before=2**53, limit=4)
    assert after_first is not None
    assert after_first == first[-1]["position"]
    rest, end = page(before=after_first, limit=4)
    assert (first + rest, end) == (rising[::-1], None)
    low, high = (int(str(rising[at]["position"])) for at in (0, -1))
    assert page(after=low, before=high) == (rising[-2:0:-1], None)
    for wrong in (0, -1, 2**53 + 1, "x"):
        check(claimed.client.get("/api/vault/places", params={"before": str(wrong)}), 400)


def test_api_places_that_are_known_are_not_sent_again(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident
) -> None:
    bills = deliver_to_vault(demo, client, issuer, claimed, 3)

    def ask(known: str | None, **asked: int) -> httpx.Response:
        headers = {} if known is None else {"if-none-match": known}
        return claimed.client.get("/api/vault/places", params={"before": 2**53} | asked, headers=headers)

    def name(reply: httpx.Response) -> str:
        rows = [(one["document_id"], one["position"], one["opened"]) for one in reply.json()["places"]]
        return tag_of(b"".join(bytes.fromhex(one) + place.to_bytes(8, "big") + bytes((opened,)) for one, place, opened in rows))

    first = check(ask(None))
    mine = name(first)
    assert first.headers["etag"] == mine
    for known in (mine, f"W/{mine}", f'"x", {mine}', "*"):
        same = check(ask(known), 304)
        assert (same.content, same.headers["etag"], same.headers["cache-control"]) == (b"", mine, "no-store")
    for known in ("", '"', '""', mine.strip('"'), mine[:-1], mine.upper(), f"w/{mine}"):
        assert check(ask(known)).json() == first.json()
    assert check(ask(mine.ljust(MAX_KNOWN + 1, ",")), 400).json()["code"] == "request-invalid"
    # Each page has a name of its own; the other order, too.
    two = check(ask(None, limit=2))
    assert (name(two), two.headers["etag"] == mine) == (two.headers["etag"], False)
    check(ask(name(two), limit=2), 304)
    check(ask(mine, before=two.json()["next"], limit=2))
    rising = check(claimed.client.get("/api/vault/places", headers={"if-none-match": mine}))
    assert rising.json()["places"] == first.json()["places"][::-1]

    # What is opened, comes or is deleted changes the name.
    sealed = bills[0].sealed
    act = claimed.act(Opened(sealed.document_id, sealed.manifest_hash))
    check(claimed.client.post(f"/api/documents/{sealed.document_id.hex()}/opened", json={"act": b64(act)}), 204)
    changed = [check(ask(mine))]
    deliver_to_vault(demo, client, issuer, claimed, 1, run="after")
    changed.append(check(ask(name(changed[-1]))))
    gone = bills[1].sealed
    act = claimed.act(Delete(gone.document_id, gone.manifest_hash))
    check(claimed.client.request("DELETE", f"/api/documents/{gone.document_id.hex()}", json={"act": b64(act)}), 204)
    changed.append(check(ask(name(changed[-1]))))
    assert [len(one.json()["places"]) for one in (first, *changed)] == [4, 4, 5, 4]
    assert len({mine, *map(name, changed)}) == 4
    check(ask(name(changed[-1])), 304)


def test_api_places_of_one_vault_are_not_named_by_another(demo: DemoCity, other_issuer: Department, claimed: Resident) -> None:
    mine = check(claimed.client.get("/api/vault/places")).headers["etag"]
    with demo.client() as browser:
        check(browser.get("/api/vault/places", headers={"if-none-match": mine}), 401)
        code, keys, _ = other_issuer.code("permit-1")
        other_issuer.sign_in(browser)
        other_issuer.deliver(browser, [other_issuer.bill_for_code(keys, "permit-1")])
        demo.settle()
        Resident(browser, demo.root).claim(code)
        reply = check(browser.get("/api/vault/places", headers={"if-none-match": mine}))
        assert (len(reply.json()["places"]), reply.headers["etag"] == mine) == (1, False)


@pytest.mark.parametrize("limit", [0, MAX_PLACES + 1, "x"])
def test_api_places_limit_is_bounded(claimed: Resident, limit: object) -> None:
    check(claimed.client.get("/api/vault/places", params={"limit": str(limit)}), 400)


def test_api_vault_index_writes_are_limited(demo: DemoCity, claimed: Resident) -> None:
    demo.clock.freeze()
    strict = open_demo_city(replace(demo.settings, limit_factor=1), demo.root, demo.clock, demo.loop)
    with strict.client() as browser:
        browser.cookies.update(claimed.client.cookies)
        answers = [put_index(browser, os.urandom(8), 1, 0).status_code for _ in range(61)]
    assert answers == [400] * 60 + [429]
