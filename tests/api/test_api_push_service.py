"""The way to a push service over real sockets: to the address that was judged, whatever the name says, and no further."""

import ssl
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.support.push_service import PushService, make_certificate, push_service
from voute.app.push import Endpoint
from voute.server.notices.push_service import MAX_FIELDS, Answer, PushServiceError, post, tls


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("push") / "push.pem")


@pytest.fixture(scope="module")
def service(certificate: Path) -> Iterator[PushService]:
    with push_service(certificate) as served:
        yield served


def own_endpoint(service: PushService) -> tuple[Endpoint, ssl.SSLContext]:
    port = int(service.origin.rpartition(":")[2])
    return Endpoint("127.0.0.1", port, "/wp/a", is_own=True), tls(Path())


def test_api_push_service_name_that_turns_to_this_machine_is_not_asked(service: PushService, certificate: Path) -> None:
    """A name that was public when the browser gave it, and is this machine's when a message goes (rebinding)."""
    own, _ = own_endpoint(service)
    context = tls(certificate)
    before = len(service.came)
    with pytest.raises(PushServiceError):
        post(Endpoint("fcm.googleapis.com", own.port, "/a", is_own=False), {}, b"x", context, 5.0, lambda _h, _p: ["127.0.0.1"])
    assert len(service.came) == before
    # The control: with an address that may be asked, the same call goes through.
    assert post(own, {}, b"x", context, 5.0) == Answer(201)
    assert len(service.came) == before + 1


def test_api_push_service_asks_where_it_judged_and_looks_up_once(service: PushService, certificate: Path) -> None:
    own, _ = own_endpoint(service)
    asked: list[str] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]

    assert post(own, {}, b"x", tls(certificate), 5.0, resolve) == Answer(201)
    assert asked == ["127.0.0.1"]


def test_api_push_service_redirect_is_an_answer_and_not_followed(service: PushService, certificate: Path) -> None:
    own, _ = own_endpoint(service)
    before = len(service.came)
    service.answers = [308]
    assert post(own, {}, b"x", tls(certificate), 5.0) == Answer(308)
    assert len(service.came) == before + 1


def test_api_push_service_certificate_of_another_name_is_refused(service: PushService, certificate: Path) -> None:
    own, unknown = own_endpoint(service)
    known = tls(certificate)
    before = len(service.came)
    for endpoint, context in ((own, unknown), (Endpoint("push.test", own.port, "/a", is_own=True), known)):
        with pytest.raises(PushServiceError):
            post(endpoint, {}, b"x", context, 5.0, lambda _h, _p: ["127.0.0.1"])
    assert len(service.came) == before


@pytest.mark.parametrize("line", [b"SSH-2\r\n", b"HTTP/2 201\r\n", b"HTTP/1.1 2x1 OK\r\n", b"HTTP/1.1 2015\r\n", b"\r\n", b""])
def test_api_push_service_of_another_language_has_not_answered(service: PushService, certificate: Path, line: bytes) -> None:
    own, _ = own_endpoint(service)

    def say(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(line)

    service.answers = [say]
    with pytest.raises(PushServiceError):
        post(own, {}, b"x", tls(certificate), 5.0)


@pytest.mark.parametrize(
    ("fields", "retry_after"),
    [
        (b"Server: x\r\nRETRY-after:\t30 \r\nRetry-After: 60\r\n\r\n", "30"),
        (b"X-Retry-After: 30\r\n\r\nRetry-After: 60\r\n", ""),
        (b"\r\nRetry-After: 60\r\n\r\n", ""),
        (b"Retry-After: 60\r\n", ""),
        (b"X: " + b"a" * MAX_FIELDS + b"\r\nRetry-After: 60\r\n\r\n", ""),
        (b"", ""),
    ],
    ids=["first", "another name", "body", "no end", "too long", "none"],
)
def test_api_push_service_patience_is_read_from_the_fields_alone(
    service: PushService, certificate: Path, fields: bytes, retry_after: str
) -> None:
    own, _ = own_endpoint(service)

    def say(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 429 Too Many Requests\r\n" + fields)

    service.answers = [say]
    assert post(own, {}, b"x", tls(certificate), 5.0) == Answer(429, retry_after)
