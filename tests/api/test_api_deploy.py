"""The files of deploy/ as an operator uses them: nginx before a real city, TLS, forwarded addresses."""

import getpass
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.city import FINANCES, check, demo_settings, found_city
from tests.support.holder import Resident
from tests.support.issuer import Bill, Department
from tests.support.live import LiveServer, running
from tests.support.ports import free_port
from tests.support.project import ROOT
from voute.core.ids import Slug
from voute.server.settings import X_ACCEL_REDIRECT

DEPLOY = ROOT / "deploy"
HOST = "coffre.ville.example"
SPOOFED = "203.0.113.9"
PROXY_HEADERS = {
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "etag": None,
    "last-modified": None,
    "x-accel-redirect": None,
}


@dataclass(frozen=True)
class Front:
    """nginx with our file, its ports and certificate put in place of an operator's."""

    plain: int
    tls: int
    packs: int
    folder: Path
    server: LiveServer

    def client(self, *, versions: tuple[ssl.TLSVersion, ssl.TLSVersion] | None = None) -> httpx.Client:
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        if versions:
            context.minimum_version, context.maximum_version = versions
        return httpx.Client(base_url=f"https://localhost:{self.tls}", headers={"x-voute": "1"}, verify=context, timeout=30)

    def log(self) -> str:
        return (self.folder / "voute.log").read_text()


def certificate(folder: Path) -> None:
    """What an authority would give for the host, here for localhost."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(pem)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    plain, tls, behind, packs = (free_port() for _ in range(4))
    certificate(folder)
    text = (DEPLOY / "nginx" / "voute.conf").read_text()
    for old, new in (
        ("[::]:80;", f"[::1]:{plain};"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("[::]:443 ", f"[::1]:{tls} "),
        ("listen 443 ", f"listen 127.0.0.1:{tls} "),
        ("127.0.0.1:8100", f"127.0.0.1:{behind}"),
        ("127.0.0.1:8101", f"127.0.0.1:{packs}"),
        ("/var/lib/voute/city/packs", str(demo_settings(folder).packs_folder)),
        (f"/etc/letsencrypt/live/{HOST}", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("/var/www/html", str(folder)),
        (HOST, "localhost"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    paths = " ".join(f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # Workers of the user of the test, who alone may look into its folder; an operator gives nginx the right to read packs.
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    main = f"{user} error_log {folder}/error.log; pid {folder}/nginx.pid; daemon off; events {{}} http {{ {paths}\n{text}\n}}"
    (folder / "nginx.conf").write_text(main)
    settings = replace(demo_settings(folder), port=behind, limit_factor=1, direct_reads=X_ACCEL_REDIRECT)
    root = found_city(settings, f"https://localhost:{tls}", "localhost")
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert nginx, "nginx is missing: tools/bootstrap system"
    with running(settings, root, folder / "server.log") as server:
        process = subprocess.Popen([nginx, "-p", folder, "-c", folder / "nginx.conf"])
        one = Front(plain, tls, packs, folder, server)
        try:
            end = time.monotonic() + 30
            while True:
                assert process.poll() is None, (folder / "error.log").read_text()
                try:
                    with one.client() as client:
                        check(client.get("/health"))
                    break
                except httpx.TransportError:
                    assert time.monotonic() < end
                    time.sleep(0.05)
            yield one
        finally:
            process.terminate()
            process.wait()


def test_deploy_city_answers_over_tls_with_its_headers(front: Front) -> None:
    with front.client() as client:
        reply = check(client.get("/health"))
        assert reply.headers["strict-transport-security"].startswith("max-age=63072000")
        assert "nginx/" not in reply.headers.get("server", "")
        assert reply.json()["status"] == "ok"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_deploy_both_versions_of_tls_are_spoken(front: Front, version: ssl.TLSVersion) -> None:
    with front.client(versions=(version, version)) as client:
        check(client.get("/health"))


def test_deploy_older_tls_is_refused(front: Front) -> None:
    wanted = ["openssl", "s_client", "-connect", f"127.0.0.1:{front.tls}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    ran = subprocess.run(wanted, input=b"", capture_output=True, check=False)
    assert ran.returncode != 0
    assert b"alert protocol version" in ran.stderr


def test_deploy_only_pages_are_led_to_tls(front: Front) -> None:
    with httpx.Client(base_url=f"http://localhost:{front.plain}") as client:
        reply = client.get("/ouvrir")
        assert (reply.status_code, reply.headers["location"]) == (308, "https://localhost/ouvrir")
        assert client.get("/api/about").status_code == httpx.codes.FORBIDDEN
        assert client.post("/api/claims/lookup", json={}).status_code == httpx.codes.FORBIDDEN


def test_deploy_what_proves_the_host_to_an_authority_is_shown_on_the_plain_port(front: Front) -> None:
    proof = front.folder / ".well-known" / "acme-challenge"
    proof.mkdir(parents=True)
    (proof / "token").write_text("as certbot lays it down")
    with httpx.Client(base_url=f"http://localhost:{front.plain}") as client:
        assert check(client.get("/.well-known/acme-challenge/token")).text == "as certbot lays it down"
        assert client.get("/.well-known/acme-challenge/../../privkey.pem").status_code == httpx.codes.FORBIDDEN
        assert client.get("/.well-known/acme-challenge/").status_code == httpx.codes.FORBIDDEN


def test_deploy_a_written_forwarded_address_gives_no_new_limit(front: Front) -> None:
    """Sixty challenges a minute for one address: behind the proxy the text that a client writes makes no other address."""
    with front.client() as client:
        seen = []
        for number in range(62):
            headers = {"x-forwarded-for": f"198.51.100.{number}, {SPOOFED}"}
            seen.append(client.post("/api/sessions/challenge", json={}, headers=headers).status_code)
    assert seen.count(429) >= 1
    assert set(seen) == {201, 429} or set(seen) == {200, 429}


def test_deploy_a_whole_pack_goes_through_and_no_larger_body(front: Front) -> None:
    with front.client() as client:
        issuer = Department(Slug("finances"), FINANCES, origin=front.server.root.origin)
        issuer.sign_in(client)
        delivery = b"\x07" * 16
        check(issuer.open(client, delivery), 201)
        path = f"/api/deliveries/{delivery.hex()}/packs/{'00' * 32}"
        size = 64 * 1024 * 1024
        kept = client.put(path, content=bytes(size), headers=issuer.headers)
        # The city read it all, then judged it: its name is not its hash.
        assert (kept.status_code, kept.json()["code"]) == (422, "pack-hash")
        assert client.put(path, content=bytes(67 * 1024 * 1024), headers=issuer.headers).status_code == 413
    assert not list((front.folder / "client_body").rglob("*")), "a body was gathered on the proxy's disk"


def test_deploy_log_of_the_proxy_names_nobody(front: Front) -> None:
    with front.client() as client:
        check(client.get("/health?who=someone"))
        client.get("/documents/0123")
    text = front.log()
    assert re.search(r"GET 200 [0-9.]+ [0-9a-f]{16}$", text, re.MULTILINE)
    for word in ("127.0.0.1", "someone", "documents", SPOOFED):
        assert word not in text


# -- bodies by nginx itself (docs/operate/direct-reads.md)


@dataclass(frozen=True)
class Reading:
    """Two people's documents in one pack: a resident who is signed in through nginx, and what is whose."""

    front: Front
    client: httpx.Client
    mine: Bill
    other: Bill
    pack: Path

    def body(self, **headers: str) -> httpx.Response:
        return self.client.get(f"/api/documents/{self.mine.sealed.document_id.hex()}/body", headers=headers)


