"""What a refusal says, by its enhanced status code (RFC 3463): of the address, or of us; of the address nothing without one."""

import re
from typing import Final

from voute.app.notice_work import Sent

ADDRESS_FAULTS: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.2.2"})
"""No such mailbox, no such domain, no address, moved away, a domain that takes no mail (RFC 7505), closed, full for good."""

_ENHANCED: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\S)")
_PERMANENT: Final = 5


def enhanced_of(text: str) -> str | None:
    """Return the enhanced status code that a text begins with, or None."""
    found = _ENHANCED.match(text)
    return None if found is None else found[1]


def verdict(code: int, text: str) -> Sent:
    """Say what an answer other than success means for the mail and its address."""
    if code // 100 != _PERMANENT:
        return Sent.LATER
    return Sent.REFUSED if enhanced_of(text) in ADDRESS_FAULTS else Sent.BLOCKED
