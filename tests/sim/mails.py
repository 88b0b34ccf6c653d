"""The mails of the demonstration: the resident asks for them, and the operator's mail server reads every one."""

import re
import time
from collections.abc import Iterator
from email import message_from_bytes

import httpx

from tests.support.city import check
from tests.support.mail_server import MailServer

ADDRESS = "marie@exemple.test"
WITHIN_S = 60.0


def pieces_of(post: MailServer) -> Iterator[bytes]:
    """Every mail as it was handed over, and what its parts say."""
    for raw in post.came:
        yield raw
        for part in message_from_bytes(raw).walk():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload


def ask_for_mails(client: httpx.Client, post: MailServer) -> None:
    """Be told of each document at once, at an address that is confirmed."""
    wish = {"address": ADDRESS, "language": "fr", "pace": "once", "hour": 8, "weekday": 0, "quiet_from": 0, "quiet_until": 0}
    check(client.put("/api/notices", json=wish), 204)
    wait_for_mails(post, 1)
    plain = post.mails[0].get_body(("plain",))
    assert plain is not None
    code = re.search(r"\b\d{8}\b", plain.get_content())
    assert code is not None
    check(client.post("/api/notices/confirm", json={"code": code[0]}), 204)


def wait_for_mails(post: MailServer, count: int) -> None:
    end = time.monotonic() + WITHIN_S
    while len(post.came) < count:
        assert time.monotonic() < end, f"{len(post.came)} mails of {count}"
        time.sleep(0.05)
