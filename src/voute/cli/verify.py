"""`voute verify`: says whether a document is a city's original, offline, and step by step why."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from voute.cli.console import Exit, Speaker
from voute.cli.options import Home, Json
from voute.cli.words import help_of
from voute.client.home import default_home
from voute.client.trust import PinnedTrust, read_pinned
from voute.core.errors import VouteError
from voute.core.values import time_text
from voute.format.receipt import MAX_RECEIPT
from voute.verify.receipt import STEPS, Verdict, digest, verify_receipt


def verify(
    document: Annotated[Path, typer.Argument(metavar="DOCUMENT.pdf", exists=True, dir_okay=False)],
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT.json", exists=True, dir_okay=False)],
    trust_root: Annotated[Path | None, typer.Option("--trust-root", help=help_of("option-trust-root"), dir_okay=False)] = None,
    witnessed: Annotated[bool, typer.Option("--witnessed", help=help_of("option-witnessed"))] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Verify a document with its receipt; nothing leaves this machine."""
    speaker = Speaker(as_json=as_json)
    trust = read_pinned(trust_root or (home or default_home()) / "trust-root.json")
    with document.open("rb") as file:
        found = digest(file)
    with receipt.open("rb") as file:
        raw = file.read(MAX_RECEIPT + 1)
    try:
        verdict = verify_receipt(found, raw, trust.root, require_witnessed=witnessed)
    except VouteError as error:
        _show_failure(speaker, error)
        raise typer.Exit(Exit.REFUSED) from error
    _show(speaker, verdict, trust)


def _show_failure(speaker: Speaker, error: VouteError) -> None:
    failed = error.facts.get("step")
    if not speaker.as_json and isinstance(failed, int):
        for number, name in enumerate(STEPS[:failed]):
            _step(speaker, number, name, "✓", "green")
        _step(speaker, failed, STEPS[failed], "✗", "bold red")
    speaker.fail(error)


def _step(speaker: Speaker, number: int, name: str, mark: str, style: str) -> None:
    speaker.screen.print(f"  {mark} {number}. {speaker.words.text(f'verify-step-{name}')}", style=style, markup=False)


def _show(speaker: Speaker, verdict: Verdict, trust: PinnedTrust) -> None:
    french = speaker.words.language == "fr"
    witnessed_at = None if verdict.witnessed_at is None else time_text(verdict.witnessed_at)
    speaker.give(
        {
            "verdict": str(verdict.state),
            "city": trust.root.city,
            "issuer": verdict.issuer,
            "document_id": verdict.document_id.hex(),
            "title": verdict.title,
            "issued_at": time_text(verdict.issued_at),
            "event_time": time_text(verdict.event_time),
            "witnessed_at": witnessed_at,
            "index": verdict.index,
            "tree_size": verdict.tree_size,
            "fingerprint": trust.trusted.fingerprint,
            "steps": [name for _, name in verdict.steps],
        }
    )
    if speaker.as_json:
        return
    for number, name in verdict.steps:
        _step(speaker, number, name, "✓", "green")
    facts = {
        "city": trust.root.names.fr if french else trust.root.names.en,
        "issuer": verdict.names.fr if french else verdict.names.en,
        "title": verdict.title,
        "time": datetime.fromtimestamp(verdict.event_time, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z"),
        "fingerprint": trust.trusted.fingerprint,
        "index": verdict.index,
    }
    speaker.say(f"verify-{verdict.state}", facts, style="bold green")
    speaker.say("verify-fingerprint", facts)
