"""A push service of a test: HTTPS over sockets, browsers with keys of their own, and their own way to read what came.

Messages are opened by `http_ece`, the proof of who sends by `cryptography` alone: no code of ours reads them.
"""

import datetime as dt
import ipaddress
import json
import secrets
import ssl
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID
from typing_extensions import override

from voute.server.settings import Settings

HOST: Final = "127.0.0.1"
Act = Callable[[BaseHTTPRequestHandler], None]
"""What a service does instead of answering."""


def text64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def bytes64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def make_certificate(path: Path, host: str = "", hours: tuple[int, int] = (-24, 24)) -> Path:
    """A certificate of this machine's address, or of the name of a host, with its key, in one file; good from and to then."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "push.test")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.DNSName(host) if host else x509.IPAddress(ipaddress.ip_address(HOST))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(hours=hours[0]))
        .not_valid_after(now + dt.timedelta(hours=hours[1]))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class Browser:
    """What one browser keeps of its subscription."""

    path: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes

    def subscription(self, service: "PushService") -> dict[str, str]:
        """What its page hands to the city."""
        point = self.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        return {"endpoint": service.origin + self.path, "p256dh": text64(point), "auth": text64(self.auth)}

    def open(self, body: bytes) -> dict[str, Any]:
        value = json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth))
        assert isinstance(value, dict)
        return value


@dataclass
class Came:
    """One request, as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class PushService:
    """What came; `answers` are given to the next requests, one each, then 201. An answer may also be an act."""

    origin: str
    came: list[Came] = field(default_factory=list)
    answers: list[int | Act] = field(default_factory=list)
    browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self) -> Browser:
        one = Browser(f"/wp/{secrets.token_hex(8)}", ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16))
        self.browsers[one.path] = one
        return one

    def shown(self) -> list[dict[str, Any]]:
        """What the browsers read in all that came."""
        return [self.browsers[one.path].open(one.body) for one in self.came]

    def claims(self, one: Came, key: str) -> dict[str, Any]:
        """What the sender proves of itself (RFC 8292); fails unless the proof is of this key."""
        scheme, _, rest = one.headers["authorization"].partition(" ")
        assert scheme == "vapid"
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert parts["k"] == key
        signed, _, signature = parts["t"].rpartition(".")
        raw = bytes64(signature)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes64(key))
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
        header, claims = (json.loads(bytes64(part)) for part in signed.split("."))
        assert header == {"typ": "JWT", "alg": "ES256"}
        assert isinstance(claims, dict)
        return claims


@contextmanager
def push_service(certificate: Path) -> Iterator[PushService]:
    """Serve on a port of its own until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        kept: ClassVar[PushService]

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.kept.came.append(Came(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            answer = self.kept.answers.pop(0) if self.kept.answers else 201
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            self.send_header("content-length", "0")
            self.end_headers()

        @override
        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        # Threads that keep a city waiting on purpose are not waited for.
        block_on_close = False

        @override
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is what some tests are about."""

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = Quiet((HOST, 0), Handler)
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    service = PushService(f"https://{HOST}:{server.server_port}")
    Handler.kept = service
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def with_push(settings: Settings, certificate: Path, *services: PushService) -> Settings:
    """Settings of a city that tells on devices, by these services."""
    own = ",".join(one.origin.removeprefix("https://") for one in services)
    return replace(settings, push=True, push_own_services=own, push_ca=certificate)


def asks(status: int, retry_after: str) -> Act:
    """Ask for patience."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("retry-after", retry_after)
        handler.send_header("content-length", "0")
        handler.end_headers()

    return act


def hang(seen: threading.Event) -> Act:
    """Answer nothing until the city hangs up."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        seen.set()
        handler.connection.recv(1)

    return act


def drip(handler: BaseHTTPRequestHandler) -> None:
    """An answer without an end of line, a byte at a time."""
    try:
        while True:
            handler.wfile.write(b"H")
            time.sleep(0.05)
    except OSError:
        pass


def flood(handler: BaseHTTPRequestHandler) -> None:
    """An answer that never ends."""
    try:
        while True:
            handler.wfile.write(b"H" * 65_536)
    except OSError:
        pass
