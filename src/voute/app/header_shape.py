"""What the city can see of a sealed header: an age v1 header with nothing but hybrid stanzas, as many as there should be.

Source: C2SP age, "Header" and the mlkem768x25519 stanza: 1,120 bytes of encapsulation, 32 bytes of wrapped file key. The
city cannot open anything, so this only keeps out what no client of ours would ever read.
"""

import re
from functools import lru_cache

from voute.core.errors import FormatError

_VERSION = rb"age-encryption\.org/v1\n"
_STANZA = rb"-> mlkem768x25519 [A-Za-z0-9+/]{1494}\n[A-Za-z0-9+/]{43}\n"
_END = rb"--- [A-Za-z0-9+/]{43}\n"


@lru_cache(maxsize=64)
def _pattern(stanzas: int) -> re.Pattern[bytes]:
    return re.compile(_VERSION + b"(?:" + _STANZA + b"){%d}" % stanzas + _END)


def check_header(header: bytes, stanzas: int = 1) -> None:
    """Raise `FormatError` unless the bytes are exactly one header with so many hybrid stanzas."""
    if _pattern(stanzas).fullmatch(header) is None:
        raise FormatError("not a hybrid header of the expected shape", field="header")


def check_sealed(data: bytes, stanzas: int) -> None:
    """Raise `FormatError` unless the bytes begin with such a header and a payload follows."""
    match = _pattern(stanzas).match(data)
    if match is None or match.end() == len(data):
        raise FormatError("not a hybrid age file of the expected shape", field="keyring")
