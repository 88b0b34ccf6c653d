"""What every command has in common: exit codes, languages, colours, help, and words instead of stack traces."""

import fcntl
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Department
from tests.support.command import COMMAND, environment, finish, start
from tests.support.ports import free_port
from voute.cli.console import Exit, exit_of
from voute.client.api import CityCertificateError, CityRefusedError, CityUnreachableError, NotYetLoggedError
from voute.client.home import IssuerSettings, create_issuer_home
from voute.client.trust import pin
from voute.core.ids import Slug

COLOUR = re.compile(r"\x1b\[[0-9;]*\b[349][0-7]m")


@pytest.mark.parametrize(("language", "words"), [("fr_CA.UTF-8", "coffre-fort virtuel"), ("en_CA.UTF-8", "virtual vault")])
def test_cli_help_speaks_the_language_of_the_locale(tmp_path: Path, language: str, words: str) -> None:
    ran = finish(start(tmp_path, "--help", env=environment(tmp_path, language))).ended(0)
    assert words in ran.out
    for command in ("demo", "serve", "deliver", "letters", "receipts", "verify", "open", "codes", "trust"):
        assert re.search(rf"\b{command}\b", ran.out), command


def test_cli_delivery_that_is_taken_and_not_logged_yet_ends_like_one_that_can_be_resumed() -> None:
    """The city's disk may be full; `deliver --resume` goes on when there is room (docs/guide/command-line.md)."""
    assert exit_of(NotYetLoggedError()) is exit_of(CityUnreachableError()) is Exit.UNREACHABLE
    assert exit_of(CityCertificateError()) is exit_of(CityRefusedError("state", 409, {})) is Exit.REFUSED


def test_cli_starts_without_loading_server_and_typesetter(tmp_path: Path) -> None:
    heavy = {"litestar", "sqlalchemy", "alembic", "granian", "typst", "voute.server", "voute.paper", "voute.store"}
    program = f"import sys, voute.cli.main; print(sorted({heavy} & set(sys.modules)))"
    python = COMMAND.with_name("python")
    assert subprocess.run([python, "-c", program], capture_output=True, check=True, cwd=tmp_path).stdout == b"[]\n"


@pytest.mark.parametrize(
    "args",
    [
        ("deliver", "absent.csv", "--as", "finances"),
        ("deliver",),
        ("verify", "absent.pdf", "absent.json"),
        ("open", "absent.zip", "--kit", "absent.txt"),
        ("codes", "show", "--as", "finances"),
        ("trust", "pin"),
        ("no-such-command",),
        ("deliver", "--no-such-option"),
    ],
)
def test_cli_wrong_command_line_ends_with_2(office: Department, args: tuple[str, ...]) -> None:
    assert office.voute(*args).ended(2).out == ""


def test_cli_unknown_issuer_folder_ends_with_1(office: Department) -> None:
    ran = office.voute("codes", "list", "--as", "nobody", "--home", office.home.home, "--json").ended(1)
    assert ran.json["error"] == "no-issuer-home"


def test_cli_issuer_that_the_city_does_not_know_sends_nothing(office: Department) -> None:
    stranger = create_issuer_home(office.folder / "home", IssuerSettings(Slug("ville"), Slug("nobody"), office.city.origin, 0))
    pin(stranger.trust_root_path, office.city.trust_root_file.read_bytes())
    before = office.city.snapshot()
    ran = office.voute("deliver", office.bills("a-1"), "--as", "nobody", "--home", stranger.home, "--json").ended(1)
    assert ran.json["error"] == "issuer-not-in-trust-root"
    assert office.city.snapshot() == before


def test_cli_home_without_a_pinned_root_says_what_to_do(office: Department) -> None:
    office.home.trust_root_path.unlink()
    assert office.deliver(office.bills("a-1")).ended(1).json["error"] == "trust-not-pinned"


def test_cli_second_run_of_a_department_waits_its_turn(office: Department) -> None:
    with (office.home.folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert office.deliver(office.bills("a-1")).ended(1).json["error"] == "registry-busy"


def test_cli_city_that_does_not_answer_ends_with_4(office: Department) -> None:
    path = office.home.folder / "issuer.toml"
    path.write_text(path.read_text().replace(office.city.origin, f"http://localhost:{free_port()}"))
    assert office.deliver(office.bills("a-1")).ended(4).json["error"] == "city-unreachable"
    assert "rien ne partira deux fois" in office.deliver(office.bills("a-1"), json=False).ended(4).out


def test_cli_secret_that_others_may_read_is_refused(office: Department) -> None:
    (office.home.folder / "master.key").chmod(0o644)
    assert office.deliver(office.bills("a-1")).ended(1).json["error"] == "issuer-home"


def test_cli_file_that_the_machine_refuses_is_named(office: Department) -> None:
    said = office.deliver(office.bills("a-1")).ended(0).json
    (office.folder / "file").touch()
    output = office.folder / "file" / "receipt.json"
    ran = office.voute("receipts", said["receipts"], "--line", "2", "-o", output, "--json").ended(1)
    assert ran.json["error"] == "machine-refused"
    assert str(office.folder / "file") in ran.json["facts"]["path"]


def in_a_terminal(command: list[str], env: dict[str, str]) -> str:
    """Run a command whose output is a terminal; give what it wrote."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 65_536):
            written += piece
    except OSError:
        pass  # Linux says so when the other side of a terminal has closed.
    finally:
        os.close(ours)
    process.wait()
    return written.decode()


def test_cli_colours_a_terminal_unless_no_color(tmp_path: Path) -> None:
    command = [str(COMMAND), "trust", "show", "--home", str(tmp_path)]
    env = environment(tmp_path, TERM="xterm-256color")
    assert COLOUR.search(in_a_terminal(command, env))
    plain = in_a_terminal(command, env | {"NO_COLOR": "1"})
    assert "racine de confiance" in plain
    assert not COLOUR.search(plain)


def test_cli_json_is_alone_on_standard_output(office: Department) -> None:
    table = office.bills("a-1")
    for args in ((), ("--dry-run",), ()):
        ran = office.deliver(table, *args).ended(0)
        assert len(ran.lines) == 1
        assert ran.err == ""
