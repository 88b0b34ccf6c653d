"""A fault of ours: words and a number on the screen, its place in a file, the values involved nowhere but with `--debug`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from voute.cli.fault import FaultUnkeptError, faults_file, keep_fault
from voute.cli.main import app, main

SECRET = "3F8K-ZQ2M"


def fail() -> None:
    raise ZeroDivisionError(SECRET)


@pytest.fixture(autouse=True)
def failing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "fr_CA.UTF-8")
    app.command("fail", hidden=True)(fail)
    yield
    app.registered_commands.pop()


def ran(monkeypatch: pytest.MonkeyPatch, *args: str) -> None:
    monkeypatch.setattr(sys, "argv", ["voute", *args])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1


def test_cli_fault_is_words_and_a_number_into_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran(monkeypatch, "fail")
    said = capsys.readouterr()
    kept = faults_file().read_text("utf-8")
    number = kept.split()[1]
    assert f"Numéro\u00a0: {number}" in said.out
    assert str(faults_file()) in said.out
    assert "ZeroDivisionError" in kept
    assert f"{__file__}:" in kept
    for text in (said.out, said.err, kept):
        assert SECRET not in text
    assert "Traceback" not in said.out + said.err
    assert ".py" not in said.out + said.err
    ran(monkeypatch, "fail")
    assert faults_file().read_text("utf-8").count("ZeroDivisionError") == 2


def test_cli_fault_with_debug_is_shown_whole(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ran(monkeypatch, "--debug", "fail")
    said = capsys.readouterr()
    assert f"ZeroDivisionError: {SECRET}" in said.err
    assert "Numéro" in said.out


def test_cli_fault_that_can_not_be_written_down_is_said_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "voute").touch()
    assert isinstance(keep_fault(ZeroDivisionError()), FaultUnkeptError)


def test_cli_fault_file_begins_anew_when_it_is_large(tmp_path: Path) -> None:
    keep_fault(ZeroDivisionError())
    with faults_file().open("a", encoding="utf-8") as file:
        file.write("x" * 1_000_000)
    keep_fault(KeyError())
    assert faults_file().stat().st_size < 200
    assert tmp_path in faults_file().parents
