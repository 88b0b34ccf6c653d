"""The sender's thread in a served city: what a stopped server left is sent by the next one, and over TLS only."""

import datetime as dt
import ipaddress
import json
import os
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.api.test_api_notices import ADDRESS, WISH, report
from tests.support.asgi import Loop
from tests.support.city import DemoCity, SharedApplication, check, open_demo_city
from tests.support.command import COMMAND
from tests.support.holder import Resident
from tests.support.mail_server import MailServer, mail_server, stripper
from tests.support.ports import free_port
from tests.support.served_city import ServerProcess
from voute.app.notice_work import Outgoing, Sent
from voute.server.notices.mail import make_mail
from voute.server.notices.sender import Pacer, send_some
from voute.server.notices.smtp import MailServerError, SmtpConnection
from voute.server.settings import SettingError, Settings, write_settings

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
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def post(tls: ssl.SSLContext) -> Iterator[MailServer]:
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


def a_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "avis@ville.test", ADDRESS, "An avis"
    mail.set_content("A document.")
    return mail


def hand_over(settings: Settings) -> Sent:
    with SmtpConnection(settings) as connection:
        return connection.send(a_mail(), ADDRESS)


@pytest.fixture
def signed_in(settings: Settings, tmp_path: Path) -> Settings:
    secret = tmp_path / "password"
    secret.write_text("a long password\n")
    return replace(settings, smtp_user="avis", smtp_password=secret)


RIGHT = (b"avis", b"a long password")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_api_notices_sign_in_once_the_connection_is_encrypted(signed_in: Settings, tls: ssl.SSLContext, security: str) -> None:
    with mail_server(tls, implicit=security == "tls", password=RIGHT) as server:
        settings = replace(signed_in, smtp_port=server.port, smtp_security=security)
        assert hand_over(settings) is Sent.ACCEPTED
        assert len(server.came) == len(server.mechanisms) == 1
        # Nobody vouches for it: not even the password goes there.
        with pytest.raises(MailServerError):
            hand_over(replace(settings, smtp_ca=Path()))
        assert len(server.mechanisms) == 1
        wrong = settings.smtp_password.with_name("wrong")
        wrong.write_text("another password")
        with pytest.raises(MailServerError, match="SMTPAuthenticationError"):
            hand_over(replace(settings, smtp_password=wrong))
        assert len(server.came) == 1


@pytest.mark.parametrize(
    ("offers", "answer"),
    [
        (("AUTH PLAIN LOGIN",), "454 no"),
        (("STARTTLS", "AUTH PLAIN LOGIN"), "454 TLS not available"),
        (("STARTTLS", "AUTH PLAIN LOGIN"), "250 go on"),
        (("STARTTLS", "AUTH PLAIN LOGIN"), "220 ready\r\n250-mail.test\r\n250 AUTH PLAIN"),
    ],
)
def test_api_notices_to_who_takes_the_encryption_away_nothing_is_said(
    signed_in: Settings, offers: tuple[str, ...], answer: str
) -> None:
    with stripper(offers, answer) as evil, pytest.raises(MailServerError):
        hand_over(replace(signed_in, smtp_port=evil.port))
    words = {line.split(" ")[0].upper() for line in evil.heard if line.isascii() and line.isprintable()}
    assert words <= {"EHLO", "STARTTLS", "QUIT"}
    whole = "".join(evil.heard)
    assert not any(secret in whole for secret in (ADDRESS, "avis@ville.test", "AUTH", "a long password"))


def test_api_notices_to_a_plain_server_where_tls_is_asked_from_the_first_byte_nothing_is_said(signed_in: Settings) -> None:
    with stripper(("AUTH PLAIN",), "250") as evil, pytest.raises(MailServerError):
        hand_over(replace(signed_in, smtp_port=evil.port, smtp_security="tls"))
    assert not any("EHLO" in line for line in evil.heard)


def test_api_notices_no_password_goes_over_a_connection_without_encryption(signed_in: Settings) -> None:
    with pytest.raises(SettingError):
        replace(signed_in, smtp_security="none")


def test_api_notices_bounces_are_counted_by_the_operators_command(
    demo: DemoCity, settings: Settings, claimed: Resident, loop: Loop, shared: SharedApplication, tmp_path: Path
) -> None:
    city = open_demo_city(settings, demo.root, demo.clock, loop, shared)
    try:
        check(claimed.client.put("/api/notices", json=WISH), 204)
        kit = city.city.notices
        assert kit is not None
        with city.city.catalogue.read() as tx:
            (mail,) = tx.notices.due(city.city.now(), 10)
            notice = tx.notices.get(mail.vault_id)
        assert notice is not None
        written = make_mail(city.city, kit, settings.mail_from, Outgoing(mail, notice)).as_bytes()
    finally:
        city.close()
    box = tmp_path / "box"
    box.write_bytes(report(written, status="5.7.1") + report(written) + b"From x\nSubject: hello\n\nhello\n\n")
    variables = {key: value for key, value in os.environ.items() if not key.startswith("VOUTE_")} | {"LC_ALL": "fr_CA.UTF-8"}
    variables.update(write_settings(settings))
    ran = [
        subprocess.run([str(COMMAND), "admin", "bounces", str(box), *more], env=variables, capture_output=True, check=True)
        for more in (["--json"], [])
    ]
    assert json.loads(ran[0].stdout) == {"read": 3, "counted": 1, "blocked": 1}
    said = ran[1].stdout.decode()
    assert "Courriels lus\u00a0: 3" in said
    assert "SPF" in said
    assert ADDRESS not in said
