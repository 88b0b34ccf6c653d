"""What is wrong with a list, as a table for people and as JSON for programs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table as Grid

from voute.cli.console import Speaker
from voute.client.columns import heading_of
from voute.client.findings import Finding

SHOWN_FINDINGS = 50
"""Findings shown on a screen; all of them are in the JSON."""


def beside(table: Path) -> Path:
    """Say where the PDFs of a list are when nobody said so."""
    folder = table.parent / "pdf"
    return folder if folder.is_dir() else table.parent


def as_facts(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Give findings as JSON holds them."""
    return [{"line": one.line, "problem": str(one.problem), "facts": dict(one.facts)} for one in findings]


def give_findings(speaker: Speaker, findings: Sequence[Finding]) -> None:
    """Say to a program that the list was refused."""
    speaker.give({"error": "preflight-failed", "findings": as_facts(findings)})


def show_findings(speaker: Speaker, findings: Sequence[Finding], key: str) -> None:
    """Show what is wrong, line by line with its remedy, under the message `key` with their count."""
    words = speaker.words
    grid = Grid(show_edge=False, pad_edge=False)
    for column in ("line", "what", "fix"):
        heading = words.text(f"deliver-findings-{column}")
        grid.add_column(heading, overflow="fold", justify="right" if column == "line" else "left")
    for one in findings[:SHOWN_FINDINGS]:
        name = f"preflight-{one.problem}"
        facts = {key: heading_of(str(fact), words.language) if key == "column" else fact for key, fact in one.facts.items()}
        grid.add_row(str(one.line), words.text(name, facts), words.text(f"{name}.fix", facts))
    speaker.say(key, {"count": len(findings)}, style="bold red")
    speaker.screen.print(grid)
    if len(findings) > SHOWN_FINDINGS:
        speaker.say("deliver-more", {"count": len(findings) - SHOWN_FINDINGS})
