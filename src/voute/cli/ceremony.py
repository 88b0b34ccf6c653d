"""`voute ceremony`: the officers' keys and the trust root that they sign, each apart, away from the city's server."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from voute.cli.console import Speaker, WrongUseError
from voute.cli.options import Json
from voute.cli.words import help_of
from voute.client.disk import DISK
from voute.client.log_times import log_warnings
from voute.client.officer import OfficerKey, TokenError, TokenPlace, make_officer_key, read_officer_key
from voute.client.plan import draft, join, message_of, plan_of, signature_of
from voute.client.root_lines import changes_of, lines_of
from voute.core.values import time_text, unix_time
from voute.format.trust_root import TrustRoot, fingerprint, parse_trust_root
from voute.verify.trust import TrustedRoot, accept_first

DELAY_DAYS: Final = 7
"""Days before a later root counts: so long has everybody to notice one that was signed with stolen keys."""
PIN: Final = "TOKEN_PIN"
"""The variable that holds a token's PIN where nobody can be asked."""

app = typer.Typer(no_args_is_help=True)

After = Annotated[Path | None, typer.Option("--after", exists=True, dir_okay=False, help=help_of("option-ceremony-after"))]
Out = Annotated[Path, typer.Option("-o", "--output", dir_okay=False, help=help_of("option-ceremony-output"))]
Module = Annotated[str | None, typer.Option("--pkcs11", help=help_of("option-pkcs11"))]
Token = Annotated[str, typer.Option("--token", help=help_of("option-token"))]
Label = Annotated[str, typer.Option("--label", help=help_of("option-token-label"))]


def _after(path: Path | None) -> TrustedRoot | None:
    return None if path is None else accept_first(path.read_bytes())


@app.command("key", help=help_of("help-ceremony-key"))
def key(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", dir_okay=False, help=help_of("option-officer-key"))] = None,
    module: Module = None,
    token: Token = "",
    label: Label = "voute-officer",
    as_json: Json = False,
) -> None:
    """Make an officer's key: a file for a safe, or inside a token."""
    speaker = Speaker(as_json=as_json)
    if module is not None:
        with _token(speaker, TokenPlace(module, token, label), make=True) as made:
            facts = {"public": made.public.hex(), "recipient": ""}
    elif path is not None:
        card = make_officer_key(path)
        facts = {"public": card.public.hex(), "recipient": card.recipient}
    else:
        raise WrongUseError(speaker.words.text("ceremony-which-key"))
    speaker.give(facts)
    if not as_json:
        speaker.say("ceremony-key-token" if module else "ceremony-key", facts)


@app.command("plan", help=help_of("help-ceremony-plan"))
def plan(
    source: Annotated[Path, typer.Argument(metavar="trust-root.json", exists=True, dir_okay=False)],
    output: Out = Path("plan.json"),
    as_json: Json = False,
) -> None:
    """Write the plan of an existing trust root, to be edited into the next one."""
    DISK.replace(output, plan_of(accept_first(source.read_bytes()).root).encode(), mode=0o644)
    speaker = Speaker(as_json=as_json)
    speaker.give({"path": str(output)})
    if not as_json:
        speaker.say("ceremony-planned", {"path": str(output)})


@app.command("draft", help=help_of("help-ceremony-draft"))
def make_draft(
    source: Annotated[Path, typer.Argument(metavar="plan.json", exists=True, dir_okay=False)],
    after: After = None,
    delay_days: Annotated[int | None, typer.Option("--delay-days", min=0, help=help_of("option-ceremony-delay"))] = None,
    output: Out = Path("draft.json"),
    as_json: Json = False,
) -> None:
    """Make the draft that all officers sign; the same bytes for each."""
    known = _after(after)
    wait = (0 if known is None else DELAY_DAYS) if delay_days is None else delay_days
    payload = draft(source.read_bytes(), unix_time(int(time.time())), wait, known)
    DISK.replace(output, payload, mode=0o644)
    _show(Speaker(as_json=as_json), payload, known)


