"""Looks for many secrets at once, each in every form in which a program may write it.

A form of n bytes that stands anywhere holds, whatever its place, a whole machine word at a place that is a multiple of
the word's size, once n ≥ 2 words − 1. So all data is read as words, each looked up in one set; only where a word is
known is the whole form compared.
"""

import base64
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

PIECE = 1024 * 1024
LONG, SHORT = 8, 4
SHORTEST = 2 * SHORT - 1
"""Below seven bytes a form turns up by chance."""


@dataclass(frozen=True)
class Needle:
    """One form of one secret."""

    secret: str
    form: str
    data: bytes


@dataclass(frozen=True)
class Hit:
    """A form that was found, and where."""

    secret: str
    form: str
    place: str


def base64_forms(data: bytes, alphabet: str) -> Iterator[tuple[str, bytes]]:
    """What stays the same of `data` in base64, whatever stands around it, for each of its three alignments."""
    encode = base64.b64encode if alphabet == "base64" else base64.urlsafe_b64encode
    for before in range(3):
        text = encode(bytes(before) + data + bytes(3))
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        yield f"{alphabet}/{before}", text[first:last]


def forms_of(value: bytes | str) -> dict[str, bytes]:
    """Every form of a secret; of a text also as Python and SQLite keep it, in addresses and in JSON."""
    data = value.encode() if isinstance(value, str) else value
    forms = {"raw": data, "hex": data.hex().encode(), "HEX": data.hex().upper().encode()}
    forms |= dict(base64_forms(data, "base64")) | dict(base64_forms(data, "base64url"))
    if isinstance(value, str):
        forms |= {
            "utf-16": value.encode("utf-16-le"),
            "latin-1": value.encode("latin-1", "replace"),
            "percent": quote(value, safe="").encode(),
            "json": json.dumps(value)[1:-1].encode(),
        }
    return forms


def needles_of(secrets: Mapping[str, bytes | str]) -> Iterator[Needle]:
    for name, value in secrets.items():
        seen: set[bytes] = set()
        for form, data in forms_of(value).items():
            if len(data) >= SHORTEST and data not in seen:
                seen.add(data)
                yield Needle(name, form, data)


class Finder:
    """Finds needles in pieces of data; counts what it has read."""

    def __init__(self, secrets: Mapping[str, bytes | str]) -> None:
        self.needles = tuple(needles_of(secrets))
        self.bytes = 0
        self._by_word: dict[int, dict[int, list[Needle]]] = {LONG: defaultdict(list), SHORT: defaultdict(list)}
        for one in self.needles:
            size = LONG if len(one.data) >= 2 * LONG - 1 else SHORT
            for at in range(size):
                self._by_word[size][int.from_bytes(one.data[at : at + size], sys.byteorder)].append(one)
        self._words = {size: frozenset(known) for size, known in self._by_word.items()}
        self.overlap = max((len(one.data) for one in self.needles), default=1) - 1

    def search(self, place: str, data: bytes) -> set[Hit]:
        """Find every needle in data of any length."""
        found: set[Hit] = set()
        for start in range(0, len(data), PIECE):
            found |= self._piece(place, data[start : start + PIECE + self.overlap])
        self.bytes += len(data)
        return found

    def search_all(self, places: Iterable[tuple[str, bytes]]) -> set[Hit]:
        found: set[Hit] = set()
        for place, data in places:
            found |= self.search(place, data)
        return found

    def _piece(self, place: str, piece: bytes) -> set[Hit]:
        if piece.count(0) == len(piece):
            return set()
        padded = piece + bytes(-len(piece) % LONG)
        found: set[Hit] = set()
        for size, words in self._words.items():
            view = memoryview(padded)
            for word in words.intersection(view.cast("Q") if size == LONG else view.cast("I")):
                known = self._by_word[size][word]
                found |= {Hit(one.secret, one.form, place) for one in known if one.data in piece}
        return found
