"""`voute monitor`: follows a city's log and pages, and says in one line what is wrong."""

import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from voute.cli.acts import local_time
from voute.cli.console import Exit, Speaker, WrongUseError, exit_of
from voute.cli.options import Home, Json
from voute.cli.words import help_of
from voute.client.home import default_home
from voute.client.monitor import MAX_AGE, PATIENCE, Monitor, Report, Watched
from voute.client.monitor_log import judge_by_keys
from voute.client.monitor_roots import Waiting
from voute.client.trust import read_pinned
from voute.core.values import time_text
from voute.tlog.note import VerifierKey
from voute.tlog.timestamp import Chain


def monitor(  # noqa: PLR0913, PLR0917 -- each is an option of the command line
    address: Annotated[str, typer.Argument(metavar="URL", help=help_of("option-monitor-url"))],
    trust_root: Annotated[Path | None, typer.Option("--trust-root", help=help_of("option-trust-root"), dir_okay=False)] = None,
    log_key: Annotated[list[str] | None, typer.Option("--log-key", metavar="VKEY", help=help_of("option-monitor-key"))] = None,
    once: Annotated[bool, typer.Option("--once", help=help_of("option-monitor-once"))] = False,
    every: Annotated[int | None, typer.Option("--every", min=1, metavar="SECONDS", help=help_of("option-monitor-every"))] = None,
    max_age: Annotated[int, typer.Option("--max-age", min=1, metavar="SECONDS", help=help_of("option-monitor-age"))] = MAX_AGE,
    patience: Annotated[
        float, typer.Option("--patience", min=0, metavar="SECONDS", help=help_of("option-monitor-patience"))
    ] = PATIENCE,
    authority: Annotated[Path | None, typer.Option("--tsa", exists=True, dir_okay=False, help=help_of("option-tsa"))] = None,
    state: Annotated[Path | None, typer.Option("--state", dir_okay=False, help=help_of("option-monitor-state"))] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Look once, or again and again; every look is one line."""
    speaker = Speaker(as_json=as_json)
    if once and every is not None:
        raise WrongUseError(speaker.words.text("monitor-once-or-every"))
    if not address.startswith(("https://", "http://")):
        raise WrongUseError(speaker.words.text("monitor-address"))
    home = home or default_home()
    keys = [VerifierKey.parse(text) for text in log_key or ()]
    pinned = None if keys else read_pinned(trust_root or home / "trust-root.json").trusted
    chain = None if authority is None else Chain.of_pem(authority.read_bytes())
    watched = Watched(address, judge_by_keys(keys) if keys else None, pinned, chain)
    path = state or home / f"monitor-{sha256(address.encode()).hexdigest()[:16]}.json"
    watcher = Monitor(watched, path, max_age=max_age, patience=patience)
    while True:
        report = watcher.look()
        _show(speaker, address, report)
        if every is None:
            raise typer.Exit(_exit_code(report))
        time.sleep(every)


def _exit_code(report: Report) -> Exit:
    if not report.problems:
        return Exit.OK
    return exit_of(report.problems[0])


def _what(speaker: Speaker, report: Report) -> str:
    """Say the gravest finding, what to do, and where the proof is."""
    gravest = report.problems[0]
    what, fix = speaker.words_of(gravest)
    if exit_of(gravest) is Exit.UNREACHABLE:
        # Nothing was sent that could go twice: words for who watches, not for who delivers.
        what, fix = speaker.words.text("monitor-silent"), speaker.words.text("monitor-silent.fix")
    proof = [] if report.evidence is None else [speaker.words.text("monitor-proof", {"path": str(report.evidence)})]
    return " ".join((what, fix, *proof))


def _waiting(waiting: Waiting | None) -> dict[str, object] | None:
    if waiting is None:
        return None
    root = waiting.trusted.root
    return {
        "number": root.number,
        "sha256": waiting.trusted.hash.hex(),
        "issued_at": time_text(root.issued_at),
        "effective_at": time_text(root.effective_at),
        "signed_by": list(waiting.signed_by),
    }


def _show(speaker: Speaker, address: str, report: Report) -> None:
    head = None if report.look is None else report.look.head
    facts: dict[str, object] = {
        "url": address,
        "time": datetime.fromtimestamp(report.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "origin": None if head is None else head.signed.head.origin,
        "size": None if head is None else head.signed.head.size,
        "new": 0 if report.look is None else report.look.new,
        "witnesses": [] if head is None else list(head.witnesses),
        "quorum": None if head is None else head.quorum,
        "seen_at": None if head is None else head.seen_at,
        "release": report.release,
        "addresses": report.addresses,
        "stamped_at": report.stamped_at,
        "waiting": _waiting(report.waiting),
        "evidence": None if report.evidence is None else str(report.evidence),
        "problems": [{"error": one.code, "detail": one.detail, "facts": dict(one.facts)} for one in report.problems],
    }
    speaker.give(facts)
    if speaker.as_json:
        return
    if report.waiting is not None:
        root = report.waiting.trusted.root
        told = {
            "number": root.number,
            "effective": local_time(root.effective_at),
            "issued": local_time(root.issued_at),
            "keys": ", ".join(report.waiting.signed_by),
        }
        speaker.say("monitor-waiting", told, style="yellow")
    if report.problems:
        what = _what(speaker, report)
        said = {"time": facts["time"], "url": address, "what": what, "more": len(report.problems) - 1}
        speaker.say("monitor-wrong", said, style="bold red")
    elif head is not None:
        said = {**facts, "count": len(head.witnesses), "release": report.release or "–"}
        said = {key: value for key, value in said.items() if isinstance(value, str | int)}
        speaker.say("monitor-log-well" if report.release is None else "monitor-well", said, style="green")
