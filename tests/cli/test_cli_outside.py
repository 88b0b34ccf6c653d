"""Whom commands believe on a network, and which proxy they go through: real TLS, real certificates, real connections."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Department
from tests.support.command import Ran, environment
from tests.support.ports import free_port
from tests.support.push_service import make_certificate
from tests.support.tls_front import proxy_of_an_organisation, tls_front

HOUR = (-24, 24)
CASES = {
    "certificate-unknown": ("localhost", HOUR, False),
    "certificate-ended": ("localhost", (-24, -1), True),
    "certificate-early": ("localhost", (1, 24), True),
    "certificate-other-host": ("coffre.ville.example", HOUR, True),
}
"""The host in the certificate, from when to when it is good, and whether the machine is told to believe it."""
CITY = "coffre.ville.example"
HERE_TOO = "0.0.0.0"  # noqa: S104 -- asked, not listened on: it leads to this machine, and is no loopback address


@contextmanager
def behind_tls(office: Department, folder: Path, host: str, hours: tuple[int, int]) -> Iterator[tuple[str, Path]]:
    """The address of the city behind TLS, and the certificate."""
    certificate = make_certificate(folder / "front.pem", host, hours)
    with tls_front(certificate, office.city.server.settings.port) as port:
        yield f"https://localhost:{port}", certificate


def ask_elsewhere(office: Department, address: str) -> None:
    path = office.home.folder / "issuer.toml"
    text, count = re.subn(r'(?m)^server = ".*"', f'server = "{address}"', path.read_text("utf-8"))
    assert count == 1
    path.write_text(text, "utf-8")


def monitor(office: Department, address: str, *args: str, **variables: str) -> Ran:
    env = environment(office.folder, **variables)
    return office.voute("monitor", address, "--once", "--home", office.home.home, *args, env=env)


@pytest.mark.parametrize("problem", CASES)
def test_cli_outside_a_certificate_that_does_not_hold_is_told_as_what_it_is(
    office: Department, tmp_path: Path, problem: str
) -> None:
    host, hours, is_believed = CASES[problem]
    with behind_tls(office, tmp_path, host, hours) as (address, certificate):
        ask_elsewhere(office, address)
        trust = {"SSL_CERT_FILE": str(certificate)} if is_believed else {}
        env = environment(office.folder, "en_CA.UTF-8", **trust)
        sent = office.deliver(office.bills("roll-1"), env=env).ended(1)
        assert (sent.json["error"], sent.json["facts"]["host"]) == (problem, address.removeprefix("https://"))
        assert "run again: nothing goes twice" in sent.err
        # At a counter the last known states are shown all the same.
        assert "nothing was sent" in office.voute(*codes(office), env=env).ended(1).out
        seen = monitor(office, address, "--json", **trust).ended(1)
        assert [(one["error"], one["facts"]["problem"]) for one in seen.json["problems"]] == [("certificate-refused", problem)]
        (line,) = monitor(office, address, **trust).ended(1).out.splitlines()
        assert "certificat" in line
        for said in (sent.said, line):
            assert not re.search(r"without checking|sans vérif|--insecure|verify=", said)
    assert not (office.home.folder / "runs").exists() or not list((office.home.folder / "runs").rglob("receipts-*"))


def codes(office: Department) -> list[str]:
    return ["codes", "list", "--as", office.home.issuer, "--home", str(office.home.home)]


def test_cli_outside_nobody_there_is_still_nobody_there(office: Department) -> None:
    ask_elsewhere(office, f"https://localhost:{free_port()}")
    assert office.deliver(office.bills("roll-1")).ended(4).json["error"] == "city-unreachable"


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_cli_outside_certificates_of_the_environment_are_believed(office: Department, tmp_path: Path, variable: str) -> None:
    with behind_tls(office, tmp_path, "localhost", HOUR) as (address, certificate):
        named = certificate
        if variable == "SSL_CERT_DIR":
            command = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(certificate)]
            name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
            named = tmp_path / "believed"
            named.mkdir()
            (named / f"{name}.0").write_bytes(certificate.read_bytes())
        assert monitor(office, address, "--json", **{variable: str(named)}).ended(0).json["problems"] == []
        # A delivery gets through, and is told by the city itself that its statement is for another address.
        ask_elsewhere(office, address)
        sent = office.deliver(office.bills("roll-1"), env=environment(office.folder, **{variable: str(named)})).ended(1)
        assert sent.json["error"] == "sign-in-failed"


@pytest.mark.parametrize(("variable", "value"), [("SSL_CERT_FILE", "nowhere.pem"), ("SSL_CERT_DIR", "nowhere")])
def test_cli_outside_certificates_that_are_not_there_are_named(office: Department, variable: str, value: str) -> None:
    ran = monitor(office, "https://localhost:9", "--json", **{variable: value}).ended(1)
    assert (ran.json["error"], ran.json["facts"]) == ("certificates-unreadable", {"variable": variable, "path": value})


def test_cli_outside_proxies_of_the_environment_are_asked(office: Department, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "front.pem", CITY)
    trust = {"SSL_CERT_FILE": str(certificate)}
    with (
        tls_front(certificate, office.city.server.settings.port) as front,
        proxy_of_an_organisation(front) as (proxy, asked),
    ):
        assert monitor(office, f"https://{CITY}", HTTPS_PROXY=proxy, **trust).ended(0).out.count("\n") == 1
        assert set(asked) == {f"CONNECT {CITY}:443 HTTP/1.1"}
        ask_elsewhere(office, f"https://{CITY}")
        env = environment(office.folder, https_proxy=proxy, **trust)
        assert office.deliver(office.bills("roll-1"), env=env).ended(1).json["error"] == "sign-in-failed"
        count = len(asked)
        # Whom NO_PROXY names is asked straight; this machine is never asked through anybody.
        straight = f"http://{HERE_TOO}:{office.city.server.settings.port}"
        assert monitor(office, straight, HTTP_PROXY=proxy, NO_PROXY=HERE_TOO, **trust).ended(0).err == ""
        assert monitor(office, office.city.origin, HTTP_PROXY=proxy, ALL_PROXY=proxy).ended(0).err == ""
        assert len(asked) == count


@pytest.mark.parametrize("proxy", ["socks5://localhost:9", "ftp://localhost:9", "http://localhost:port"])
def test_cli_outside_proxy_of_another_kind_is_told(office: Department, proxy: str) -> None:
    ran = monitor(office, f"https://{CITY}", "--json", HTTPS_PROXY=proxy).ended(1)
    assert ran.json["error"] == "proxy-unfit"
