"""Changes valid input in one or two places, as an attacker or an accident would: by its structure, or byte by byte.

One seeded generator drives everything, so that a case can be made again from its seed and number. Statements are changed as
JSON values and written canonically again, which reaches the rules behind the canonical form; JSON inside base64 inside
JSON (an event in a receipt) is changed in the same way.
"""

import json
import random
import re
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

SYMBOLS = (
    *("0", "1", "9", "f", "A", "z", "-", " ", "\n", "\r", "\t", '"', "{", "}", "=", "+", "/", ".", "_", "#", ":", ","),
    *("\u00e9", "e\u0301", "\u0301", "\u202e", "\u2028", "\u00a0", "\u3000", "\x00", "\x7f", "\x85", "\u017f", "\u212a"),
    *("\U0001f600", "\ufeff", "\u2014", "\uffff", "\u0660", "\u0130", "\u1e9b\u0323", "\uac00", "\u1100\u1161"),
)
NUMBERS = (0, 1, -1, 15, 16, 17, 255, 256, 1000, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53, -(2**53), 2**63, 2**64, 10**30)
NAMES = ("a", "constructor", "__proto__", "tostring", "version", "kind", "A", "", "vault_id", "hasownproperty")
WORDS = ("", "claim", "vault", "null", "0", "2024-02-29", "2026-02-30T00:00:00Z", "1999-12-31T23:59:59Z", "9999-12-31T23:59:60Z")
BYTES = (0, 1, 9, 10, 13, 32, 34, 43, 45, 47, 48, 61, 92, 127, 128, 255)
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_NUMBER = re.compile(r"[0-9]+")
Value = Any


def _plain_json(value: Value) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def write_json(value: Value) -> bytes:
    """Write a value as its canonical form would be, whatever the value."""
    try:
        return _encode(value)
    except (UnicodeEncodeError, OverflowError, msgspec.EncodeError):
        return _plain_json(value)


