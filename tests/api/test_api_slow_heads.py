"""Heads of answers that never end, or never come: whoever of ours asks gives up in time, by plain connections and by TLS."""

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.push_service import make_certificate
from tests.support.tls_front import listening, tls_front
from voute.client import api, monitor_fetch
from voute.client.api import CityApi, CityUnreachableError
from voute.client.monitor_fetch import Fetcher
from voute.outside.http import open_http
from voute.server.http_witness import HttpWitness, WitnessUnreachableError
from voute.server.jobs import timestamps
from voute.server.jobs.timestamps import TimestampAuthorityError, ask_authority

PATIENCE = 0.3
"""Seconds that a head has here."""
PAUSE = 0.05
PIECES = 40
"""Pieces of a head that takes seven times as long; each pause alone is far within the limit."""

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n"
DRIPS: dict[str, Callable[[int], bytes]] = {
    "lines": lambda number: b"x-%d: 1\r\n" % number if number else OK,
    "bytes": lambda number: b"x" if number else OK,
    "hints": lambda number: b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" if number < PIECES - 1 else OK,
}


def drip(connection: socket.socket, kind: str) -> None:
    """Begin a head piece by piece, and end it well after all."""
    for number in range(PIECES):
        connection.sendall(DRIPS[kind](number))
        time.sleep(PAUSE)
    connection.sendall(b": 1\r\n\r\n{}" if kind == "bytes" else b"\r\n{}")


@contextmanager
def city(*answers: str) -> Iterator[str]:
    """A city whose answers are these in turn, and then the last one for ever: `well`, or of `DRIPS`; gives its address."""
    turn = itertools.chain(answers, itertools.repeat(answers[-1]))

    def serve(connection: socket.socket) -> None:
        while connection.recv(65_536):
            how = next(turn)
            if how == "well":
                connection.sendall(OK + b"\r\n{}")
            else:
                drip(connection, how)

    with listening(serve) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.attack("G1")
@pytest.mark.parametrize("kind", DRIPS)
def test_api_head_that_never_ends_is_given_up(kind: str) -> None:
    with city(kind) as address, open_http(address, timeout=PATIENCE) as http, pytest.raises(httpx.TransportError):
        http.get(address)


@pytest.mark.attack("G1")
def test_api_head_that_never_ends_on_a_connection_that_answered_before_is_given_up() -> None:
    with city("well", "lines", "well") as address, open_http(address, timeout=PATIENCE) as http:
        assert http.get(address).content == b"{}"
        with pytest.raises(httpx.TransportError):
            http.get(address)
        assert http.get(address).content == b"{}"


@pytest.mark.attack("G1")
def test_api_head_that_never_ends_behind_tls_is_given_up(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "front.pem", "localhost")
    with city("well", "lines") as plain, tls_front(certificate, int(plain.rpartition(":")[2])) as port:
        address = f"https://localhost:{port}"
        with open_http(address, timeout=PATIENCE, more=certificate) as http:
            assert http.get(address).content == b"{}"
            with pytest.raises(httpx.TransportError):
                http.get(address)


@pytest.mark.control("G1")
def test_api_head_that_comes_late_but_in_time_is_taken() -> None:
    with city("lines") as address, open_http(address, timeout=10 * PIECES * PAUSE) as http:
        assert http.get(address).content == b"{}"


@pytest.mark.attack("G1")
def test_api_head_that_drips_to_a_department_is_asked_for_again_and_then_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_TIMEOUT", httpx.Timeout(PATIENCE))
    with city("lines", "hints", "well") as address, CityApi(address) as asked:
        assert asked.trust_root() == b"{}"
    monkeypatch.setattr(api, "_TRIES", 2)
    with city("lines") as address, CityApi(address) as asked:
        with pytest.raises(CityUnreachableError) as raised:
            asked.trust_root()
        assert raised.value.code == "city-unreachable"
        with pytest.raises(CityUnreachableError):
            list(asked.receipts(b"\x01" * 16))


@pytest.mark.attack("G1")
def test_api_head_that_drips_to_a_monitor_a_witness_driver_or_a_stamp_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor_fetch, "_TIMEOUT", httpx.Timeout(PATIENCE))
    monkeypatch.setattr("voute.server.http_witness.TIME_LIMIT", PATIENCE)
    monkeypatch.setattr(timestamps, "TIME_LIMIT", PATIENCE)
    with city("lines") as address:
        with Fetcher(address) as fetcher, pytest.raises(CityUnreachableError):
            fetcher.get("/api/trust-root")
        with pytest.raises(WitnessUnreachableError):
            HttpWitness("witness.test", address).last("log.test")
        with pytest.raises(TimestampAuthorityError):
            ask_authority(address, b"x")


@pytest.mark.attack("G1")
def test_api_body_that_drips_to_a_monitor_or_a_stamp_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def trickle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=itertools.repeat(b"x", PIECES))

    monkeypatch.setattr("voute.client.answers.PATIENCE_S", -1.0)
    with Fetcher("http://city.test", httpx.MockTransport(trickle)) as fetcher, pytest.raises(CityUnreachableError):
        fetcher.get("/api/trust-root")
    monkeypatch.setattr(timestamps, "TIME_LIMIT", -1.0)
    with pytest.raises(TimestampAuthorityError):
        ask_authority("http://stamp.test", b"x", httpx.MockTransport(trickle))
