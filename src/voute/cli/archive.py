"""`voute open`: opens an exported archive with the recovery kit alone; no server, no account."""

import re
from pathlib import Path
from typing import Annotated

import typer

from voute.cli.acts import act_facts, act_words, line_of, local_time
from voute.cli.console import Exit, Speaker
from voute.cli.options import Json
from voute.cli.words import help_of
from voute.client.archive import OpenArchive, OpenedAct, OpenedDocument
from voute.client.disk import DISK
from voute.client.trust import read_pinned
from voute.core.errors import VouteError
from voute.core.values import time_text
from voute.format.kit import MAX_KIT
from voute.format.trust_root import TrustRoot

MAX_NAME = 200
"""Bytes of a title in UTF-8 that become a file name: file systems take 255, and an ending or an id may follow."""

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')


def open_archive(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE.zip", exists=True, dir_okay=False)],
    kit: Annotated[Path, typer.Option("--kit", exists=True, dir_okay=False, help=help_of("option-kit"))],
    output: Annotated[Path | None, typer.Option("--output", "-o", help=help_of("option-output"))] = None,
    trust_root: Annotated[
        Path | None, typer.Option("--trust-root", exists=True, dir_okay=False, help=help_of("option-archive-trust-root"))
    ] = None,
    as_json: Json = False,
) -> None:
    """Open every document of an archive, check each, and write it beside its receipt; so too choices and deletions."""
    speaker = Speaker(as_json=as_json)
    folder = output or archive.with_suffix("")
    failed = 0
    # One byte more than a kit may have: what is no kit, an archive perhaps, is not read whole.
    with kit.open("rb") as sheet:
        words = sheet.read(MAX_KIT + 1)
    with archive.open("rb") as file:
        opened = OpenArchive(file, words, read_pinned(trust_root).trusted if trust_root else None)
        folder.mkdir(parents=True, exist_ok=True)
        if opened.index_error is not None and not as_json:
            speaker.say("open-index-refused", {"why": speaker.words_of(opened.index_error)[0]}, style="bold yellow")
        for one in opened.documents():
            failed += one.error is not None
            _show(speaker, one, folder, opened.trusted.fingerprint)
        for act in opened.acts():
            failed += act.error is not None
            _show_act(speaker, act, folder, opened.trusted.root)
    if not as_json:
        speaker.say("verify-fingerprint", {"fingerprint": opened.trusted.fingerprint})
    if failed:
        speaker.say("open-failed", {"count": failed}, style="bold red")
        raise typer.Exit(Exit.REFUSED)


def _show(speaker: Speaker, one: OpenedDocument, folder: Path, fingerprint: str) -> None:
    document = one.document_id.hex()
    if one.error is not None:
        speaker.give({"document_id": document, "error": one.error.code})
        if not speaker.as_json:
            speaker.say("open-refused", {"document": document, "why": speaker.words_of(one.error)[0]})
        return
    name = _free_name(folder, one.title, document)
    # Whole or not at all: a disk that is full leaves no cut file under a document's name.
    DISK.replace(folder / f"{name}.pdf", one.body)
    receipt = None
    if one.receipt is not None:
        receipt = f"{name}.recu.json"
        DISK.replace(folder / receipt, one.receipt)
    # Who the issuer is follows from the city's trust root: a program compares its fingerprint, as a person does.
    speaker.give(
        {
            "document_id": document,
            "file": f"{name}.pdf",
            "title": one.title,
            "issuer": one.issuer,
            "receipt": receipt,
            "fingerprint": fingerprint,
            "handled": one.marks.handled,
            "own_title": one.marks.own_title,
            "folder": one.marks.folder,
            "note": one.marks.note,
        }
    )
    if not speaker.as_json:
        speaker.say("open-written", {"file": f"{name}.pdf", "title": one.title, "issuer": one.issuer})
        if one.marks.note is not None:
            speaker.say("open-note", {"note": one.marks.note})


def _show_act(speaker: Speaker, one: OpenedAct, folder: Path, root: TrustRoot) -> None:
    name = f"{'choix' if len(one.name) > 1 else 'suppression'} {' '.join(one.name)}"
    if one.signed is None:
        error = one.error or VouteError()
        speaker.give({"act": name, "error": error.code})
        if not speaker.as_json:
            speaker.say("open-act-refused", {"act": name, "why": speaker.words_of(error)[0]})
        return
    # One file that whoever gets it verifies; while the log has nothing of the act, there is the act alone.
    file = f"{name}.acte.json" if one.proof is None else f"{name}.preuve.json"
    DISK.replace(folder / file, one.act if one.proof is None else one.proof)
    index = None if one.proven is None else one.proven.index
    speaker.give(
        {
            "act": None if one.proof is not None else file,
            "proof": None if one.proof is None else file,
            "signed_at": time_text(one.signed.time),
            "index": index,
            **act_facts(one.signed.subject),
        }
    )
    if not speaker.as_json:
        what = act_words(speaker.words, root, one.signed.subject)
        facts = {"file": file, "what": what, "signed": local_time(one.signed.time), "line": line_of(index or 0)}
        speaker.say("open-act-waiting" if index is None else "open-act", facts)


def _free_name(folder: Path, title: str, document: str) -> str:
    """Make a file name of a title; the id is added when the name is taken."""
    short = _UNSAFE.sub("-", title).encode()[:MAX_NAME].decode(errors="ignore")
    name = short.strip(" .-") or document
    return name if not (folder / f"{name}.pdf").exists() else f"{name} {document[:8]}"
