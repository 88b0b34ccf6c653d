"""Mails that came back later (RFC 3464), from a mailbox file: which address refused which of our mails."""

import mailbox
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Final, NamedTuple

from voute.app import notice_work
from voute.app.city import City
from voute.server.notices.mail_status import ADDRESS_FAULTS, enhanced_of

MAX_PARTS: Final = 50
"""Parts of a returned mail that are looked at: a report has three."""
_ID: Final = re.compile(r"<([0-9a-f]{96})@")
_FAILED: Final = re.compile(r"failed", re.IGNORECASE)


class Bounces(NamedTuple):
    """How many mails were read, how many tell of an address of ours that takes none, how many that we were refused."""

    read: int
    counted: int
    blocked: int


def read_bounces(city: City, path: Path) -> Bounces:
    """Count what came back in an mbox file.

    Reading a file twice counts twice: whoever reads a mailbox empties it.
    """
    box = mailbox.mbox(path, factory=None, create=False)
    read = counted = blocked = 0
    try:
        for key in box.keys():  # noqa: SIM118 - a mailbox is no mapping of our making: iterating it gives mails
            read += 1
            failed = failed_mail(message_from_bytes(box.get_bytes(key)))
            if failed is not None and notice_work.note_bounce(city, failed.token, is_address=failed.is_address):
                counted += failed.is_address
                blocked += not failed.is_address
    finally:
        box.close()
    return Bounces(read, counted, blocked)


class FailedMail(NamedTuple):
    """The token of a mail of ours that failed for good, and whether its address was the reason."""

    token: bytes
    is_address: bool


def failed_mail(message: Message) -> FailedMail | None:
    """Return the mail of ours that a delivery report says has failed for good; None for anything else."""
    if message.get_content_type() != "multipart/report":
        return None
    parts = [part for part, _ in zip(message.walk(), range(MAX_PARTS), strict=False)]
    statuses = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    failed = [_status(block) for part in statuses for block in _blocks(part) if _is_failed(block)]
    if not failed:
        return None
    is_address = any(enhanced_of(one) in ADDRESS_FAULTS for one in failed)
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
                return FailedMail(bytes.fromhex(found[1]), is_address)
    return None


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Message))


def _is_failed(block: Message) -> bool:
    return bool(_FAILED.fullmatch(str(block.get("Action", "")).strip())) and _status(block).startswith("5")


def _status(block: Message) -> str:
    return str(block.get("Status", "")).strip()
