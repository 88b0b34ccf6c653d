"""`voute admin`: a city founded by the installed command, once; a catalogue of an older release brought to this one."""

import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.command import environment, run
from voute.store.migrate import upgrade
from voute.store.sql_catalogue import SCHEMA_VERSION
from voute.tlog.note import VerifierKey

LOG = "coffre.ville.example/registre"


@pytest.mark.parametrize("language", ["fr_CA.UTF-8", "en_CA.UTF-8"])
def test_cli_admin_founds_a_city_once_and_shows_its_keys(tmp_path: Path, language: str) -> None:
    data, env = tmp_path / "city", environment(tmp_path, language)
    made = run(tmp_path, "admin", "found", LOG, "--data", data, "--json", env=env).ended(0).json
    assert {VerifierKey.parse(made[kind]).name for kind in ("ed25519", "mldsa44")} == {LOG} == {made["origin"]}
    again = run(tmp_path, "admin", "found", LOG, "--data", data, env=env).ended(1)
    assert "voute admin keys" in again.said
    shown = run(tmp_path, "admin", "keys", "--data", data, env=env).ended(0)
    assert made["ed25519"] in shown.out
    assert made["mldsa44"] in shown.out
    # What officers see at the ceremony can be compared with what is shown here.
    assert made["ed25519_shown"] == VerifierKey.parse(made["ed25519"]).public.hex()
    assert f"SHA-256 {sha256(VerifierKey.parse(made['mldsa44']).public).hexdigest()}" in shown.out
    seeds = (data / "keys" / "log.json").read_text()
    for secret in (part for part in seeds.split('"') if len(part) == 64):
        assert secret not in shown.said + again.said + str(made)


def test_cli_admin_keys_of_no_city_says_what_is_missing(tmp_path: Path) -> None:
    ran = run(tmp_path, "admin", "keys", "--data", tmp_path / "nowhere", "--json").ended(1)
    assert ran.json["error"] == "key-file"


def test_cli_admin_migrates_an_older_catalogue(tmp_path: Path) -> None:
    data = tmp_path / "city"
    data.mkdir()
    path = data / "catalogue.sqlite"
    upgrade(f"sqlite:///{path}", "0001")
    ran = run(tmp_path, "admin", "migrate", "--data", data, "--json").ended(0)
    assert ran.json == {"schema": SCHEMA_VERSION}
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [(SCHEMA_VERSION,)]
    db.close()
    run(tmp_path, "admin", "migrate", "--data", data).ended(0)


def test_cli_admin_what_it_founds_is_read_by_its_user_alone(tmp_path: Path) -> None:
    data = tmp_path / "city"
    run(tmp_path, "admin", "found", LOG, "--data", data).ended(0)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (data, *data.iterdir())}
    # A group's right to pass through is for nginx (docs/operate/direct-reads.md); others have none.
    assert modes[data.name] == 0o710
    assert modes["catalogue.sqlite"] == 0o600
    assert not {name for name, mode in modes.items() if mode & 0o007}
