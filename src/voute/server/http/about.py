"""What anybody may know: health, the city's name and help line, its trust root."""

from typing import Annotated

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import QueryParameter

from voute.app.health import check_health, has_room
from voute.app.limit import Limit
from voute.server.http.access import also, public
from voute.server.http.given import TheCity, TheSettings
from voute.server.http.pages import TheWeb
from voute.server.http.wire import Model, SlugText
from voute.server.release import RELEASE

_CACHE = {"cache-control": "public, max-age=60"}


class Checks(Model):
    """What was asked just now; `checkpoint_age_s` is null before the first checkpoint."""

    catalogue: bool
    blobs: bool
    log: bool
    checkpoint_age_s: int | None


class HealthReply(Model):
    """Whether the city is well."""

    status: str
    version: str
    checks: Checks


class NamesReply(Model):
    """A name in both languages."""

    en: str
    fr: str


class AboutReply(Model):
    """What the pages show as the city's name, its help line, and who answers for privacy."""

    city: SlugText
    names: NamesReply
    arms: str | None
    """Where the coat of arms is; null: it has none."""
    help_phone: str | None
    help_hours: NamesReply | None
    privacy_officer: str | None
    privacy_contact: str | None
    release: str


@get("/health", opt=public(Limit("health", 600)) | also(503, like=200), sync_to_thread=True)
def read_health(city: TheCity) -> Response[HealthReply]:
    """Check catalogue, packs and log, now; a catalogue that takes nothing any more is not well."""
    health = check_health(city)
    takes = health.catalogue and has_room(city)
    checks = Checks(catalogue=takes, blobs=health.blobs, log=health.log, checkpoint_age_s=health.checkpoint_age)
    well = health.well and takes
    reply = HealthReply(status="ok" if well else "failing", version=RELEASE, checks=checks)
    return Response(reply, status_code=200 if well else 503)


@get("/api/about", opt=public(Limit("about", 600, step=20)), sync_to_thread=False)
def read_about(city: TheCity, settings: TheSettings, web: TheWeb) -> Response[AboutReply]:
    """Return the city's name and help line."""
    root = city.trust().root
    hours = None
    if settings.help_hours_fr and settings.help_hours_en:
        hours = NamesReply(en=settings.help_hours_en, fr=settings.help_hours_fr)
    reply = AboutReply(
        city=root.city,
        names=NamesReply(en=root.names.en, fr=root.names.fr),
        arms=web.arms_path or None,
        help_phone=settings.help_phone or None,
        help_hours=hours,
        privacy_officer=settings.privacy_officer or None,
        privacy_contact=settings.privacy_contact or None,
        release=RELEASE,
    )
    return Response(reply, headers=_CACHE)


@get("/api/trust-root", opt=public(Limit("trust-root", 600, step=20)), media_type="application/json", sync_to_thread=False)
def read_trust_root(city: TheCity, number: Annotated[int, QueryParameter(ge=0, le=2**53)] = 0) -> Response[bytes]:
    """Return the trust root's envelope, byte for byte; by its number one that was in force, for who missed it; 0: the one now."""
    trust = city.trust()
    asked = trust.envelope if number in {0, trust.root.number} else city.earlier_root(number)
    if asked is None:
        raise NotFoundException
    return Response(asked, media_type="application/json", headers=_CACHE)


@get("/api/trust-root/next", opt=public(Limit("trust-root", 600, step=20)), media_type="application/json", sync_to_thread=False)
def read_next_trust_root(city: TheCity) -> Response[bytes]:
    """Return the envelope of the trust root that waits for its time, byte for byte; `{}` when none waits."""
    waiting = city.waiting_trust()
    return Response(b"{}" if waiting is None else waiting.envelope, media_type="application/json", headers=_CACHE)