@app.command("sign", help=help_of("help-ceremony-sign"))
def sign(  # noqa: PLR0913, PLR0917 -- Typer reads the options from the parameters
    source: Annotated[Path, typer.Argument(metavar="draft.json", exists=True, dir_okay=False)],
    key_file: Annotated[
        Path | None, typer.Option("--key", exists=True, dir_okay=False, help=help_of("option-officer-key"))
    ] = None,
    module: Module = None,
    token: Token = "",
    label: Label = "voute-officer",
    after: After = None,
    yes: Annotated[bool, typer.Option("--yes", help=help_of("option-yes"))] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", dir_okay=False, help=help_of("option-signature-output"))
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what would be signed, ask, sign; the signature is a file to be brought to who joins them.

    Its name has the key's beginning: officers who sign in one folder never write over each other's.
    """
    speaker, payload, known = Speaker(as_json=as_json), source.read_bytes(), _after(after)
    message = message_of(payload)
    _show(speaker, payload, known)
    if not yes and not speaker.confirms("ceremony-confirm"):
        raise typer.Exit(1)
    with _officer(speaker, key_file, module, token, label) as officer:
        signed = signature_of(payload, officer.public, officer.sign(message), known)
        public = officer.public.hex()
    path = output or Path(f"signature-{public[:8]}.json")
    DISK.replace(path, signed, mode=0o644)
    speaker.give({"signed_by": public, "path": str(path)})
    if not as_json:
        speaker.say("ceremony-signed", {"public": public, "path": str(path)})


@app.command("join", help=help_of("help-ceremony-join"))
def join_signatures(
    signatures: Annotated[list[Path], typer.Argument(metavar="signature.json…", exists=True, dir_okay=False)],
    after: After = None,
    output: Out = Path("trust-root.json"),
    as_json: Json = False,
) -> None:
    """Join the officers' signatures; refused unless every client would accept the result."""
    known = _after(after)
    trusted = join([path.read_bytes() for path in signatures], known)
    DISK.replace(output, trusted.envelope.raw, mode=0o644)
    speaker = Speaker(as_json=as_json)
    _show(speaker, trusted.envelope.payload, known)
    if not as_json:
        speaker.say("ceremony-joined", {"path": str(output), "count": len(trusted.envelope.signatures)})


@contextmanager
def _officer(speaker: Speaker, path: Path | None, module: str | None, token: str, label: str) -> Iterator[OfficerKey]:
    if module is not None:
        with _token(speaker, TokenPlace(module, token, label)) as officer:
            yield officer
    elif path is not None:
        yield read_officer_key(path)
    else:
        raise WrongUseError(speaker.words.text("ceremony-which-key"))


@contextmanager
def _token(speaker: Speaker, place: TokenPlace, *, make: bool = False) -> Iterator[OfficerKey]:
    try:
        from voute.client.token import token_key
    except ImportError as error:
        raise TokenError("the extra pkcs11 is not installed", why="library") from error
    pin = os.environ.get(PIN) or typer.prompt(speaker.words.text("ceremony-pin"), hide_input=True, err=True)
    with token_key(place, pin, make=make) as key:
        yield key


def _show(speaker: Speaker, payload: bytes, after: TrustedRoot | None) -> None:
    """Say in words what a draft would make true, then every value of it, or every one that it changes in the root before.

    Officers compare it on their own screens, by its fingerprint; a key that they were not shown must not be in it.
    """
    root: TrustRoot = parse_trust_root(payload)
    facts = {
        "name": root.names.fr if speaker.words.language == "fr" else root.names.en,
        "city": root.city,
        "origin": root.origin,
        "number": root.number,
        "effective": time_text(root.effective_at),
        "officers": len(root.keys),
        "threshold": root.threshold,
        "logs": ", ".join(one.origin for one in root.logs),
        "witnesses": ", ".join(one.name for one in root.witnesses) or "-",
        "quorum": root.quorum,
        "issuers": ", ".join(f"{one.id} ({len(one.keys)})" for one in root.issuers) or "-",
        "fingerprint": fingerprint(payload),
    }
    lines = lines_of(payload) if after is None else changes_of(payload, after)
    warnings = log_warnings(root, None if after is None else after.root)
    speaker.give({**facts, "lines": lines, "warnings": [one.why for one in warnings]})
    if not speaker.as_json:
        speaker.say("ceremony-draft", facts)
        speaker.say("ceremony-whole" if after is None else "ceremony-changes", facts)
        for line in lines:
            speaker.screen.print(f"  {line}", markup=False)
        for one in warnings:
            told = {"why": one.why, "origin": one.origin, "at": time_text(one.at)}
            speaker.say("ceremony-log-warning", told, style="bold yellow")
