"""Whoever owns the server, its disk, its memory and every wire finds no secret of a department or of a resident."""

import os
import sys

import pytest

from tests.sim.demonstration import CONTROL, Demonstration, recorded_names
from tests.sim.mails import ADDRESS
from tests.support.needles import PIECE, Finder, forms_of
from tests.support.served_city import open_catalogue

PLACES = ("http", "catalogue", "tables", "packs", "sidecars", "tiles", "locks", "keys", "server log", "memory", "mails")
"""Every kind of place that an operator can look into."""

ROUTES = {
    "GET /api/trust-root": 2,
    "POST /api/issuer/challenge": 2,
    "POST /api/issuer/sessions": 2,
    "POST /api/deliveries/known": 2,
    "POST /api/directory/match": 2,
    "POST /api/directory/bound": 1,
    "POST /api/deliveries": 2,
    "PUT /api/deliveries/ID/packs/ID": 3,
    "PUT /api/deliveries/ID/packs/ID/draft": 3,
    "POST /api/deliveries/ID/commit": 2,
    "GET /api/deliveries/ID/receipts": 2,
    "POST /api/claims/lookup": 1,
    "POST /api/claims": 1,
    "POST /api/sessions/challenge": 2,
    "POST /api/sessions": 1,
    "POST /api/sessions/kit": 1,
    "GET /api/vault": 2,
    "PUT /api/vault/keyring": 1,
    "GET /api/documents": 2,
    "GET /api/documents/ID": 2,
    "GET /api/documents/ID/body": 2,
    "PUT /api/notices": 1,
    "POST /api/notices/confirm": 1,
    "POST /api/documents/ID/opened": 1,
    "GET /api/documents/ID/receipt": 1,
    "GET /api/vault/archive": 1,
}


def test_sim_recording_holds_the_whole_demonstration(demo: Demonstration) -> None:
    counted = demo.proxy.routes()
    assert {route: counted[route] for route, least in ROUTES.items() if counted[route] < least} == {}
    assert all(one.status for one in demo.proxy.exchanges)
    # Nothing was compressed, so that what is searched is what was said.
    assert {one.reply.header("content-encoding") for one in demo.proxy.exchanges if one.reply} == {None}


def test_sim_search_covers_every_kind_of_place(demo: Demonstration) -> None:
    assert set(PLACES) <= demo.searched.keys()
    assert sum(demo.searched.values()) > 100_000_000
    assert demo.needles > 5_000
    # Shown with -s.
    sys.stdout.write(f"\n{demo.needles} forms of {len(demo.secrets)} secrets, bytes searched: {demo.searched}\n")


@pytest.mark.parametrize("place", PLACES)
def test_sim_planted_secret_is_found_in_every_form(demo: Demonstration, place: str) -> None:
    found = {hit.form for hit in demo.hits if (hit.secret, hit.place) == ("control", place)}
    distinct = {data: form for form, data in reversed(forms_of(CONTROL).items())}
    assert found == set(distinct.values())


def test_sim_operator_finds_no_secret_anywhere(demo: Demonstration) -> None:
    assert {hit for hit in demo.hits if hit.secret in demo.secrets} == set()


def test_sim_mails_name_the_department_and_the_way_to_the_vault_alone(demo: Demonstration) -> None:
    """The one told of a document, beside the code: no title, amount, reference or name, in no header and no part."""
    confirmation, notice, *_ = demo.post.mails
    assert confirmation["to"] == notice["to"] == ADDRESS
    assert {hit.secret for hit in demo.hits if hit.place == "mails"} == {"control"}
    with open_catalogue(demo.data / "catalogue.sqlite") as db:
        rows = [str(value) for row in db.execute("select * from notices") for value in row]
        assert any(ADDRESS in value for value in rows), "what an operator does see: where notices go"


def test_sim_what_travels_by_design_is_kept_only_as_its_hash(demo: Demonstration) -> None:
    found = {hit for hit in demo.hits if hit.secret in demo.travelling}
    claimed = f"claim token {demo.founded.documents.resident.reference}"
    assert {hit.secret for hit in found if hit.place == "http"} == {claimed, "bearer token", "session cookie"}
    assert {hit.place for hit in found} <= {"http", "memory"}


def test_sim_no_webauthn_reply_carries_extension_results(demo: Demonstration) -> None:
    names = recorded_names(demo)
    assert {"clientDataJSON", "attestationObject", "authenticatorData"} <= names
    assert names.isdisjoint({"clientExtensionResults", "prf", "results", "first"})


@pytest.mark.parametrize("size", [7, 14, 15, 32, 400])
def test_sim_finder_finds_at_every_place_and_across_pieces(size: int) -> None:
    secret = os.urandom(size)
    finder = Finder({"one": secret, "other": os.urandom(32)})
    for place in (*range(17), *range(PIECE - size - 9, PIECE + 9)):
        data = bytes(place) + secret + b"\xff" * 3
        assert {hit.secret for hit in finder.search("here", data)} == {"one"}, place
    assert finder.search("here", os.urandom(100_000) + secret[:-1]) == set()