@pytest.fixture(scope="module")
def reading(front: Front) -> Iterator[Reading]:
    with front.client() as client:
        issuer = Department(Slug("finances"), FINANCES, origin=front.server.root.origin)
        issuer.sign_in(client)
        code, keys, _ = issuer.code("roll-1")
        _, others, _ = issuer.code("roll-2")
        mine, other = issuer.bill_for_code(keys, "mine", bytes(200_000)), issuer.bill_for_code(others, "other", bytes(90_000))
        before = issuer.bill_for_code(others, "before", bytes(70_000))
        delivery = issuer.deliver(client, [before, mine, other], run="run-2")
        end = time.monotonic() + 60
        while check(client.get(f"/api/deliveries/{delivery.hex()}", headers=issuer.headers)).json()["state"] != "visible":
            assert time.monotonic() < end
            time.sleep(0.05)
        Resident(client, front.server.root).claim(code)
        (pack,) = front.server.settings.packs_folder.rglob("*.pack")
        yield Reading(front, client, mine, other, pack)


def test_deploy_body_comes_from_the_disk_by_nginx(reading: Reading) -> None:
    whole = reading.mine.sealed.body
    before = (reading.front.folder / "voute.log").stat().st_size
    reply = check(reading.body(), 206)
    assert reply.content == whole
    assert reply.headers["content-range"] == f"bytes 0-{len(whole) - 1}/{len(whole)}"
    assert {name: reply.headers.get(name) for name in PROXY_HEADERS} == PROXY_HEADERS
    # Nothing of the way inside: neither the pack's name nor where the body lies in it.
    assert not any(reading.pack.stem in value or "_packs" in value for value in reply.headers.values())
    assert (reading.front.folder / "voute.log").read_text()[before:].split()[4] == reply.headers["x-request-id"]


