"""What the city can see of a sealed header: an age v1 header with nothing but hybrid stanzas, as many as there should be.

The city cannot open anything; this keeps out what no client of ours would ever read.
"""

from voute.core.errors import FormatError
from voute.format.age_header import Header, demand_hybrid, parse_header, parse_hybrid_header


def check_header(header: bytes, stanzas: int = 1) -> None:
    """Raise `FormatError` or `LimitError` unless the bytes are exactly one header with so many hybrid stanzas."""
    _check_count(parse_hybrid_header(header), stanzas)


def check_sealed(data: bytes, stanzas: int) -> None:
    """Raise `FormatError` or `LimitError` unless the bytes begin with such a header and a payload follows."""
    header, size = parse_header(data)
    demand_hybrid(header)
    _check_count(header, stanzas)
    if size == len(data):
        raise FormatError("a header without payload")


def _check_count(header: Header, stanzas: int) -> None:
    if len(header.stanzas) != stanzas:
        raise FormatError("another number of recipients", found=len(header.stanzas), expected=stanzas)
