"""`voute verify`: says offline, and step by step why, whether a document is a city's original, or an act a holder's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Final

import typer

from voute.cli.acts import act_facts, act_words, line_of, local_time
from voute.cli.console import Exit, Speaker
from voute.cli.options import Home, Json
from voute.cli.words import help_of
from voute.client.home import default_home
from voute.client.trust import PinnedTrust, read_pinned
from voute.core.errors import FormatError, StateError, VouteError
from voute.core.values import UnixTime, time_text
from voute.format.act_proof import parse_act_proof
from voute.format.archive import MAX_RECORDS_FILE, RECORDS, parse_records
from voute.format.canonical import MAX_BYTES
from voute.format.receipt import MAX_RECEIPT, Receipt, parse_receipt
from voute.format.trust_root import TrustRoot
from voute.tlog.timestamp import Chain
from voute.verify.act import ACT_STEPS, ProvenAct, verify_act, verify_act_proof
from voute.verify.receipt import STEPS, Verdict, digest, verify_receipt
from voute.verify.timestamp import MAX_STAMPED, receipt_stamped_at

MAX_PROOF: Final = MAX_BYTES + MAX_RECEIPT + 64
"""An act, its receipt, and their two names."""
_ACT_FIRST: Final = b'{"act":'
_WITH_RECORDS: Final = b'{"act":"'
"""A proof file begins so, canonical as it is; what pages gave before there were any goes on with an object."""


class RecordsMissingError(StateError):
    """An act is to be verified, and the records of its vault are not there."""

    code: ClassVar[str] = "records-missing"


def verify(  # noqa: PLR0913, PLR0917 -- each is an option of the command line
    document: Annotated[Path, typer.Argument(metavar="DOCUMENT.pdf|ACT.json", exists=True, dir_okay=False)],
    receipt: Annotated[Path | None, typer.Argument(metavar="RECEIPT.json", exists=True, dir_okay=False)] = None,
    trust_root: Annotated[Path | None, typer.Option("--trust-root", help=help_of("option-trust-root"), dir_okay=False)] = None,
    witnessed: Annotated[bool, typer.Option("--witnessed", help=help_of("option-witnessed"))] = False,
    authority: Annotated[Path | None, typer.Option("--tsa", exists=True, dir_okay=False, help=help_of("option-tsa"))] = None,
    timestamp: Annotated[
        Path | None, typer.Option("--timestamp", exists=True, dir_okay=False, help=help_of("option-timestamp"))
    ] = None,
    records: Annotated[Path | None, typer.Option("--records", help=help_of("option-records"), dir_okay=False)] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Verify a document, or an act, with its receipt; nothing leaves this machine."""
    speaker = Speaker(as_json=as_json)
    trust = read_pinned(trust_root or (home or default_home()) / "trust-root.json")
    raw = None if receipt is None else _head(receipt, MAX_RECEIPT)
    of_act = raw is None or records is not None or _is_of_act(raw)
    steps: Sequence[str] = ACT_STEPS if of_act else STEPS
    proven: ProvenAct | Verdict
    try:
        if raw is None or of_act:
            chain = _Records((receipt or document).parent, records)
            proven, found_receipt = _prove_act(document, raw, chain, trust.root, witnessed=witnessed)
        else:
            with document.open("rb") as file:
                found = digest(file)
            proven, found_receipt = verify_receipt(found, raw, trust.root, require_witnessed=witnessed), parse_receipt(raw)
        stamped_at = None if authority is None else _stamped_at(found_receipt, authority, timestamp)
    except VouteError as error:
        _show_failure(speaker, error, steps)
        raise typer.Exit(Exit.REFUSED) from error
    if isinstance(proven, ProvenAct):
        _show_act(speaker, proven, trust, stamped_at)
    else:
        _show(speaker, proven, trust, stamped_at)


def _head(path: Path, maximum: int) -> bytes:
    """Read a small file, and one byte more than may be there, so that a parser sees what is too long."""
    with path.open("rb") as file:
        return file.read(maximum + 1)


def _kept(proof: bytes) -> tuple[bytes, bytes]:
    """Take apart the proof of an act as pages gave it first, `{"act":…,"receipt":…}` without a space; raises `FormatError` alone.

    Both parts are judged by their own parsers; none of them can hold the second name.
    """
    act, name, receipt = proof.removesuffix(b"}").partition(b',"receipt":')
    if len(proof) > MAX_PROOF or not act.startswith(_ACT_FIRST) or not name or not proof.endswith(b"}"):
        raise FormatError("proof: not an act and its receipt")
    return act.removeprefix(_ACT_FIRST), receipt


