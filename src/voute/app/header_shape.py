"""What the city can see of a sealed header: an age v1 header with nothing but hybrid stanzas, as many as there should be.

The city cannot open anything; this keeps out what no client of ours would ever read. Source: C2SP age, "Header", and
docs/spec/age.md. A hybrid header is a regular language, so one match says what `parse_hybrid_header` would, at a twentieth
of its cost: a delivery has thousands of them (a property test holds the two together).
"""

import re
from functools import lru_cache

from voute.core.errors import FormatError
from voute.format.age_header import MAX_STANZAS

# Canonical base64 without padding: 1,120 bytes leave four spare bits in the last symbol, 32 bytes two; all are zero.
_SHARE = rb"[A-Za-z0-9+/]{1493}[AQgw]"
_KEY = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]"
_STANZA = b"-> mlkem768x25519 " + _SHARE + rb"\n" + _KEY + rb"\n"


@lru_cache(maxsize=MAX_STANZAS)
def _pattern(stanzas: int) -> re.Pattern[bytes]:
    return re.compile(rb"age-encryption\.org/v1\n(?:" + _STANZA + b"){%d}--- " % stanzas + _KEY + rb"\n")


def check_header(header: bytes, stanzas: int = 1) -> None:
    """Raise `FormatError` unless the bytes are exactly one header with so many hybrid stanzas."""
    if _pattern(stanzas).fullmatch(header) is None:
        raise FormatError("not a hybrid header of this many recipients")


def check_sealed(data: bytes, stanzas: int) -> None:
    """Raise `FormatError` unless the bytes begin with such a header and a payload follows."""
    match = _pattern(stanzas).match(data)
    if match is None or match.end() == len(data):
        raise FormatError("not a hybrid file of this many recipients")
