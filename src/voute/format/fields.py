"""Reading the fields of a statement: every key named, every value of its kind, or `FormatError`.

`Fields` wraps one JSON object whose key set has been checked; its methods read one value each by kind
(`docs/spec/encoding.md`, "Values in JSON"). The `write` side is the small functions at the end. An error's fact
`field` names the key, never the value.
"""

from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final, TypeVar

from voute.core import ids, values
from voute.core.errors import FormatError
from voute.format.age_text import check_recipient
from voute.format.canonical import Json

T = TypeVar("T")

U32_MAX: Final = 2**32 - 1
# Base64 in statements: as large as the largest statement.
MAX_BASE64: Final = 1024 * 1024


def to_base64(data: bytes | memoryview) -> str:
    """Write bytes as padded standard base64 (RFC 4648 §4)."""
    return b64encode(data).decode("ascii")


def from_base64(text: str, maximum: int = MAX_BASE64) -> bytes:
    """Read padded standard base64 of at most `maximum` characters; its own encoding is exactly `text`."""
    if len(text) > maximum:
        raise FormatError("base64 too long")
    try:
        raw = b64decode(text.encode("ascii"), validate=True)
    except (BinasciiError, UnicodeEncodeError) as error:
        raise FormatError("not base64") from error
    if to_base64(raw) != text:
        raise FormatError("base64 not canonical")
    return raw


class Fields:
    """One JSON object with exactly the keys that its schema names."""

    __slots__ = ("_value", "_what")

    def __init__(self, value: Json, keys: frozenset[str], what: str) -> None:
        """Take the object; `what` names the schema in errors. Raises `FormatError` for a missing or unknown key."""
        if not isinstance(value, dict):
            raise FormatError(f"{what}: not an object")
        if value.keys() != keys:
            wrong = sorted(value.keys() ^ keys)
            raise FormatError(f"{what}: missing or unknown key", field=wrong[0])
        self._value: Mapping[str, Json] = value
        self._what = what

    def _fail(self, key: str, detail: str) -> FormatError:
        return FormatError(f"{self._what}.{key}: {detail}", field=key)

    def _read(self, key: str, reader: Callable[[str], T]) -> T:
        try:
            return reader(self.string(key))
        except FormatError as error:
            raise self._fail(key, error.detail) from error

    def is_null(self, key: str) -> bool:
        """Tell whether the value is null."""
        return self._value[key] is None

    def optional(self, key: str, reader: Callable[[str], T]) -> T | None:
        """Read null as None, anything else with `reader` (one of this object's methods)."""
        return None if self._value[key] is None else reader(key)

    def string(self, key: str) -> str:
        """Read any string."""
        value = self._value[key]
        if not isinstance(value, str):
            raise self._fail(key, "not a string")
        return value

    def text(self, key: str, maximum: int = values.MAX_TEXT) -> str:
        """Read a text for people (NFC, no control character)."""
        return self._read(key, lambda raw: values.text_of(raw, maximum))

    def one_of(self, key: str, choices: frozenset[str]) -> str:
        """Read one word of a closed list."""
        value = self.string(key)
        if value not in choices:
            raise self._fail(key, "not one of the words allowed")
        return value

    def slug(self, key: str) -> ids.Slug:
        """Read a slug."""
        return self._read(key, ids.slug)

    def hash(self, key: str) -> ids.Hash:
        """Read 32 bytes in hex."""
        return ids.Hash(self._read(key, lambda raw: ids.parse_hex(raw, ids.HASH_SIZE)))

    def identifier(self, key: str) -> bytes:
        """Read 16 bytes in hex."""
        return self._read(key, lambda raw: ids.parse_hex(raw, ids.ID_SIZE))

    def base64(self, key: str, maximum: int = MAX_BASE64) -> bytes:
        """Read bytes in base64."""
        return self._read(key, lambda raw: from_base64(raw, maximum))

    def time(self, key: str) -> values.UnixTime:
        """Read an instant."""
        return self._read(key, values.parse_time)

    def date(self, key: str) -> date:
        """Read a day."""
        return self._read(key, values.parse_date)

    def recipient(self, key: str) -> str:
        """Read a hybrid age recipient, `age1pq1…`."""
        return self._read(key, check_recipient)

    def boolean(self, key: str) -> bool:
        """Read true or false."""
        value = self._value[key]
        if not isinstance(value, bool):
            raise self._fail(key, "not true or false")
        return value

    def integer(self, key: str, minimum: int = 0, maximum: int = values.MAX_INTEGER) -> int:
        """Read an integer within bounds, both included."""
        value = self._value[key]
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            raise self._fail(key, f"not an integer from {minimum} to {maximum}")
        return value

    def version(self) -> None:
        """Demand `version` 1: a later number is another schema, never guessed."""
        self.integer("version", 1, 1)

    def u32(self, key: str) -> int:
        """Read an unsigned 32-bit integer."""
        return self.integer(key, 0, U32_MAX)

    def names(self, key: str) -> values.Names:
        """Read a bilingual name."""
        inner = self.object(key, _NAMES_KEYS)
        return values.Names(en=inner.text("en"), fr=inner.text("fr"))

    def money(self, key: str) -> values.Money:
        """Read an amount."""
        inner = self.object(key, _MONEY_KEYS)
        return values.Money(inner.integer("cents"), inner.string("currency"))

    def object(self, key: str, keys: frozenset[str]) -> "Fields":
        """Read an object with exactly these keys."""
        return Fields(self._value[key], keys, f"{self._what}.{key}")

    def word_in(self, key: str, inner: str) -> str:
        """Read one string of an inner object whose keys depend on it; the object is then read with `object`."""
        value = self._value[key]
        word = value.get(inner) if isinstance(value, dict) else None
        if not isinstance(word, str):
            raise self._fail(key, f"no object with a word {inner}")
        return word

    def list(self, key: str, minimum: int, maximum: int) -> "tuple[Json, ...]":
        """Read a list of `minimum` to `maximum` items."""
        value = self._value[key]
        if not isinstance(value, list) or not minimum <= len(value) <= maximum:
            raise self._fail(key, f"not a list of {minimum} to {maximum}")
        return tuple(value)

    def objects(self, key: str, keys: frozenset[str], minimum: int, maximum: int) -> "Iterator[Fields]":
        """Read a list of objects with exactly these keys."""
        for item in self.list(key, minimum, maximum):
            yield Fields(item, keys, f"{self._what}.{key}")


_NAMES_KEYS = frozenset({"en", "fr"})
_MONEY_KEYS = frozenset({"cents", "currency"})


def write_money(money: values.Money | None) -> Json:
    """Write an amount, or null."""
    return None if money is None else {"cents": money.cents, "currency": money.currency}


def write_names(names: values.Names) -> Json:
    """Write a bilingual name."""
    return {"en": names.en, "fr": names.fr}


def write_hex(raw: bytes | None) -> str | None:
    """Write bytes as hex, or null."""
    return None if raw is None else raw.hex()


def write_time(time: values.UnixTime | None) -> str | None:
    """Write an instant, or null."""
    return None if time is None else values.time_text(time)


def write_date(day: date | None) -> str | None:
    """Write a day, or null."""
    return None if day is None else day.isoformat()
