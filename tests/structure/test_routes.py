"""Every route says who may call it; the public ones stand here by name; documents made from code are fresh."""

import json

from litestar.handlers import HTTPRouteHandler

from tests.support.project import ROOT
from voute.app.limit import Limit
from voute.server.http.access import Access
from voute.server.http.application import ROUTES
from voute.server.http.openapi import openapi_document
from voute.server.settings_page import settings_page
from voute.server.witness.http import ROUTES as WITNESS_ROUTES

PUBLIC = {
    "GET /",
    "GET /acces",
    "GET /papier",
    "GET /conditions",
    "GET /confidentialite",
    "GET /api/about",
    "GET /api/release",
    "GET /api/trust-root",
    "GET /api/trust-root/next",
    "GET /assets/{name:path}",
    "GET /avis/stop",
    "GET /city/{name:str}",
    "GET /connexion",
    "GET /documents",
    "GET /documents/{rest:path}",
    "GET /health",
    "GET /log/checkpoint",
    "GET /log/succession/{origin_hash:str}",
    "GET /log/tile/{tile:path}",
    "GET /log/timestamp/{stamp:path}",
    "GET /ouvrir",
    "GET /push/worker.js",
    "GET /release-manifest.json",
    "GET /verifier",
    "GET /verifier.html",
    "POST /api/claims",
    "POST /api/claims/freeze",
    "POST /api/claims/lookup",
    "POST /api/devices/moved",
    "POST /api/issuer/challenge",
    "POST /api/issuer/sessions",
    "POST /api/sessions",
    "POST /api/sessions/challenge",
    "POST /api/sessions/kit",
    "POST /avis/stop",
}


def handlers() -> list[HTTPRouteHandler]:
    return [handler for handler in ROUTES if isinstance(handler, HTTPRouteHandler)]


def test_structure_every_route_is_an_http_handler() -> None:
    assert len(handlers()) == len(ROUTES)


def test_structure_public_routes_are_these_and_no_others() -> None:
    found = {
        f"{method} {path}"
        for handler in handlers()
        if handler.opt["access"] is Access.PUBLIC
        for path in handler.paths
        for method in handler.http_methods
    }
    assert found == PUBLIC


def test_structure_witness_has_these_routes_and_no_others() -> None:
    found = {f"{method} {path}" for one in WITNESS_ROUTES for path in one.paths for method in one.http_methods}
    assert found == {"POST /add-checkpoint", "GET /{origin_hash:str}/checkpoint", "GET /health"}


def test_structure_every_route_has_a_limit_of_its_own_name() -> None:
    limits = [handler.opt["limit"] for handler in handlers()]
    assert all(isinstance(limit, Limit) for limit in limits)
    assert all(limit.step <= limit.calls for limit in limits)
    names: dict[str, Limit] = {}
    for limit in limits:
        assert names.setdefault(limit.name, limit) == limit


def test_structure_openapi_document_is_the_codes() -> None:
    frozen = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text("utf-8"))
    assert openapi_document() == frozen, "python -m voute.server.http.openapi docs/api/openapi.json"


def test_structure_settings_page_is_the_codes() -> None:
    frozen = (ROOT / "docs" / "operate" / "settings.md").read_text("utf-8")
    assert settings_page() == frozen, "python -m voute.server.settings_page docs/operate/settings.md"
