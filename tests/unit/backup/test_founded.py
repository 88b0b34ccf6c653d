"""A backup names files: folders of a city in which nothing lies yet come back all the same, each by itself."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.city import demo_settings, found_city
from tests.unit.backup.test_backup import KEY, back_up, quiet
from voute.backup.folder import BackupFolder
from voute.backup.restore import FOLDERS, restore
from voute.cli.fsck import check_city
from voute.fsck.findings import CannotCheckError
from voute.server.settings import Settings


def lost_of(settings: Settings) -> str:
    with pytest.raises(CannotCheckError) as caught:
        check_city(settings)
    return str(caught.value.facts["what"])


@pytest.fixture
def founded(tmp_path: Path) -> Settings:
    settings = demo_settings(tmp_path)
    found_city(settings)
    return settings


@pytest.mark.parametrize("kind", ["packs", "log"])
def test_founded_city_that_was_restored_without_a_file_of_a_kind_has_lost_its_locks_alone(
    founded: Settings, tmp_path: Path, kind: str
) -> None:
    frozen = shutil.copytree(founded.data, tmp_path / "frozen")
    # A file in each, so that only the folder in question depends on being made without one.
    for other in ("packs", "log"):
        (frozen / other / "aa").mkdir()
        (frozen / other / "aa" / "note").touch()
    shutil.rmtree(frozen / kind)
    backups = BackupFolder(tmp_path / "backups")
    restore(backups, back_up(backups, frozen), KEY, tmp_path / "back", quiet)
    back = replace(founded, data=tmp_path / "back", locks=tmp_path / "absent")
    assert (back.data / kind).stat().st_mode & 0o777 == 0o700
    assert lost_of(back) == "locks"
    # And without the folder it is no city, whatever else is there.
    (back.data / kind).rmdir()
    assert lost_of(back) == "city"


def test_founded_city_has_no_other_folders_that_make_it_one() -> None:
    assert FOLDERS == ("packs", "log")
