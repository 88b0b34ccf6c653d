"""A trust root in lines, one for each value: what officers read before they sign, whole, or as what changes.

Nothing of the payload is left out: two payloads that differ in anything have lines that differ (but in the order of keys that no
trust root leaves open). Post-quantum keys, of 1,312 bytes, stand as their SHA-256.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from voute.format.fields import from_base64
from voute.verify.trust import TrustedRoot, TrustRootChainError

_NAMED_BY: Final = ("id", "origin", "name", "keyid", "ed25519")
"""The key by which a list's element is called, the first that it has."""
_LARGE: Final = "mldsa44"


def lines_of(payload: bytes) -> list[str]:
    """Write every value of a payload on a line of its own, `place = value`."""
    return list(_walk(json.loads(payload), ()))


def changes_of(payload: bytes, after: TrustedRoot) -> list[str]:
    """Write what a draft changes in the root before it: lines that go, with `-`, then lines that come, with `+`, by place.

    Raises:
        TrustRootChainError: the draft does not follow that root.
    """
    given = json.loads(payload)
    if given["number"] != after.root.number + 1 or given["previous"] != after.hash.hex():
        raise TrustRootChainError("not the next root", seen=after.root.number, offered=int(given["number"]))
    old, new = Counter(lines_of(after.envelope.payload)), Counter(lines_of(payload))
    changed = [(line, "-") for line in (old - new).elements()] + [(line, "+") for line in (new - old).elements()]
    return [f"{sign} {line}" for line, sign in sorted(changed, key=lambda one: (one[0].partition(" = ")[0], one[1] == "+"))]


def _walk(value: Any, place: Sequence[str]) -> Iterator[str]:  # noqa: ANN401 what JSON gives
    if isinstance(value, dict) and value:
        for key in sorted(value):
            yield from _walk(value[key], (*place, key))
    elif isinstance(value, list) and value:
        for number, one in enumerate(value, 1):
            yield from _walk(one, (*place, _name(one, number)))
    else:
        yield f"{' / '.join(map(_printable, place))} = {_text(value, place[-1])}"


def _name(one: Any, number: int) -> str:  # noqa: ANN401 what JSON gives
    found = [str(one[key]) for key in _NAMED_BY if key in one] if isinstance(one, dict) else []
    return found[0] if found else str(number)


def _text(value: Any, key: str) -> str:  # noqa: ANN401 what JSON gives
    if key == _LARGE:
        return f"SHA-256 {hashlib.sha256(from_base64(value)).hexdigest()}"
    return _printable(json.dumps(value, ensure_ascii=False))


def _printable(text: str) -> str:
    """Escape what a terminal would obey or not show: an officer must see each symbol."""
    return "".join(symbol if symbol.isprintable() else f"\\u{ord(symbol):04x}" for symbol in text)
