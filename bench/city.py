"""A city of its own for one measurement: founded in a folder, served by another process, one department, nothing mocked."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from bench.documents import BILL_TYPE
from bench.workplace import environment
from voute.client.ceremony import CityFounding, found, issuer_of, make_officers
from voute.client.home import IssuerHome, IssuerSettings, create_issuer_home
from voute.client.trust import pin
from voute.core.ids import slug
from voute.core.values import Names, unix_time
from voute.format.trust_root import DocumentType, LogKey, WitnessKey
from voute.server.ceremony import create_city
from voute.server.settings import Settings, write_settings

CITY: Final = slug("mesure")
ISSUER: Final = slug("finances")
HOST: Final = "localhost"
ADDRESS: Final = "127.0.0.1"
LOG_ORIGIN: Final = "log.mesure.example/2026"
WITNESS: Final = "temoin.mesure.example"
LIMIT_FACTOR: Final = 10_000
"""Every holder of the measurement has one address; no rate limit may slow the preparation."""

_READY_WITHIN_S: Final = 300.0
"""A start takes a second or two; on a machine with much other work, with modules to compile first, it takes minutes."""
_STOP_WITHIN_S: Final = 30.0
_POLL_S: Final = 0.05


class CityDownError(Exception):
    """The server did not start; its own words are in the file that the message names."""


@dataclass(frozen=True, slots=True)
class Founded:
    """A city that is ready to be served, and its department's folder."""

    settings: Settings
    origin: str
    home: IssuerHome


def found_city(folder: Path, **stores: Any) -> Founded:  # noqa: ANN401 - settings of any kind
    """Found a city with one witness, one officer and one department in an empty folder; `stores` are further settings."""
    settings = Settings(data=folder / "city", host=ADDRESS, port=free_port(), limit_factor=LIMIT_FACTOR, **stores)
    origin = f"http://{HOST}:{settings.port}"
    keys = create_city(settings, LOG_ORIGIN, WITNESS)
    home = create_issuer_home(folder / "home", IssuerSettings(CITY, ISSUER, origin, binding_delay_days=0))
    now = unix_time(int(time.time()))
    bill = DocumentType(slug(BILL_TYPE), Names("Tax bill", "Compte de taxes"), registered=False)
    founding = CityFounding(
        city=CITY,
        names=Names("City under measurement", "Ville de la mesure"),
        rp_id=HOST,
        origin=origin,
        logs=(LogKey(keys.log.origin, keys.log.ed25519, keys.log.mldsa44, now, None),),
        quorum=1,
        witnesses=tuple(WitnessKey(one.name, one.mldsa44) for one in (keys.witness,) if one is not None),
        issuers=(issuer_of(home, Names("Finance", "Finances"), [bill]),),
        threshold=1,
    )
    root = found(founding, make_officers(folder / "officers", 1), now)
    settings.trust_root_file.write_bytes(root)
    pin(home.trust_root_path, root)
    return Founded(settings, origin, home)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind((ADDRESS, 0))
        port: int = listener.getsockname()[1]
    return port


def wait_for_port(port: int) -> None:
    """Wait until somebody listens on a port; raises `CityDownError`."""
    end = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex((ADDRESS, port)) == 0:
                return
        time.sleep(_POLL_S)
    raise CityDownError(port)


@contextmanager
def served(city: Founded, log: Path) -> Iterator[int]:
    """Serve a city in a process of its own; yields its process id once it is healthy, stops it at the end.

    Raises `CityDownError`.
    """
    variables = {**environment(), **write_settings(city.settings)}
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "voute.server"], env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        _wait_until_healthy(city, server, log)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_healthy(city: Founded, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{city.origin}/health").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(_POLL_S)
    raise CityDownError(log)
