"""Values that statements carry: instants, days, money, texts, bilingual names.

Source of every rule: `docs/spec/encoding.md`, "Values in JSON". Instants are whole Unix seconds; this module reads
no clock.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final, NewType

from voute.core.errors import FormatError

UnixTime = NewType("UnixTime", int)

MICROSECONDS: Final = 1_000_000
"""Of a second: the clock of a city counts them, what it signs says whole seconds."""
LANGUAGES: Final = frozenset({"fr", "en"})
"""Languages of documents, of what a holder reads and of what is sent to them."""

# Integers that both Python and a JavaScript number hold exactly.
MAX_INTEGER: Final = 2**53 - 1
# Titles, names, references: long enough for any real one, short enough that a list of thousands stays small.
MAX_TEXT: Final = 500
# 2000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the years that the specification allows.
MIN_TIME: Final = 946_684_800
MAX_TIME: Final = 253_402_300_799

_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_CURRENCY = re.compile(r"[A-Z]{3}")
# What was given a decomposition or a combining class after Unicode 14: whether it is NFC depends on who asks.
_YOUNG = (
    "\u0897\u1acf-\u1aff\U00010d40-\U00010d8f\U00010ec0-\U00010eff\U00011380-\U000113ff"
    "\U00011f00-\U00011f5f\U00016100-\U0001613f\U00016d40-\U00016d7f\U0001e030-\U0001e08f"
    "\U0001e4d0-\U0001e4ff\U0001e5d0-\U0001e5ff\U0001e6c0-\U0001e6ff"
)
_UNWANTED = re.compile(f"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff{_YOUNG}]")


def unix_time(seconds: int) -> UnixTime:
    """Take whole seconds since 1970 as an instant; `FormatError` outside the years 2000 to 9999."""
    if not MIN_TIME <= seconds <= MAX_TIME:
        raise FormatError("instant outside the years 2000 to 9999")
    return UnixTime(seconds)


@lru_cache(maxsize=1024)
def time_text(time: UnixTime) -> str:
    """Write an instant as `YYYY-MM-DDTHH:MM:SSZ`."""
    return datetime.fromtimestamp(unix_time(time), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> UnixTime:
    """Read `YYYY-MM-DDTHH:MM:SSZ`; `FormatError` for another form, a day that is none, or a leap second."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise FormatError("not an instant of the form YYYY-MM-DDTHH:MM:SSZ")
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    try:
        instant = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise FormatError("no such instant") from error
    return unix_time(int(instant.timestamp()))


def parse_date(text: str) -> date:
    """Read `YYYY-MM-DD`; `FormatError` for another form or a day that is none. `date.isoformat()` writes it."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise FormatError("not a day of the form YYYY-MM-DD")
    year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError as error:
        raise FormatError("no such day") from error


def text_of(value: str, maximum: int = MAX_TEXT) -> str:
    """Return the text if it is NFC, 1 to `maximum` code points, free of control and override characters.

    Nor may it hold what normalises only since a later Unicode than 14 (`docs/spec/encoding.md`).
    """
    if not 1 <= len(value) <= maximum:
        raise FormatError(f"a text has 1 to {maximum} characters")
    if _UNWANTED.search(value) is not None:
        raise FormatError("a text holds no control character, no bidirectional override, nothing that normalises since lately")
    if not unicodedata.is_normalized("NFC", value):
        raise FormatError("a text is in Unicode form NFC")
    return value


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: whole cents, never negative, with its ISO 4217 currency."""

    cents: int
    currency: str = "CAD"

    def __post_init__(self) -> None:
        """Refuse what the specification does not allow."""
        if not 0 <= self.cents <= MAX_INTEGER:
            raise FormatError("cents out of range")
        if _CURRENCY.fullmatch(self.currency) is None:
            raise FormatError("a currency is three capital letters")


@dataclass(frozen=True, slots=True)
class Names:
    """A name in both languages of the product."""

    en: str
    fr: str

    def __post_init__(self) -> None:
        """Refuse what is no text."""
        text_of(self.en)
        text_of(self.fr)