def _stamped_at(receipt: Receipt, authority: Path, timestamp: Path | None) -> UnixTime:
    stamped = None if timestamp is None else _head(timestamp, MAX_STAMPED)
    return receipt_stamped_at(receipt, Chain.of_pem(authority.read_bytes()), stamped)


def _is_of_act(receipt: bytes) -> bool:
    """Say whether a receipt speaks of an act: it has no manifest. What does not parse is left to the steps."""
    try:
        return parse_receipt(receipt).manifest is None
    except VouteError:
        return False


@dataclass(frozen=True, slots=True)
class _Records:
    """Where the records of an act's vault are: in the file that was named, else beside the receipt."""

    folder: Path
    named: Path | None

    def read(self) -> tuple[bytes, ...]:
        path = self.named or self.folder / RECORDS
        if not path.is_file():
            raise RecordsMissingError("no records", path=str(path))
        return parse_records(_head(path, MAX_RECORDS_FILE))


def _prove_act(
    document: Path, receipt: bytes | None, chain: _Records, root: TrustRoot, *, witnessed: bool
) -> tuple[ProvenAct, Receipt]:
    if receipt is not None:
        act = _head(document, MAX_BYTES)
    elif not (kept := _head(document, MAX_PROOF)).startswith(_WITH_RECORDS):
        act, receipt = _kept(kept)
    else:
        proven, proof = verify_act_proof(kept, root, require_witnessed=witnessed), parse_act_proof(kept)
        if chain.named is None:
            return proven, proof.receipt
        # Whoever names records wants the act to be of that vault.
        act, receipt = proof.act, proof.receipt.encode()
    return verify_act(act, receipt, chain.read(), root, require_witnessed=witnessed), parse_receipt(receipt)


def _show_failure(speaker: Speaker, error: VouteError, steps: Sequence[str]) -> None:
    failed = error.facts.get("step")
    if not speaker.as_json and isinstance(failed, int):
        for number, name in enumerate(steps[:failed]):
            _step(speaker, number, name, "✓", "green")
        _step(speaker, failed, steps[failed], "✗", "bold red")
    speaker.fail(error)


def _step(speaker: Speaker, number: int, name: str, mark: str, style: str) -> None:
    speaker.screen.print(f"  {mark} {number}. {speaker.words.text(f'verify-step-{name}')}", style=style, markup=False)


def _show(speaker: Speaker, verdict: Verdict, trust: PinnedTrust, stamped_at: UnixTime | None) -> None:
    french = speaker.words.language == "fr"
    speaker.give(
        {
            "verdict": str(verdict.state),
            "city": trust.root.city,
            "issuer": verdict.issuer,
            "document_id": verdict.document_id.hex(),
            "title": verdict.title,
            "issued_at": time_text(verdict.issued_at),
            "event_time": time_text(verdict.event_time),
            "witnessed_at": _time(verdict.witnessed_at),
            "stamped_at": _time(stamped_at),
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
        "time": local_time(verdict.event_time),
        "line": line_of(verdict.index),
    }
    speaker.say(f"verify-{verdict.state}", facts, style="bold green")
    _show_ending(speaker, trust, stamped_at)


def _time(time: UnixTime | None) -> str | None:
    return None if time is None else time_text(time)


def _show_ending(speaker: Speaker, trust: PinnedTrust, stamped_at: UnixTime | None) -> None:
    if stamped_at is not None:
        speaker.say("verify-stamped", {"time": local_time(stamped_at)}, style="green")
    speaker.say("verify-fingerprint", {"fingerprint": trust.trusted.fingerprint})


def _show_act(speaker: Speaker, proven: ProvenAct, trust: PinnedTrust, stamped_at: UnixTime | None) -> None:
    speaker.give(
        {
            "verdict": str(proven.state),
            "city": trust.root.city,
            "vault_id": proven.vault_id.hex(),
            **act_facts(proven.subject),
            "signed_at": time_text(proven.signed_at),
            "event_time": time_text(proven.event_time),
            "witnessed_at": _time(proven.witnessed_at),
            "stamped_at": _time(stamped_at),
            "index": proven.index,
            "tree_size": proven.tree_size,
            "fingerprint": trust.trusted.fingerprint,
            "steps": [name for _, name in proven.steps],
        }
    )
    if speaker.as_json:
        return
    for number, name in proven.steps:
        _step(speaker, number, name, "✓", "green")
    facts = {
        "city": trust.root.names.fr if speaker.words.language == "fr" else trust.root.names.en,
        "vault": proven.vault_id.hex(),
        "what": act_words(speaker.words, trust.root, proven.subject),
        "signed": local_time(proven.signed_at),
        "time": local_time(proven.event_time),
        "line": line_of(proven.index),
    }
    speaker.say(f"verify-act-{proven.state}", facts, style="bold green")
    _show_ending(speaker, trust, stamped_at)
