"""A city whose S3 server has a certificate of an authority of its own: believed by setting or variable, by nothing else."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.authority import Authority
from tests.support.city import demo_settings, found_city
from tests.support.command import COMMAND, environment, finish
from tests.support.ports import free_port
from tests.support.push_service import make_certificate
from tests.support.s3.simulator import S3Simulator, simulator
from tests.support.s3.stores import on_s3
from tests.support.tls_front import tls_front
from voute.core.ids import hash_of
from voute.core.ports_store import StoreUntrustedError
from voute.server.readiness import BucketUntrustedError, expect_reachable
from voute.server.s3_stores import lets_pages_read, open_s3, s3_leftovers
from voute.server.settings import SettingError, Settings, write_settings

HOST = "localhost"
HOUR = (-24, 24)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Simulator]:
    with simulator(tmp_path_factory.mktemp("s3")) as found:
        yield found


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("An authority of the city")


@pytest.fixture(scope="module")
def believed(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `s3_ca` names: several authorities, of which the last one counts here."""
    path = tmp_path_factory.mktemp("authorities") / "s3-ca.pem"
    path.write_bytes(Authority("An older one").certificate + authority.certificate)
    return path


@pytest.fixture(scope="module")
def behind_tls(s3: S3Simulator, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("tls")
    with tls_front(authority.sign(folder / "server.pem", HOST), s3.port) as port:
        yield replace(on_s3(demo_settings(folder), s3, "city", seconds=20), s3_endpoint=f"https://{HOST}:{port}")


def test_api_s3_behind_its_own_authority_is_read_and_written(behind_tls: Settings, believed: Path) -> None:
    city = replace(behind_tls, s3_ca=believed)
    expect_reachable(city)
    stores = open_s3(city)
    pack = b"sealed" * 1_000
    name = hash_of(sha256(pack).digest())
    with stores.blobs.writer(name) as writer:
        writer.write(pack)
        writer.finish()
    assert b"".join(stores.blobs.read(name, 0, len(pack))) == pack
    # These two ask by another library.
    assert set(s3_leftovers(city, re.compile("never"), re.compile("never"))) == {"packs", "sidecars", "log", "ledger"}
    assert lets_pages_read(city, "https://coffre.ville.example") is False


def test_api_s3_certificate_that_nobody_vouches_for_ends_every_call(behind_tls: Settings) -> None:
    with pytest.raises(StoreUntrustedError) as caught:
        open_s3(replace(behind_tls, s3_seconds=1)).blobs.size(hash_of(bytes(32)))
    # To who asks the city it is a store that is not there: 503, and nothing of the cause.
    assert (caught.value.code, caught.value.facts) == ("store-unreachable", {"problem": "certificate-unknown"})


def test_api_s3_start_without_its_authority_is_one_clear_sentence(behind_tls: Settings, tmp_path: Path) -> None:
    city = replace(behind_tls, port=free_port())
    found_city(replace(city, blobs=""))
    env = environment(tmp_path, "fr_CA.UTF-8", **write_settings(city))
    served = subprocess.Popen([COMMAND, "serve"], env=env, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    what, fix = finish(served).ended(1).out.splitlines()
    assert what.startswith("Personne à qui cette machine se fie ne répond du certificat que présente S3")
    assert "n'a pas démarré" in what
    assert "s3_ca" in fix


@pytest.mark.parametrize(
    ("problem", "host", "hours"),
    [
        ("certificate-ended", HOST, (-24, -1)),
        ("certificate-early", HOST, (1, 24)),
        ("certificate-other-host", "s3.ville.example", HOUR),
        ("certificate-of-authority", HOST, HOUR),
    ],
)
def test_api_s3_certificate_that_does_not_hold_is_told_as_what_it_is(
    s3: S3Simulator, authority: Authority, behind_tls: Settings, tmp_path: Path, problem: str, host: str, hours: tuple[int, int]
) -> None:
    shown, known = tmp_path / "shown.pem", tmp_path / "s3-ca.pem"
    if problem == "certificate-of-authority":
        known.write_bytes(make_certificate(shown, host).read_bytes())
    else:
        authority.sign(shown, host, hours)
        known.write_bytes(authority.certificate)
    with tls_front(shown, s3.port) as port, pytest.raises(BucketUntrustedError) as caught:
        expect_reachable(replace(behind_tls, s3_endpoint=f"https://{HOST}:{port}", s3_ca=known))
    assert caught.value.facts["problem"] == problem


@pytest.mark.parametrize("text", ["", "no certificate", None])
def test_api_s3_ca_without_certificates_is_a_setting_that_cannot_be(
    behind_tls: Settings, tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "s3-ca.pem"
    if text is not None:
        path.write_text(text, "ascii")
    with pytest.raises(SettingError) as caught:
        expect_reachable(replace(behind_tls, s3_ca=path))
    assert caught.value.facts["setting"] == "s3_ca"


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_api_s3_authority_of_the_environment_is_believed(
    behind_tls: Settings, authority: Authority, tmp_path: Path, variable: str
) -> None:
    """These variables are read when a library is loaded: another process."""
    file = tmp_path / "authorities" / "ours.pem"
    file.parent.mkdir()
    file.write_bytes(authority.certificate)
    subprocess.run(["openssl", "rehash", file.parent], check=True)
    program = "from voute.server.readiness import expect_reachable; from voute.server.settings import load_settings\n"
    program += "expect_reachable(load_settings()); print('reached')"
    named = {variable: str(file if variable == "SSL_CERT_FILE" else file.parent)}
    env = {key: value for key, value in os.environ.items() if not key.startswith(("VOUTE_", "SSL_"))}
    env |= {**write_settings(behind_tls), **named}
    assert (
        subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True).stdout == "reached\n"
    )
