"""What a device is told: neutral words in the person's language, as docs/spec/push.md says; nothing that tells what came."""

from hashlib import sha256
from typing import Final

from voute.app.city import City
from voute.app.notices import SEPARATOR
from voute.app.push_work import ToDevice
from voute.core.rows_push import PushKind
from voute.format import canonical
from voute.messages import messages
from voute.server.notices.mail import issuer_names, joined
from voute.server.notices.vapid import base64url

PADDED: Final = 1_024
"""Bytes of every message before it is encrypted: its size tells nothing."""
MAX_NAMES: Final = 200
"""Characters of departments' names, of at most 4 bytes each; with more a message says how many departments wrote, and fits."""
_TOPIC: Final = 24


def words_for(city: City, one: ToDevice) -> bytes:
    """Write the payload of a message; the same row gives the same bytes."""
    words = messages(one.device.language)
    kind = one.message.kind
    body = words.text(f"push-{kind}.body")
    if kind != PushKind.DOCUMENTS:
        return _payload(words.language, kind, words.text(f"push-{kind}"), body)
    names = issuer_names(city, words, one.message.issuers.split(SEPARATOR))
    issuers = joined(words, names)
    if len(issuers) > MAX_NAMES:
        return _payload(words.language, kind, words.text("push-documents-many", {"count": len(names)}), body)
    return _payload(words.language, kind, words.text("push-documents", {"issuers": issuers, "count": len(names)}), body)


def _payload(language: str, tag: str, title: str, body: str) -> bytes:
    return canonical.dumps({"body": body, "language": language, "tag": tag, "title": title, "version": 1})


def topic_of(one: ToDevice) -> str:
    """Return the topic: a later message of the same kind takes the place of one that the device has not fetched (RFC 8030, 5.4).

    It is a hash, so that a push service does not read the kind there.
    """
    return base64url(sha256(b"voute/push-topic\0" + one.device.device_id + one.message.kind.encode("ascii")).digest()[:_TOPIC])
