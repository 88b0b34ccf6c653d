"""The application: all routes, their guard, and what errors become."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from voute.app.city import City
from voute.app.limit import Limiter
from voute.core.errors import VouteError
from voute.server.http import (
    about,
    claims,
    consents,
    deliveries,
    devices,
    directory,
    documents,
    issuer_sessions,
    log,
    notices,
    packs,
    pages,
    problems,
    release,
    sessions,
    vault,
    vault_index,
)
from voute.server.http.access import Guard, provide_holder, provide_issuer
from voute.server.http.frame import Frame
from voute.server.http.given import TheCity, TheSettings
from voute.server.http.short_way import ShortWay
from voute.server.http.wire import MAX_SMALL
from voute.server.observe.signals import SILENT, Signals
from voute.server.settings import Settings

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]

ROUTES: Sequence[ControllerRouterHandler] = (
    about.read_health,
    about.read_about,
    about.read_trust_root,
    about.read_next_trust_root,
    release.read_release,
    claims.look_up,
    claims.freeze,
    claims.claim,
    sessions.give_challenge,
    sessions.sign_in_with_passkey,
    sessions.sign_in_with_kit,
    sessions.try_kit,
    sessions.try_passkey,
    sessions.read_session,
    sessions.sign_out,
    sessions.read_other_sessions,
    sessions.sign_out_others,
    issuer_sessions.give_issuer_challenge,
    issuer_sessions.sign_in_issuer,
    vault.read_own_vault,
    vault.put_keyring,
    vault.disown,
    vault.read_archive,
    vault_index.read_index,
    vault_index.put_index,
    vault_index.list_places,
    notices.read_notices,
    notices.put_notices,
    notices.confirm_notices,
    notices.stop_notices,
    notices.stop_page,
    notices.stop_by_link,
    devices.read_devices,
    devices.put_device,
    devices.device_moved,
    devices.remove_device,
    devices.remove_devices,
    documents.list_documents,
    documents.read_document,
    documents.read_body,
    documents.note_opened,
    documents.delete_document,
    documents.read_deletion,
    documents.read_document_receipt,
    consents.list_consents,
    consents.note_consent,
    directory.match,
    directory.accept_bound,
    directory.revoke,
    deliveries.read_known,
    deliveries.open_delivery,
    deliveries.commit_delivery,
    deliveries.cancel_delivery,
    deliveries.read_delivery,
    deliveries.read_receipts,
    packs.put_pack,
    packs.put_draft,
    log.read_checkpoint,
    log.read_tile,
    log.read_timestamp,
    log.read_succession,
    pages.resident_page,
    pages.verify_page,
    pages.verifier_file,
    pages.asset,
    pages.release_manifest,
    pages.push_worker,
    pages.city_arms,
)


def create_application(
    city: City,
    settings: Settings,
    web: pages.WebFiles,
    *,
    lifespan: Sequence[Lifespan] = (),
    signals: Signals = SILENT,
) -> Frame:
    """Make the ASGI application of a city; `lifespan` are contexts that hold while it serves; `signals` hear of requests."""
    limiter = Limiter(city, settings.limit_factor)
    return framed(
        create_inner(city, settings, web, limiter, lifespan=lifespan, signals=signals), city, settings, limiter, signals
    )


def create_inner(
    city: City,
    settings: Settings,
    web: pages.WebFiles,
    limiter: Limiter,
    *,
    lifespan: Sequence[Lifespan] = (),
    signals: Signals = SILENT,
) -> Litestar:
    """Make the framework's part: every route, by the long way."""
    guard = Guard(city, limiter, settings, signals)

    # Each hangs on the one before, though it needs nothing of it: those that do not hang together Litestar asks for in a task
    # each, which costs as much as the rest of its part in a request (docs/adr/0042).
    def provide_settings(city: TheCity) -> Settings:
        del city
        return settings

    def provide_web(settings: TheSettings) -> pages.WebFiles:
        del settings
        return web

    # A dependency must not bear the name of a key of any body: Litestar would take a bad value there for a fault of ours.
    return Litestar(
        route_handlers=list(ROUTES),
        guards=[guard],
        dependencies={
            "city": Provide(lambda: city, sync_to_thread=False),
            "settings": Provide(provide_settings, sync_to_thread=False),
            "web": Provide(provide_web, sync_to_thread=False),
            "holder": Provide(provide_holder),
            "caller": Provide(provide_issuer),
        },
        exception_handlers={
            VouteError: problems.on_voute_error,
            HTTPException: problems.on_http_error,
            Exception: problems.on_error,
        },
        request_max_body_size=MAX_SMALL,
        openapi_config=None,
        logging_config=None,
        lifespan=list(lifespan),
    )


def framed(inner: Litestar, city: City, settings: Settings, limiter: Limiter, signals: Signals = SILENT) -> Frame:
    """Put the short way before the routes, and the frame around everything.

    So what no route answers has its headers and its line in the log too.
    """
    is_https = city.trust().root.origin.startswith("https://")
    short = ShortWay(inner, city, limiter, settings)
    return Frame(short, trusted=settings.trusted_proxies, is_https=is_https, signals=signals)


def create_routes_only(openapi: OpenAPIConfig) -> Litestar:
    """Make an application that answers nothing: its routes and models, for the OpenAPI document."""
    nothing = {name: _absent() for name in ("city", "settings", "web", "holder", "caller")}
    return Litestar(route_handlers=list(ROUTES), dependencies=nothing, openapi_config=openapi, logging_config=None)


def _absent() -> Provide:
    """Stand in for a dependency that is never asked for; each is its own, as Litestar wants them."""
    return Provide(lambda: None, sync_to_thread=False)
