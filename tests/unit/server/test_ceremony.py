import shutil
from pathlib import Path

import pytest

from tests.support.city import LOG_ORIGIN, WITNESS, demo_settings, found_city
from voute.core.ports_log import LockExistsError
from voute.server.ceremony import create_city, migrate, read_city_keys
from voute.server.composition import assemble
from voute.server.keys import KeyFileError
from voute.server.trust_file import TrustFileError


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


def test_ceremony_without_witness_has_none(tmp_path: Path) -> None:
    assert create_city(demo_settings(tmp_path), LOG_ORIGIN).witness is None


def test_city_without_trust_root_does_not_start(tmp_path: Path) -> None:
    settings = demo_settings(tmp_path)
    found_city(settings)
    assemble(settings).stores.catalogue.close()
    settings.trust_root_file.write_bytes(b"rubbish")
    with pytest.raises(TrustFileError):
        assemble(settings)
