"""The sender's thread in a served city: what a stopped server left is sent by the next one, and over TLS only."""

import datetime as dt
import ipaddress
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.api.test_api_notices import ADDRESS, WISH
from tests.support.asgi import Loop
from tests.support.city import DemoCity, SharedApplication, check, open_demo_city
from tests.support.holder import Resident
from tests.support.mail_server import MailServer, mail_server
from tests.support.ports import free_port
from tests.support.served_city import ServerProcess
from voute.server.notices.sender import Pacer, send_some
from voute.server.notices.smtp import MailServerError
from voute.server.settings import Settings

WITHIN_S = 60.0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this test's mail server, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("mail") / "mail.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def post(certificate: Path) -> Iterator[MailServer]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with mail_server(tls) as server:
        yield server


@pytest.fixture
def settings(demo: DemoCity, post: MailServer, certificate: Path) -> Settings:
    return replace(
        demo.settings,
        port=free_port(),
        smtp_host="127.0.0.1",
        smtp_port=post.port,
        smtp_ca=certificate,
        mail_from="avis@ville.test",
    )


def test_api_notices_served_city_sends_what_an_earlier_process_left(
    demo: DemoCity,
    post: MailServer,
    settings: Settings,
    claimed: Resident,
    loop: Loop,
    shared: SharedApplication,
    tmp_path: Path,
) -> None:
    city = open_demo_city(settings, demo.root, demo.clock, loop, shared)
    try:
        check(claimed.client.put("/api/notices", json=WISH), 204)
        # A mail server that nobody vouches for gets nothing; the try counts, and the next one comes after its rest.
        with pytest.raises(MailServerError):
            send_some(replace(settings, smtp_ca=Path()), city.city, Pacer(60))
        assert post.came == []
        check(claimed.client.delete("/api/notices"), 204)
        check(claimed.client.put("/api/notices", json=WISH), 204)
    finally:
        city.close()
    log = tmp_path / "server.log"
    server = ServerProcess(settings, log)
    server.start()
    try:
        end = time.monotonic() + WITHIN_S
        while not post.came and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        server.stop()
    assert [mail["to"] for mail in post.mails] == [ADDRESS]
    assert post.encrypted == [True]
    assert ADDRESS not in log.read_text()
