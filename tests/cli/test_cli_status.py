"""`voute status`: a city served, stopped, damaged, absent; in both languages, and for programs."""

import json
from pathlib import Path

import pytest

from tests.support.city import demo_settings, found_city
from tests.support.command import Ran, environment, run
from voute.app.backed_up import note_backup
from voute.core.values import MICROSECONDS
from voute.server.composition import now_microseconds, open_stores
from voute.server.jobs.election import FileElection
from voute.server.settings import Settings


@pytest.fixture
def founded(tmp_path: Path) -> Settings:
    settings = demo_settings(tmp_path)
    found_city(settings)
    return settings


def status(settings: Settings, *args: str, language: str = "fr_CA.UTF-8", **others: str) -> Ran:
    folder = settings.data.parent
    env = environment(folder, language, VOUTE_DATA=str(settings.data), VOUTE_LOCKS=str(settings.locks_folder), **others)
    return run(folder, "status", *args, env=env)


def back_up(settings: Settings, hours: int) -> None:
    stores = open_stores(settings)
    with stores.catalogue.write() as tx:
        note_backup(tx, now_microseconds() - hours * 3600 * MICROSECONDS)
    stores.catalogue.close()


def bad(ran: Ran) -> dict[str, str]:
    return {one["check"]: one["level"] for one in ran.json["checks"] if one["level"] != "well" and one["check"] != "disk"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr_CA.UTF-8", ["À regarder", "Aucun serveur", "Démarrez-le", "Aucune sauvegarde", "✓ Le catalogue répond"]),
        ("en_CA.UTF-8", ["To be looked at", "No server", "Start it", "No backup", "✓ The catalogue answers"]),
    ],
)
def test_cli_status_says_what_is_not_well_and_what_to_do(founded: Settings, language: str, words: list[str]) -> None:
    ran = status(founded, language=language).ended(1)
    assert [word for word in words if word not in ran.out] == []
    # What needs somebody stands first.
    assert ran.out.index("✗") < ran.out.index("✓")


def test_cli_status_of_a_demonstration_says_what_fits_there(founded: Settings) -> None:
    (founded.data.parent / "demo.json").write_text("{}")
    ran = status(founded, language="fr_CA.UTF-8").ended(1)
    assert f"voute demo --folder {founded.data.parent}" in ran.out
    assert "C'est une démonstration" in ran.out
    assert "systemctl" not in ran.out
    assert "journalctl" not in ran.out


def test_cli_status_of_a_served_city_with_a_backup_lacks_only_its_witness(founded: Settings) -> None:
    assert bad(status(founded, "--json").ended(1)) == {
        "server": "now",
        "witnesses": "now",
        "backup-never": "soon",
    }
    back_up(founded, 1)
    with FileElection(founded.locks_folder) as election:
        assert election.is_elected()
        ran = status(founded, "--json").ended(1)
        assert bad(ran) == {"witnesses": "now"}
    assert ran.json["numbers"]["documents"] == 0
    assert json.loads(ran.out)["well"] is False


def test_cli_status_an_older_backup_changes_nothing_and_an_old_one_is_told(founded: Settings) -> None:
    back_up(founded, 30)
    back_up(founded, 50)
    assert bad(status(founded, "--json").ended(1))["backup"] == "soon"


def test_cli_status_does_not_look_at_a_city_for_whoever_means_a_department(founded: Settings, tmp_path: Path) -> None:
    assert "--as" in status(founded, "--home", str(tmp_path)).ended(2).said


def test_cli_status_of_no_city_says_so(tmp_path: Path) -> None:
    ran = run(tmp_path, "status", "--data", tmp_path / "nowhere", "--json").ended(1)
    assert ran.json["error"] == "no-city"
    assert not (tmp_path / "nowhere").exists()


def test_cli_status_makes_nothing_that_the_server_is_to_make(founded: Settings) -> None:
    def files() -> set[Path]:
        return set(founded.data.rglob("*"))

    # Made here by somebody else than its user, a key of notices would be closed to the server, and a trust root to its backup.
    wanted = {
        "VOUTE_SMTP_HOST": "localhost",
        "VOUTE_SMTP_SECURITY": "none",
        "VOUTE_MAIL_FROM": "a@ville.example",
        "VOUTE_PUSH": "true",
    }
    before = files()
    ran = status(founded, "--json", **wanted).ended(1)
    assert files() == before
    assert "mails" in {one["check"] for one in ran.json["checks"]}, "the setting is looked at all the same"
    (founded.data / "packs").rename(founded.data / "elsewhere")
    assert status(founded, "--json").ended(1).json["error"] == "no-city"
    assert not (founded.data / "packs").exists()