@dataclass
class Mutator:
    """Changes inputs; `seed` decides everything. `decoded` keeps the values of seeds that were decoded before."""

    seed: int
    decoded: dict[bytes, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed).random

    def below(self, limit: int) -> int:
        return int(self.draw() * limit)

    def pick(self, choices: Sequence[Any]) -> Any:  # noqa: ANN401 (gives what the list holds)
        return choices[int(self.draw() * len(choices))]

    # ---- bytes

    def raw(self, data: bytes, others: Sequence[bytes] = ()) -> bytes:  # noqa: PLR0911 (one way, one return)
        """Change bytes: a bit, a byte, a piece lost, doubled, moved, or taken from another input."""
        at, way = self.below(len(data) + 1), self.below(9)
        span = 1 + self.below(8)
        if way == 0 and data:
            at = min(at, len(data) - 1)
            return data[:at] + bytes((data[at] ^ (1 << self.below(8)),)) + data[at + 1 :]
        if way == 1:
            return data[:at] + bytes((self.pick(BYTES),)) + data[at + 1 :]
        if way == 2:
            return data[:at] + bytes((self.pick(BYTES),)) + data[at:]
        if way == 3:
            return data[:at] + data[at + span :]
        if way == 4:
            return data[:at] + data[at : at + span] * 2 + data[at + span :]
        if way == 5:
            return data[:at]
        if way == 6:
            return data[:at] + data[at + span : at + 2 * span] + data[at : at + span] + data[at + 2 * span :]
        if way == 7 and others:
            other: bytes = self.pick(others)
            return data[:at] + other[self.below(len(other) + 1) :]
        return data + data[at:]

    # ---- texts

    def _symbol(self, text: str) -> str:
        at = self.below(len(text) + 1)
        symbol: str = self.pick(SYMBOLS)
        changed: str = self.pick(
            (
                text[:at] + symbol + text[at:],
                text[:at] + symbol + text[at + 1 :],
                text[:at] + text[at + 1 + self.below(3) :],
                text[:at] + text[at : at + 1].swapcase() + text[at + 1 :],
                text[:at],
                text[at:],
                text + text[at:],
            )
        )
        return changed

    def _number_in(self, text: str) -> str:
        found = list(_NUMBER.finditer(text))
        if not found:
            return self._symbol(text)
        one = self.pick(found)
        value = int(one[0][:30])
        written: str = self.pick(
            (str(value + 1), str(max(0, value - 1)), str(self.pick(NUMBERS)), "0" + one[0], "+" + one[0], "")
        )
        return text[: one.start()] + written + text[one.end() :]

    def _base64_in(self, text: str) -> str:
        found = list(_BASE64.finditer(text))
        if not found:
            return self._symbol(text)
        one = self.pick(found)
        return text[: one.start()] + self._base64(one[0]) + text[one.end() :]

    def _base64(self, text: str) -> str:
        padded = text + "=" * (-len(text) % 4)
        try:
            raw = b64decode(padded, validate=True)
        except BinasciiError:
            return self._symbol(text)
        if raw[:1] == b"{" and self.draw() < 0.9:  # JSON inside: changed as such
            return b64encode(self.json(raw)).decode("ascii")
        written = b64encode(self.raw(raw)).decode("ascii")
        return written if padded == text or self.draw() < 0.1 else written.rstrip("=")

    def string(self, text: str) -> str:
        """Change a text: a symbol, a number, the bytes behind base64, or another word altogether."""
        way = self.below(10)
        if way == 0:
            word: str = self.pick(WORDS)
            return word
        if way <= 2:
            return self._number_in(text)
        if way <= 5 and len(text) >= 8:
            return self._base64_in(text)
        return self._symbol(text)

    def lines(self, data: bytes) -> bytes:
        """Change a text of lines: inside one, or lines lost, doubled, moved; a line that holds JSON is changed as such."""
        text = data.decode("utf-8", "surrogateescape")
        lines = text.split("\n")
        at, way = self.below(len(lines)), self.below(12)
        other = self.below(len(lines))
        if way == 0:
            del lines[at]
        elif way == 1:
            lines.insert(other, lines[at])
        elif way == 2:
            lines[at], lines[other] = lines[other], lines[at]
        elif way == 3:
            lines.insert(at, self.pick(("", " ", "#", *SYMBOLS)))
        else:
            head, brace, rest = lines[at].partition("{")
            if brace and self.draw() < 0.9:
                lines[at] = head + self.json((brace + rest).encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
            else:
                lines[at] = self.string(lines[at])
        return "\n".join(lines).encode("utf-8", "surrogateescape")

    # ---- JSON

    def json(self, data: bytes) -> bytes:
        """Change JSON in one place and write it canonically; bytes that are not JSON are changed as bytes."""
        value = self.decoded.get(data)
        if value is None:
            try:
                value = _decode(data)
            except (ValueError, RecursionError):
                return self.raw(data)
            if len(self.decoded) < 1000:
                self.decoded[data] = value
        return write_json(self.value(value))

    def value(self, value: Value) -> Value:
        """Change a JSON value in one place; what is not changed is shared with the old value."""
        if isinstance(value, Mapping) and value and self.draw() < 0.85:
            key = self.pick(list(value))
            return {**value, key: self.value(value[key])}
        if isinstance(value, list) and value and self.draw() < 0.85:
            at = self.below(len(value))
            return [*value[:at], self.value(value[at]), *value[at + 1 :]]
        if self.draw() < 0.12:
            return self.pick((None, True, False, 0, "", [], {}, [value], {"kind": value}, str(value), 1.5))
        return self._leaf(value)

    def _leaf(self, value: Value) -> Value:
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return self.pick((value + 1, value - 1, -value, value * 2, *NUMBERS))
        if isinstance(value, list):
            at = self.below(len(value)) if value else 0
            return self.pick((value[:at] + value[at + 1 :], value[: at + 1] + value[at:], value[::-1], []))
        if isinstance(value, Mapping):
            return self._keys(dict(value))
        return self.pick((0, "", False, {}, [], None))

    def _keys(self, value: dict[str, Value]) -> Value:
        name: str = self.pick(NAMES)
        if not value or self.draw() < 0.5:
            return {**value, name: self.pick((None, 0, "", {}))}
        gone = self.pick(list(value))
        kept = {key: one for key, one in value.items() if key != gone}
        return kept if self.draw() < 0.5 else {**kept, name: value[gone]}


Way = Callable[[Mutator, bytes, Sequence[bytes]], bytes]


def as_bytes(mutator: Mutator, data: bytes, others: Sequence[bytes]) -> bytes:
    return mutator.raw(data, others)


def as_json(mutator: Mutator, data: bytes, others: Sequence[bytes]) -> bytes:
    return mutator.json(data) if mutator.draw() < 0.8 else mutator.raw(data, others)


def as_lines(mutator: Mutator, data: bytes, others: Sequence[bytes]) -> bytes:
    return mutator.lines(data) if mutator.draw() < 0.8 else mutator.raw(data, others)
