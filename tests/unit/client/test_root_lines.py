"""What officers are shown of a trust root leaves nothing out and hides nothing."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import ROOT
from voute.client.root_lines import changes_of, lines_of
from voute.verify.trust import TrustedRoot, TrustRootChainError, accept_first, accept_next

VECTORS: Path = ROOT / "vectors" / "trust-root"


def roots() -> tuple[TrustedRoot, TrustedRoot]:
    first, second = json.loads((VECTORS / "ok-keys-change.json").read_bytes())["input"]["roots"]
    before = accept_first(first.encode())
    return before, accept_next(before, second.encode())


def leaves(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, (*place, key))
    else:
        yield place


def changed(payload: dict[str, Any], place: tuple[str | int, ...]) -> dict[str, Any]:
    other = copy.deepcopy(payload)
    inside: Any = other
    for key in place[:-1]:
        inside = inside[key]
    old = inside[place[-1]]
    if place[-1] == "mldsa44":
        inside[place[-1]] = ("B" if old[0] == "A" else "A") + old[1:]
    elif isinstance(old, bool) or old is None:
        inside[place[-1]] = not old
    else:
        inside[place[-1]] = old + 1 if isinstance(old, int) else f"{old}x"
    return other


def test_root_lines_show_whatever_changes() -> None:
    payload = json.loads(roots()[1].envelope.payload)
    shown = lines_of(json.dumps(payload).encode())
    places = list(leaves(payload))
    assert len(places) == len(shown) > 30
    for place in places:
        assert lines_of(json.dumps(changed(payload, place)).encode()) != shown, place


def test_root_lines_of_a_change_name_the_key_that_comes_and_the_one_that_goes() -> None:
    before, after = roots()
    lines = changes_of(after.envelope.payload, before)
    old, new = ({key.hex() for key in one.root.keys} for one in (before, after))
    assert old != new
    for sign, keys in (("-", old - new), ("+", new - old)):
        for key in keys:
            assert any(line.startswith(f"{sign} keys / ") and key in line for line in lines), key
    # What stays is not among them.
    assert not any(key in line for key in old & new for line in lines)
    assert any(line.startswith("+ number = ") for line in lines)


def test_root_lines_of_another_chain_are_refused() -> None:
    before, after = roots()
    for draft, known in ((before.envelope.payload, before), (after.envelope.payload, after), (before.envelope.payload, after)):
        with pytest.raises(TrustRootChainError):
            changes_of(draft, known)


def test_root_lines_hide_nothing_from_a_terminal() -> None:
    payload = json.loads(roots()[0].envelope.payload)
    payload["names"]["fr"] = "Ville\u202e\u200b\x9b2J"
    (line,) = (one for one in lines_of(json.dumps(payload).encode()) if one.startswith("names / fr"))
    assert line == 'names / fr = "Ville\\u202e\\u200b\\u009b2J"'
