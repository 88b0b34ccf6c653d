import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.support.city import LOG_ORIGIN, WITNESS, demo_settings, found_city
from voute.core.ports_log import LockExistsError
from voute.core.ports_store import CatalogueVersionError
from voute.server.ceremony import create_city, migrate, read_city_keys
from voute.server.composition import assemble
from voute.server.keys import KeyFileError
from voute.server.settings import Settings
from voute.server.trust_file import TrustFileError
from voute.store.sql_catalogue import SCHEMA_VERSION


def test_ceremony_makes_a_city_once(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    keys = create_city(settings, LOG_ORIGIN, WITNESS)
    assert keys.witness is not None
    assert (keys.log.origin, keys.witness.name) == (LOG_ORIGIN, WITNESS)
    assert read_city_keys(settings) == keys
    with pytest.raises(KeyFileError):
        create_city(settings, LOG_ORIGIN, WITNESS)
    assert read_city_keys(settings) == keys
    migrate(settings)


def test_ceremony_never_starts_a_log_over_an_existing_lock(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    create_city(settings, LOG_ORIGIN)
    shutil.rmtree(settings.data)
    with pytest.raises(LockExistsError):
        create_city(settings, LOG_ORIGIN)


@pytest.mark.parametrize("kept", ["keys", "keys and catalogue", "keys, catalogue and folder of locks"])
def test_ceremony_cut_short_is_taken_up_with_the_same_keys(tmp_path: Path, kept: str) -> None:
    settings = demo_settings(tmp_path)
    keys = create_city(settings, LOG_ORIGIN, WITNESS)
    shutil.rmtree(settings.log_folder)
    shutil.rmtree(settings.locks_folder)
    if "catalogue" not in kept:
        for path in settings.data.glob("catalogue*"):
            path.unlink()
    if "locks" in kept:
        settings.locks_folder.mkdir()
    assert create_city(settings, LOG_ORIGIN, WITNESS) == keys
    with pytest.raises(KeyFileError):
        create_city(settings, LOG_ORIGIN, WITNESS)


def test_ceremony_begun_for_another_log_is_not_taken_up(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    create_city(settings, LOG_ORIGIN)
    shutil.rmtree(settings.log_folder)
    shutil.rmtree(settings.locks_folder)
    with pytest.raises(KeyFileError):
        create_city(settings, "other.example/log")


def test_ceremony_city_that_lost_its_lock_gets_no_second_log(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    create_city(settings, LOG_ORIGIN)
    shutil.rmtree(settings.locks_folder)
    with pytest.raises(KeyFileError):
        create_city(settings, LOG_ORIGIN)
    assert not settings.locks_folder.exists()


def _set_schema(settings: Settings, number: str) -> None:
    with sqlite3.connect(settings.data / "catalogue.sqlite") as db:
        db.execute("UPDATE alembic_version SET version_num = ?", (number,))
    db.close()


def test_city_of_another_release_does_not_start_and_is_not_changed(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    found_city(settings)
    for number in ("0001", "9999"):
        _set_schema(settings, number)
        with pytest.raises(CatalogueVersionError) as caught:
            assemble(settings)
        assert dict(caught.value.facts) == {"found": number, "needed": SCHEMA_VERSION}
    with pytest.raises(CatalogueVersionError):
        migrate(settings)
    _set_schema(settings, SCHEMA_VERSION)
    assert migrate(settings) == SCHEMA_VERSION
    assemble(settings).stores.catalogue.close()


def test_ceremony_without_witness_has_none(tmp_path: Path) -> None:
    assert create_city(demo_settings(tmp_path), LOG_ORIGIN).witness is None


def test_city_without_trust_root_does_not_start(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    found_city(settings)
    assemble(settings).stores.catalogue.close()
    settings.trust_root_file.write_bytes(b"rubbish")
    with pytest.raises(TrustFileError):
        assemble(settings)
