"""Where lines end in a narrow terminal: nothing is parted at a space that does not break."""

import re
from pathlib import Path

import pytest

from tests.support.command import Voute, environment
from voute.cli.console import Speaker
from voute.cli.findings import show_findings
from voute.client.findings import Finding, Problem

NARROW = "40"
FOUND = (
    Problem.COLUMN_UNKNOWN,
    Problem.CELL_MISSING,
    Problem.DATE_MALFORMED,
    Problem.TYPE_UNKNOWN,
    Problem.FILE_ENCRYPTED,
)
TORN = re.compile("«(?!\u00a0\\S)|(?<!\\S\u00a0)»|(?<!\\S\u00a0):(?=\\s|$)", re.MULTILINE)
"""A quotation mark or a colon of French without its word: at the end of a line, or at the start of one."""


def test_cli_table_in_a_narrow_terminal_parts_nothing_at_a_no_break_space(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", NARROW)
    facts = {"column": "title", "file": "avis.pdf", "cell": "3 mars", "type": "avis", "known": "taxes, permis"}
    found = [Finding(line, problem, facts) for line, problem in enumerate(FOUND, 2)]
    show_findings(Speaker(as_json=False, language="fr"), found, "deliver-refused")
    said = capsys.readouterr().out
    table = said[said.index("Ligne") :]
    assert max(map(len, table.splitlines())) <= int(NARROW)
    assert table.count("«") == table.count("»") >= len(found)
    assert TORN.findall(table) == []


@pytest.mark.parametrize("command", [("verify",), ("open",), ("ceremony", "plan"), ("admin", "cors")], ids=" ".join)
def test_cli_help_in_a_narrow_terminal_parts_nothing_at_a_no_break_space(
    voute: Voute, tmp_path: Path, command: tuple[str, ...]
) -> None:
    for width in (NARROW, "60", "80"):
        said = voute(*command, "--help", env=environment(tmp_path, "fr_CA.UTF-8", COLUMNS=width)).ended(0).out
        assert "\u00a0" in said
        assert TORN.findall(said) == [], (width, said)
