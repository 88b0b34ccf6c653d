"""Mails that came back later (RFC 3464), from a mailbox file: which address refused which of our mails."""

import mailbox
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Final

from voute.app import notice_work
from voute.app.city import City

MAX_PARTS: Final = 50
"""Parts of a returned mail that are looked at: a report has three."""
_ID: Final = re.compile(r"<([0-9a-f]{96})@")
_FAILED: Final = re.compile(r"failed", re.IGNORECASE)


def read_bounces(city: City, path: Path) -> tuple[int, int]:
    """Count what came back in an mbox file; returns how many mails were read, and how many of them told of one of ours.

    Reading a file twice counts twice: whoever reads a mailbox empties it.
    """
    box = mailbox.mbox(path, factory=None, create=False)
    read = counted = 0
    try:
        for key in box.keys():  # noqa: SIM118 - a mailbox is no mapping of our making: iterating it gives mails
            read += 1
            token = failed_token(message_from_bytes(box.get_bytes(key)))
            if token is not None and notice_work.note_bounce(city, token):
                counted += 1
    finally:
        box.close()
    return read, counted


def failed_token(message: Message) -> bytes | None:
    """Return the token of our mail that a delivery report says has failed for good; None for anything else."""
    if message.get_content_type() != "multipart/report":
        return None
    parts = [part for part, _ in zip(message.walk(), range(MAX_PARTS), strict=False)]
    statuses = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    if not any(_is_failed(block) for part in statuses for block in _blocks(part)):
        return None
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            texts = [str(one.get("Message-ID", "")) for one in _blocks(part)]
        elif part.get_content_type() == "text/rfc822-headers":
            texts = [str(part.get_payload())]
        else:
            continue
        for text in texts:
            found = _ID.search(text)
            if found:
                return bytes.fromhex(found[1])
    return None


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Message))


def _is_failed(block: Message) -> bool:
    return bool(_FAILED.fullmatch(str(block.get("Action", "")).strip())) and str(block.get("Status", "")).strip().startswith("5")
