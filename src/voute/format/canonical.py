"""Canonical JSON: one value, one sequence of bytes.

Source: `docs/spec/encoding.md`, "Canonical JSON" (RFC 8785 §3.2.2.2 for the escaping of strings). msgspec writes exactly
these escapes and sorts keys by code point, so the strictness is in what is refused: floats, long integers, keys that are
no names, lone surrogates, deep nesting, and every input that its own re-encoding does not give back.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, TypeAlias

import msgspec

from voute.core.errors import FormatError
from voute.core.values import MAX_INTEGER

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

# Deeper than any schema of ours, shallow enough for every parser's stack.
MAX_DEPTH: Final = 16
# One statement; what is larger (registry) says so where it is read.
MAX_BYTES: Final = 1024 * 1024

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NAMES = re.compile(r"[a-z][a-z0-9_]*(?:\n[a-z][a-z0-9_]*)*")
_KINDS: Final = frozenset({bool, int, str, list, dict, type(None)})
# Above it a value is checked level by level; below, its few hundred parts one after the other are quicker.
_WIDE: Final = 64 * 1024
_known_names: set[str] = set()
# A hostile sender may invent names: the memory of good ones stays bounded.
_MAX_KNOWN_NAMES: Final = 4096


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder()


def _check_name(name: object) -> None:
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise FormatError("a key is a name of the form [a-z][a-z0-9_]*")
    if len(_known_names) < _MAX_KNOWN_NAMES:
        _known_names.add(name)


def _check(value: object, depth: int) -> None:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise FormatError("integer out of range")
    elif isinstance(value, dict):
        if not _known_names.issuperset(value):
            for name in value:
                _check_name(name)
        _check_items(value.values(), depth)
    elif isinstance(value, list | tuple):
        _check_items(value, depth)
    else:
        raise FormatError(f"no JSON value: {kind.__name__}")


def _check_items(items: Iterable[object], depth: int) -> None:
    if depth == MAX_DEPTH:
        raise FormatError(f"nested deeper than {MAX_DEPTH}")
    for item in items:
        _check(item, depth + 1)


def _check_names(names: set[str]) -> None:
    """As `_check_name` for many names in one pass: their number may be the sender's choice."""
    joined = "\n".join(names)
    if joined.count("\n") != len(names) - 1 or _NAMES.fullmatch(joined) is None:
        raise FormatError("a key is a name of the form [a-z][a-z0-9_]*")


def _check_wide(value: object) -> None:
    """As `_check`, level by level and without a call a value: a million of them in a row cost milliseconds."""
    level: list[object] = [value]
    depth = 0
    while True:
        numbers = [one for one in level if type(one) is int]
        objects = [one for one in level if type(one) is dict]
        lists = [one for one in level if type(one) is list]
        if not set(map(type, level)) <= _KINDS:
            raise FormatError("no JSON value")
        if numbers and not -MAX_INTEGER <= min(numbers) <= max(numbers) <= MAX_INTEGER:
            raise FormatError("integer out of range")
        if not objects and not lists:
            return
        if depth == MAX_DEPTH:
            raise FormatError(f"nested deeper than {MAX_DEPTH}")
        names = set(chain.from_iterable(objects))
        if names and not _known_names.issuperset(names):
            _check_names(names)
        level = list(chain(chain.from_iterable(lists), chain.from_iterable(map(dict.values, objects))))
        depth += 1


def dumps(value: Json) -> bytes:
    """Encode a value canonically.

    Takes None, bool, int, str, list, tuple and dict; tuples are written as lists. Raises `FormatError` for anything
    else and for what canonical JSON does not hold.
    """
    _check(value, 0)
    return _encode(value)


def _encode(value: Json) -> bytes:
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError as error:
        raise FormatError("lone surrogate in a text") from error


def loads(data: bytes, maximum: int = MAX_BYTES) -> Json:
    """Decode canonical JSON of at most `maximum` bytes.

    The value's own encoding is exactly `data`: white space, another order, a key twice, other escapes are refused.
    Raises `FormatError` and nothing else.
    """
    if len(data) > maximum:
        raise FormatError(f"more than {maximum} bytes")
    try:
        value: Json = _decoder.decode(data)
    except (ValueError, RecursionError) as error:
        raise FormatError("not JSON in UTF-8") from error
    if len(data) > _WIDE:
        _check_wide(value)
        written = _encode(value)
    else:
        written = dumps(value)
    if written != data:
        raise FormatError("not canonical JSON")
    return value