@pytest.mark.parametrize(("wanted", "first", "last"), [("bytes=0-9", 0, 9), ("bytes=100-", 100, None), ("bytes=-7", -7, None)])
def test_deploy_body_by_nginx_is_cut_as_the_city_says(reading: Reading, wanted: str, first: int, last: int | None) -> None:
    whole = reading.mine.sealed.body
    reply = check(reading.body(range=wanted), 206)
    assert reply.content == whole[first : None if last is None else last + 1]
    start = first % len(whole)
    assert reply.headers["content-range"] == f"bytes {start}-{start + len(reply.content) - 1}/{len(whole)}"


EVIL_HEADERS: list[dict[str, str]] = [
    {"range": "bytes=0-9,20-29"},
    {"range": "bytes=0-999999999"},
    {"range": "lines=0-1"},
    {"if-range": '"another"', "range": "bytes=0-"},
    {"if-none-match": "*"},
    {"if-modified-since": "Thu, 26 Nov 2099 16:00:00 GMT"},
    {"x-accel-redirect": "/_packs/00/whatever.pack?pack=0-99"},
    {"x-original-url": "/_packs/", "x-rewrite-url": "/_packs/"},
]


@pytest.mark.parametrize("headers", EVIL_HEADERS, ids="+".join)
def test_deploy_body_by_nginx_is_the_holders_own_whatever_is_asked(reading: Reading, headers: dict[str, str]) -> None:
    assert check(reading.body(**headers), 206).content == reading.mine.sealed.body


def test_deploy_no_path_leads_to_packs(reading: Reading) -> None:
    name = f"{reading.pack.parent.name}/{reading.pack.name}"
    for path in (f"/_packs/{name}?pack=0-99", f"/_packs/{name}", f"//_packs/{name}", f"/%5fpacks/{name}", f"/x/../_packs/{name}"):
        reply = reading.client.get(path, headers={"range": "bytes=0-99"})
        # 503: what nginx says in place of a pack that it cannot give; no byte of one either way.
        assert reply.status_code in {httpx.codes.NOT_FOUND, httpx.codes.SERVICE_UNAVAILABLE}, path
        assert reading.pack.read_bytes()[:16] not in reply.content
    foreign = reading.client.get(f"/api/documents/{reading.other.sealed.document_id.hex()}/body")
    assert check(foreign, 404).json()["code"] == "document-unknown"


@pytest.mark.parametrize(
    "headers",
    [{}, {"range": "bytes=0-"}, {"range": "bytes=-9"}, {"range": "bytes=0-1,4-5"}, {"range": "bytes=0-9", "if-range": '"x"'}],
    ids=str,
)
def test_deploy_server_of_packs_never_gives_a_whole_one(reading: Reading, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{reading.front.packs}") as inside:
        name = f"{reading.pack.parent.name}/{reading.pack.name}"
        assert inside.get(f"/{name}", headers=headers).status_code == httpx.codes.NOT_FOUND
        assert inside.get(f"/{name}", headers={"range": "bytes=0-9"}).status_code == httpx.codes.PARTIAL_CONTENT
        sidecar = reading.pack.with_suffix(".side")
        assert sidecar.exists()
        assert inside.get(f"/{name[:-4]}side", headers={"range": "bytes=0-9"}).status_code == httpx.codes.NOT_FOUND


def test_deploy_pack_that_nginx_cannot_read_is_a_problem_in_words(reading: Reading) -> None:
    away = reading.pack.with_suffix(".away")
    reading.pack.rename(away)
    try:
        reply = check(reading.body(), 503)
        assert (reply.headers["content-type"], reply.json()["code"]) == ("application/problem+json", "store")
        assert reply.json()["instance"] == reply.headers["x-request-id"]
    finally:
        away.rename(reading.pack)
    assert check(reading.body(), 206).content == reading.mine.sealed.body


def test_deploy_who_comes_past_the_proxy_gets_bytes_and_no_name(reading: Reading) -> None:
    """The peer is no trusted proxy: what is meant for nginx would tell it where packs lie, and give it nothing."""
    settings = replace(reading.front.server.settings, trusted_proxies=(ip_network("198.51.100.0/24"),), port=free_port())
    with running(settings, reading.front.server.root, reading.front.folder / "past.log") as server, server.client() as client:
        path = f"/api/documents/{reading.mine.sealed.document_id.hex()}/body"
        reply = check(client.get(path, headers={"cookie": f"__Host-voute={reading.client.cookies['__Host-voute']}"}))
        assert reply.content == reading.mine.sealed.body
        assert "x-accel-redirect" not in reply.headers
