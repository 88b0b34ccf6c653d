"""Where a message ends is one thing for us and for any proxy before us: ambiguous requests are refused, not interpreted."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.live import LiveServer, live_settings, running

QUIET_S = 2.0
PATIENCE_S = 60.0
"""For answers after which the other side ends the line."""
HIDDEN = b"GET /health?hidden HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
HEAD = b"POST /api/sessions/challenge HTTP/1.1\r\nhost: localhost\r\nx-voute: 1\r\ncontent-type: application/json\r\n"
AMBIGUOUS = {
    "length and chunked": HEAD + b"content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked and length": HEAD + b"transfer-encoding: chunked\r\ncontent-length: 6\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": HEAD + b"content-length: 2\r\ncontent-length: %d\r\n\r\n{}" % (2 + len(HIDDEN)) + HIDDEN,
    "a list of lengths": HEAD + b"content-length: 2, %d\r\n\r\n{}" % (2 + len(HIDDEN)) + HIDDEN,
    "a signed length": HEAD + b"content-length: +2\r\n\r\n{}" + HIDDEN,
    "a negative length": HEAD + b"content-length: -1\r\n\r\n" + HIDDEN,
    "a length in hex": HEAD + b"content-length: 0x2\r\n\r\n{}" + HIDDEN,
    "another coding": HEAD + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked before another": HEAD + b"transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a space before the colon": HEAD + b"transfer-encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a folded header": HEAD + b"x-folded: a\r\n transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}" + HIDDEN,
    "a null in a header": HEAD + b"x-null: a\x00b\r\ncontent-length: 2\r\n\r\n{}" + HIDDEN,
    "a chunk of negative size": HEAD + b"transfer-encoding: chunked\r\n\r\n-1\r\n\r\n" + HIDDEN,
    "a chunk of endless size": HEAD + b"transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + HIDDEN,
    "a trace": b"TRACE / HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer secret\r\n\r\n",
}
# Every reader ends these first requests at the same place: what follows is a second request, and no hidden one.
TWO = {
    "a length": (HEAD + b"content-length: 2\r\n\r\n{}" + HIDDEN, [200, 200]),
    "chunks": (HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + HIDDEN, [200, 200]),
    "a last coding of chunks": (HEAD + b"transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + HIDDEN, [400, 200]),
    "a refused tunnel": (b"CONNECT localhost:1 HTTP/1.1\r\nhost: localhost:1\r\n\r\n" + HIDDEN, [405, 200]),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder: Path = tmp_path_factory.mktemp("live")
    settings, root = live_settings(folder)
    with running(settings, root, folder / "server.log") as server:
        yield server
        server.stop()


def said(server: LiveServer, sent: bytes, quiet: float = PATIENCE_S) -> list[int]:
    """Send bytes and give the status of every answer until the other side ends the line, or says no more."""
    heard = b""
    with socket.create_connection(("127.0.0.1", server.settings.port), timeout=quiet) as line, suppress(TimeoutError):
        line.sendall(sent)
        while piece := line.recv(65_536):
            heard += piece
    assert b"secret" not in heard
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", heard)]


@pytest.mark.parametrize("case", TWO)
def test_api_serve_control_two_requests_on_one_line_are_two(server: LiveServer, case: str) -> None:
    sent, statuses = TWO[case]
    assert said(server, sent) == statuses


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_api_serve_ambiguous_request_hides_no_second_one(server: LiveServer, case: str) -> None:
    statuses = said(server, AMBIGUOUS[case], QUIET_S)
    assert len(statuses) <= 1
    assert all(400 <= status < 500 for status in statuses)
    assert said(server, HIDDEN) == [200]
