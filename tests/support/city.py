"""A city in a temporary folder: real catalogue, packs, log and witness; requests by a test client, the sequencer by hand."""

import shutil
import time
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path

import httpx
from typing_extensions import override

from tests.support.asgi import AppTransport, Loop
from voute.app.city import City
from voute.app.limit import Limiter
from voute.app.sequence import Sequencing
from voute.core.ids import Slug
from voute.core.values import Names, unix_time
from voute.format.dsse import SigningKey, keyid
from voute.format.trust_root import DocumentType, Issuer, IssuerKey, LogKey, TrustRoot, WitnessKey, sign_trust_root
from voute.server.ceremony import CityKeys, create_city
from voute.server.composition import Assembled, LogParts, assemble, log_parts, sequencing
from voute.server.http.application import create_application, create_inner, framed
from voute.server.http.frame import Frame
from voute.server.http.pages import WebFiles
from voute.server.settings import Settings
from voute.tlog.cosigning import Cosigning

ORIGIN = "https://coffre.ville.test"
RP_ID = "coffre.ville.test"
CITY = Slug("ville")
LOG_ORIGIN = "ville.test/log/2026"
WITNESS = "ville.test/witness"
SECOND = 1_000_000
CATALOGUE = "catalogue-url"
FINANCES = SigningKey(b"f" * 32)
PERMITS = SigningKey(b"p" * 32)
CITY_KEYS = (SigningKey(b"1" * 32), SigningKey(b"2" * 32))


def issuer_entry(name: str, key: SigningKey) -> Issuer:
    kind = DocumentType(Slug("tax-bill"), Names(en="Tax bill", fr="Compte de taxes"), registered=False)
    return Issuer(Slug(name), Names(en=name, fr=name), None, (IssuerKey(key.public, 0, None),), (kind,))


def make_trust_root(keys: CityKeys, origin: str = ORIGIN, rp_id: str = RP_ID) -> TrustRoot:
    witnesses = () if keys.witness is None else (WitnessKey(keys.witness.name, keys.witness.mldsa44),)
    begin = unix_time(1_700_000_000)
    return TrustRoot(
        number=1,
        previous=None,
        city=CITY,
        names=Names(en="City", fr="Ville"),
        issued_at=begin,
        effective_at=begin,
        rp_id=rp_id,
        origin=origin,
        keys=tuple(sorted((key.public for key in CITY_KEYS), key=keyid)),
        threshold=2,
        logs=(LogKey(keys.log.origin, keys.log.ed25519, keys.log.mldsa44, begin, None),),
        quorum=len(witnesses),
        witnesses=witnesses,
        issuers=(issuer_entry("finances", FINANCES), issuer_entry("permits", PERMITS)),
    )


def found_city(settings: Settings, origin: str = ORIGIN, rp_id: str = RP_ID) -> TrustRoot:
    """Create a city in the settings' folder and put its signed trust root there."""
    root = make_trust_root(create_city(settings, LOG_ORIGIN, WITNESS), origin, rp_id)
    settings.trust_root_file.write_bytes(sign_trust_root(root, CITY_KEYS))
    return root


class Clock:
    """Real time, or a moment that stands still, plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = 0
        self.frozen: int | None = None

    def __call__(self) -> int:
        return (time.time_ns() // 1_000 if self.frozen is None else self.frozen) + self.ahead

    def freeze(self) -> None:
        """Stand still at the beginning of a minute, so that a window of a limit cannot end under a slow test."""
        now = time.time_ns() // 1_000
        self.frozen = now - now % (60 * SECOND)

    def advance(self, seconds: int) -> None:
        self.ahead += seconds * SECOND


@dataclass
class DemoCity:
    """One running city of a test."""

    settings: Settings
    root: TrustRoot
    clock: Clock
    assembled: Assembled
    parts: LogParts
    application: Frame
    loop: Loop

    @property
    def city(self) -> City:
        return self.assembled.city

    @property
    def sequencing(self) -> Sequencing:
        return sequencing(self.city, self.parts)

    def client(self, address: str = "192.0.2.7") -> httpx.Client:
        """A browser of its own: cookies, address."""
        headers = {"x-forwarded-for": address, "x-voute": "1"}
        return httpx.Client(transport=AppTransport(self.application, self.loop), base_url=ORIGIN, headers=headers)

    def settle(self) -> None:
        """Do what the sequencer's thread does, until nothing is left."""
        while True:
            step = self.sequencing.step()
            published = step.published
            if step.events:
                published = Cosigning(self.parts.sequencer, self.city.tiles, self.parts.witnesses).run().published
            self.sequencing.publish(published)
            if not step.events:
                return

    def restart(self) -> "DemoCity":
        """The same folder, a new process as far as this code can tell."""
        self.assembled.stores.catalogue.close()
        return open_demo_city(self.settings, self.root, self.clock, self.loop)

    def close(self) -> None:
        self.assembled.stores.catalogue.close()


class CurrentCity(City):
    """Stands for whichever city a test has open, so that one application serves them all: making one takes long."""

    __slots__ = ("city",)

    def __init__(self, city: City) -> None:
        object.__setattr__(self, "city", city)

    @override
    def __getattribute__(self, name: str) -> object:
        return getattr(object.__getattribute__(self, "city"), name)


class SharedApplication:
    """The routes of one application for the cities of a test run, one after the other; what a process remembers is each one's."""

    def __init__(self, settings: Settings, city: City) -> None:
        self._settings = settings
        self._current = CurrentCity(city)
        self._limiter = Limiter(self._current, settings.limit_factor)
        self._inner = create_inner(self._current, settings, WebFiles(settings.web), self._limiter)

    def serve(self, city: City) -> Frame:
        object.__setattr__(self._current, "city", city)
        return framed(self._inner, self._current, self._settings, self._limiter)


def open_demo_city(
    settings: Settings, root: TrustRoot, clock: Clock, loop: Loop, shared: SharedApplication | None = None
) -> DemoCity:
    assembled = assemble(settings, clock)
    parts = log_parts(settings, assembled.stores)
    if shared is None:
        application = create_application(assembled.city, settings, WebFiles(settings.web))
    else:
        application = shared.serve(assembled.city)
    return DemoCity(settings, root, clock, assembled, parts, application, loop)


def demo_settings(folder: Path) -> Settings:
    """Settings of a city in a folder; a file there may name the database that its catalogue is in."""
    named = folder / CATALOGUE
    return replace(
        Settings(),
        catalogue=named.read_text() if named.exists() else "",
        data=folder / "data",
        locks=folder / "locks",
        web=folder / "web",
        trusted_proxies=(ip_network("127.0.0.0/8"), ip_network("::1/128")),
        limit_factor=10,
    )


def copy_template(template: Path, folder: Path) -> Settings:
    """A city that was founded before, copied: founding one costs a quarter of a second."""
    for name in ("data", "locks"):
        shutil.copytree(template / name, folder / name)
    return demo_settings(folder)


def check(reply: httpx.Response, status: int = 200) -> httpx.Response:
    """The reply, if it has this status; else its body is what the test says."""
    assert reply.status_code == status, (reply.status_code, reply.text[:2_000])
    return reply
