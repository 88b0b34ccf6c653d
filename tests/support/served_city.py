"""A city that is really served: a process of its own, a recording proxy at its origin, departments with folders of theirs."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import LiteralString, cast

import httpx
import psycopg
from sqlalchemy import make_url

from tests.support.plain_http import NOBODY
from tests.support.ports import free_port
from tests.support.proxy import Proxy
from voute.client.ceremony import CityFounding, found, issuer_of, make_officers
from voute.client.home import IssuerHome, IssuerSettings, create_issuer_home
from voute.client.trust import pin
from voute.core.ids import Slug
from voute.core.values import Names, unix_time
from voute.format.dsse import SigningKey, parse
from voute.format.trust_root import DocumentType, LogKey, TrustRoot, WitnessKey, parse_trust_root
from voute.server.ceremony import create_city
from voute.server.settings import Settings, write_settings

CITY = Slug("ville")
TYPES = ("permit", "tax-bill")
START_WITHIN_S = 60.0


class ServerProcess:
    """The city's server as `voute demo` starts it; what it says goes to a file."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.settings = settings
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("VOUTE_")}
        environment.update(write_settings(self.settings))
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "voute.server"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + START_WITHIN_S
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, self.log.read_text()
            try:
                if httpx.get(f"http://127.0.0.1:{self.settings.port}/health", timeout=5, verify=NOBODY).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def ensure(self) -> None:
        """Start it unless it runs."""
        if self._process is None or self._process.poll() is not None:
            self.start()

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None


@dataclass
class ServedCity:
    """A founded and served city; commands and browsers come through the proxy, whose port is in the origin."""

    folder: Path
    root: TrustRoot
    officers: Sequence[SigningKey]
    server: ServerProcess
    proxy: Proxy
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.root.origin

    @property
    def trust_root_file(self) -> Path:
        return self.server.settings.trust_root_file

    def home(self, issuer: str) -> IssuerHome:
        return IssuerHome(self.folder / "homes" / issuer, issuer)

    def browser(self) -> httpx.Client:
        """A browser of its own, with its cookie."""
        client = browser(self.origin)
        self.clients.append(client)
        return client

    def settle(self) -> None:
        """Wait until the log has published all that counts."""
        ask = (
            "select (select count(*) from events where state = 'ready'), "
            "coalesce((select size from log_state), 0) - coalesce((select max(log_index) + 1 from events), 0)"
        )
        end = time.monotonic() + START_WITHIN_S
        while True:
            with self.catalogue() as db:
                waiting, ahead = db.execute(ask).fetchone()
            if waiting == 0 and ahead >= 0:
                return
            assert time.monotonic() < end, (waiting, ahead)
            time.sleep(0.02)

    def catalogue(self) -> AbstractContextManager[sqlite3.Connection]:
        """The catalogue, read only."""
        settings = self.server.settings
        if settings.is_catalogue_local:
            return open_catalogue(settings.data / "catalogue.sqlite")
        return open_database(settings.catalogue_url)

    def snapshot(self) -> tuple[object, ...]:
        """All that a delivery leaves on the server: rows of the catalogue and files of the stores."""
        data = self.server.settings.data
        with self.catalogue() as db:
            tables = ("deliveries", "packs", "documents", "lookups")
            rows = tuple(tuple(sorted(map(repr, db.execute(f"select * from {name}")))) for name in tables)  # noqa: S608
        return (*rows, tuple(sorted(one.name for one in (data / "packs").rglob("*") if one.is_file())))

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.server.stop()
        self.proxy.__exit__()


@contextmanager
def open_catalogue(path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        yield db
    finally:
        db.close()


def browser(origin: str) -> httpx.Client:
    """A client that keeps `__Host-voute` as browsers do on localhost, which counts as secure to them, not to httpx."""

    def keep(reply: httpx.Response) -> None:
        for value in reply.headers.get_list("set-cookie"):
            client.headers["cookie"] = value.partition(";")[0]

    client = httpx.Client(base_url=origin, headers={"x-voute": "1"}, timeout=60, verify=NOBODY, event_hooks={"response": [keep]})
    return client


@contextmanager
def open_database(catalogue: str) -> Iterator[sqlite3.Connection]:
    """The same of a catalogue on PostgreSQL: what tests ask, they write for SQLite."""
    address = make_url(catalogue).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as db:
        yield cast("sqlite3.Connection", Asked(db))


class Asked:
    """Runs what SQLite's own connection would."""

    def __init__(self, db: "psycopg.Connection[tuple[object, ...]]") -> None:
        self._db = db

    def execute(self, ask: LiteralString, values: Sequence[object] = ()) -> "psycopg.Cursor[tuple[object, ...]]":
        return self._db.execute(ask.replace("?", "%s"), values)


def settings_of(folder: Path, port: int) -> Settings:
    """Settings for tests: every call comes from one address, so the limits are wide."""
    return replace(Settings(), data=folder / "city", locks=folder / "city" / "locks", port=port, limit_factor=1_000)


def serve_city(
    folder: Path,
    issuers: Sequence[str],
    *,
    delay_days: int = 0,
    catalogue: str = "",
    place: Callable[[Settings], Settings] = lambda settings: settings,
) -> ServedCity:
    """Found a city with a home for each issuer, and serve it; `catalogue` is the address of an empty database.

    `place` says where its packs and its log are, if not in its folder.
    """
    port, behind = free_port(), free_port()
    origin = f"http://localhost:{port}"
    settings = place(replace(settings_of(folder, behind), catalogue=catalogue))
    keys = create_city(settings, f"localhost/{CITY}", f"localhost/{CITY}/witness")
    homes = [create_issuer_home(folder / "homes" / one, IssuerSettings(CITY, Slug(one), origin, delay_days)) for one in issuers]
    types = [DocumentType(Slug(one), Names(en=one, fr=one), registered=False) for one in TYPES]
    now = unix_time(int(time.time()))
    assert keys.witness is not None
    founding = CityFounding(
        city=CITY,
        names=Names(en="City", fr="Ville"),
        rp_id="localhost",
        origin=origin,
        logs=(LogKey(keys.log.origin, keys.log.ed25519, keys.log.mldsa44, now, None),),
        quorum=1,
        witnesses=(WitnessKey(keys.witness.name, keys.witness.mldsa44),),
        issuers=tuple(issuer_of(home, Names(en=home.issuer, fr=home.issuer), types) for home in homes),
        threshold=2,
    )
    officers = make_officers(folder / "officers", 3)
    raw = found(founding, officers, now)
    settings.trust_root_file.write_bytes(raw)
    for home in homes:
        pin(home.trust_root_path, raw)
    server = ServerProcess(settings, folder / "server.log")
    server.start()
    return ServedCity(folder, parse_trust_root(parse(raw).payload), officers, server, Proxy(port, behind))
