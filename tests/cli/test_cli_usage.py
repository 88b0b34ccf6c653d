"""Help and errors of the command line: all of them in French, all of them in English, nothing of the parser's own words."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.command import COMMAND, Voute, environment
from voute.server.release import RELEASE

_WALK = """
import io, json, sys
from contextlib import redirect_stdout
import typer
from voute.cli.console import Speaker
from voute.cli.main import app
from voute.cli.usage import speak
from typer._click.core import Context

found = {}

def walk(command, path, parent):
    ctx = Context(command, parent=parent, info_name=path[-1])
    said = io.StringIO()
    with redirect_stdout(said):
        command.get_help(ctx)
    params = {one.name: getattr(one, "help", None) for one in command.get_params(ctx)}
    found[" ".join(path)] = {"said": said.getvalue(), "params": params, "help": command.help}
    for name, one in getattr(command, "commands", {}).items():
        walk(one, [*path, name], ctx)

command = typer.main.get_command(app)
speak(command, Speaker(as_json=False).words)
walk(command, ["voute"], None)
json.dump(found, sys.stdout)
"""
_NAMES = re.compile(
    r"--[a-z0-9-]+|« .*? »|“.*?”|[a-z./~]+\.[a-z./]+|\S*[0-9_/]\S*|\S*\.\w\S*|(?:voute|VOUTE)\S*|https\S*",
)
"""What is typed as it stands: options, commands in quotation marks, files, variables."""
ALIKE = {
    *("absent", "archive", "arguments", "catalogue", "client", "code", "compare", "date", "document", "documents", "machine"),
    *("change", "module", "moment", "options", "pages", "port", "quorum", "signature", "signatures", "standard", "usage"),
    *("ctrl", "json", "mbox", "mm", "pem", "postgresql", "voûte", "data", "finances", "tlog"),
}
"""Words of both languages; and names: of keys, formats, programs, of the setting `data`, of a department."""


def helps(folder: Path, language: str) -> dict[str, dict[str, object]]:
    command = [str(COMMAND.with_name("python")), "-c", _WALK]
    env = environment(folder, f"{language}_CA.UTF-8")
    ran = subprocess.run(command, env=env, cwd=folder, capture_output=True, check=True)
    found: dict[str, dict[str, object]] = json.loads(ran.stdout)
    return found


def words_of(found: dict[str, dict[str, object]]) -> set[str]:
    """Words of the helps, without the names of commands at the beginning of a line of the table."""
    names = {part for path in found for part in re.split("[ -]", path)}
    text = " ".join(_NAMES.sub(" ", str(one["said"]).replace("│", " ")) for one in found.values())
    return {word.lower() for word in re.findall(r"[^\W\d_]{2,}", text)} - names


def test_cli_help_of_every_command_is_in_its_language_alone(tmp_path: Path) -> None:
    french, english = helps(tmp_path, "fr"), helps(tmp_path, "en")
    assert french.keys() == english.keys()
    assert len(french) > 40
    assert words_of(french) & words_of(english) == ALIKE


def test_cli_version_is_said(voute: Voute) -> None:
    assert voute("--version").ended(0).out.strip() == RELEASE


def test_cli_help_explains_every_argument_and_option(tmp_path: Path) -> None:
    for path, one in helps(tmp_path, "fr").items():
        assert one["help"], path
        params = one["params"]
        assert isinstance(params, dict)
        assert [name for name, text in params.items() if not text] == [], path


@pytest.mark.parametrize(
    ("args", "french", "english"),
    [
        (
            ("delivr",),
            "Il n'y a pas de commande « delivr ». Peut-être : deliver",
            "There is no command “delivr”. Perhaps: deliver",
        ),
        (
            ("serve", "--prot", "1"),
            "Il n'y a pas d'option --prot. Peut-être : --port",
            "There is no option --prot. Perhaps: --port",
        ),
        (("deliver", "--as"), "L'option --as demande une valeur.", "Option --as needs a value."),
        (("fsck", "--quick=3"), "L'option --quick ne prend pas de valeur.", "Option --quick takes no value."),
        (("fsck", "x"), "C'est un argument de trop : x", "That is one argument too many: x"),
        (("deliver",), "Il manque --as.", "--as is missing."),
        (("trust", "pin"), "Il manque racine.json.", "trust-root.json is missing."),
        (("trust", "pin", "no"), "racine.json : « no » n'existe pas.", "trust-root.json: “no” does not exist."),
        (
            ("trust", "pin", "/"),
            "racine.json : « / » est un dossier; il faut un fichier.",
            "“/” is a folder; it must be a file.",
        ),
        (("serve", "--port", "x"), "--port : cette valeur ne convient pas; il faut <nombre>", "it takes <number>"),
        (("witness", "serve", "w", "--port", "0"), "il faut <nombre> 1<=x<=65535", "it takes <number> 1<=x<=65535"),
    ],
)
def test_cli_wrong_line_is_explained(voute: Voute, tmp_path: Path, args: tuple[str, ...], french: str, english: str) -> None:
    for language, words in (("fr_CA.UTF-8", french), ("en_CA.UTF-8", english)):
        ran = voute(*args, env=environment(tmp_path, language)).ended(2)
        assert ran.out == ""
        assert words in ran.err.replace("\u00a0", " ")
