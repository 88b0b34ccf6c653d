"""`voute open`: opens an exported archive with the recovery kit alone; no server, no account."""

import re
from pathlib import Path
from typing import Annotated

import typer

from voute.cli.console import Exit, Speaker
from voute.cli.options import Json
from voute.cli.words import help_of
from voute.client.archive import OpenArchive, OpenedDocument
from voute.client.trust import read_pinned

MAX_NAME = 100
"""Characters of a title that become a file name: every file system takes them in UTF-8."""

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
    """Open every document of an archive, check each, and write it beside its receipt."""
    speaker = Speaker(as_json=as_json)
    folder = output or archive.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    with archive.open("rb") as file:
        opened = OpenArchive(file, kit.read_bytes(), read_pinned(trust_root).trusted if trust_root else None)
        for one in opened.documents():
            failed += one.error is not None
            _show(speaker, one, folder)
    if not as_json:
        speaker.say("verify-fingerprint", {"fingerprint": opened.trusted.fingerprint})
    if failed:
        speaker.say("open-failed", {"count": failed}, style="bold red")
        raise typer.Exit(Exit.REFUSED)


def _show(speaker: Speaker, one: OpenedDocument, folder: Path) -> None:
    document = one.document_id.hex()
    if one.error is not None:
        speaker.give({"document_id": document, "error": one.error.code})
        if not speaker.as_json:
            speaker.say("open-refused", {"document": document, "why": speaker.words_of(one.error)[0]})
        return
    name = _free_name(folder, one.title, document)
    (folder / f"{name}.pdf").write_bytes(one.body)
    if one.receipt is not None:
        (folder / f"{name}.recu.json").write_bytes(one.receipt)
    speaker.give({"document_id": document, "file": f"{name}.pdf", "title": one.title, "issuer": one.issuer})
    if not speaker.as_json:
        speaker.say("open-written", {"file": f"{name}.pdf", "title": one.title, "issuer": one.issuer})


def _free_name(folder: Path, title: str, document: str) -> str:
    """Make a file name of a title; the id is added when the name is taken."""
    name = _UNSAFE.sub("-", title).strip(" .-")[:MAX_NAME] or document
    return name if not (folder / f"{name}.pdf").exists() else f"{name} {document[:8]}"
