"""`voute serve` that cannot start: said in words, whether it answers in one process or in several."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.city import demo_settings, found_city
from tests.support.command import Ran, environment, finish, start
from tests.support.ports import free_port
from voute.server.settings import Settings, write_settings


@pytest.fixture
def founded(tmp_path: Path) -> Settings:
    settings = demo_settings(tmp_path)
    found_city(settings)
    return settings


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


def refused(settings: Settings, workers: int, **more: str) -> Ran:
    variables = {**write_settings(settings), "VOUTE_WORKERS": str(workers), "VOUTE_PORT": str(free_port()), **more}
    return finish(start(settings.data.parent, "serve", env=environment(settings.data.parent, "en_CA.UTF-8", **variables))).ended(
        1
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_cli_serve_without_trust_root_says_so_once(founded: Settings, workers: int) -> None:
    founded.trust_root_file.unlink()
    assert refused(founded, workers).said.count("The city's trust root is missing") == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_cli_serve_on_an_address_that_another_program_has_names_it(founded: Settings, workers: int, taken: int) -> None:
    said = refused(founded, workers, VOUTE_PORT=str(taken)).said
    assert f"ss -ltnp sport = {taken}" in said


def test_cli_serve_after_a_restore_waits_for_the_lock(founded: Settings) -> None:
    shutil.rmtree(founded.locks_folder)
    said = refused(founded, 2).said
    assert "voute admin log-recover" in said
    assert not founded.locks_folder.exists()


def test_cli_serve_names_the_setting_that_is_wrong(founded: Settings) -> None:
    assert "wrokers" in refused(founded, 1, VOUTE_WROKERS="2").said
