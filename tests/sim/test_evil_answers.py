"""Every member of every answer changed, one at a time, and answers that no client has room for."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sim.conftest import NewBound
from tests.sim.lies import Bound, opens, sealed_since, shown_in_full
from tests.support.command import Ran
from tests.support.proxy import Exchange, Message
from voute.client.receipts import export_receipt

Place = tuple[str | int, ...]


@pytest.fixture(scope="module")
def bound(new_bound: NewBound) -> Bound:
    return new_bound()


def lines_of(exchange: Exchange) -> list[Any]:
    """An answer as JSON: one object, or one a line."""
    assert exchange.reply is not None
    return [json.loads(line) for line in exchange.reply.body.splitlines()]


def leaves(value: Any, at: Place = ()) -> Iterator[Place]:  # noqa: ANN401 -- JSON is any
    """Where an answer holds something that is no object and no list."""
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, (*at, key))
    else:
        yield at


def another(value: Any) -> Any:  # noqa: ANN401 -- JSON is any
    """Another value of the same kind, as plausible as a liar can make it without the keys."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str) and value:
        letter = "1" if value[0] != "1" else "2"
        return letter + value[1:]
    return "1" if value is None else None


def changed(value: Any, place: Place) -> Any:  # noqa: ANN401 -- JSON is any
    if not place:
        return another(value)
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = changed(copy[place[0]], place[1:])
    return copy


def plan(exchanges: list[Exchange]) -> list[tuple[str, Place]]:
    """Each route's first answer that is JSON, and each place in it."""
    found: dict[str, list[Place]] = {}
    for one in exchanges:
        if one.reply is not None and one.reply.body.startswith(b"{") and one.path != "/api/trust-root":
            found.setdefault(one.route, list(leaves(lines_of(one))))
    return [(route, place) for route, places in found.items() for place in places]


MATCH = "POST /api/directory/match"
LEAST = {"the same head": 30, "in full": 10}
"""Places that are there at least: of all answers while the city says that a head is the same, then of one that shows it."""


def run(
    bound: Bound, key: str, tell: Callable[[Exchange], Message | None], shown: str = "the same head"
) -> tuple[Ran, list[Exchange]]:
    mark = bound.city.proxy.mark
    with bound.city.proxy.hooks(before=shown_in_full if shown == "in full" else None, after=tell):
        ran = bound.deliver(key)
    return ran, bound.city.proxy.since(mark)


def still_true(bound: Bound, ran: Ran, exchanges: list[Exchange]) -> bool:
    """Whether all that the command says and leaves is what it would be without a lie."""
    said = ran.json
    ((_, header),) = sealed_since(exchanges)
    receipt = bound.folder / "receipt.json"
    receipt.write_bytes(export_receipt(Path(said["receipts"]), lambda _line: True))
    checked = bound.voute("verify", bound.folder / "pdf" / "a-1.pdf", receipt, "--home", bound.home.home)
    return said["to_vaults"] == 1 and opens(bound.resident.open_vault.reading, header) and checked.code == 0


@pytest.mark.attack("B3", "D6")
@pytest.mark.control("B3", "D6")
@pytest.mark.parametrize("shown", LEAST)
def test_sim_answers_each_member_of_each_is_refused_or_changes_nothing(bound: Bound, shown: str) -> None:
    ran, plain = run(bound, f"control, {shown}", lambda _exchange: None, shown)
    assert still_true(bound, ran.ended(0), plain)
    places = [one for one in plan(plain) if shown == "the same head" or one[0] == MATCH]
    assert len(places) >= LEAST[shown]
    wrong = []
    for number, (route, place) in enumerate(places):
        told: list[str] = []

        def tell(exchange: Exchange, route: str = route, place: Place = place, told: list[str] = told) -> Message | None:
            if exchange.route != route or told or exchange.reply is None:
                return None
            told.append(route)
            lines = changed(lines_of(exchange), place)
            return exchange.reply.with_body(b"\n".join(json.dumps(line).encode() for line in lines) + b"\n")

        ran, asked = run(bound, f"changed-{number}, {shown}", tell, shown)
        assert told
        if ran.code not in {1, 3, 4} and not still_true(bound, ran, asked):
            wrong.append((route, place))
        if '"fault"' in ran.out:
            wrong.append((route, (*place, "no words for it")))
        assert all(opens(bound.resident.open_vault.reading, header) for _, header in sealed_since(asked)), (route, place)
    assert wrong == []


def bombs() -> dict[str, Callable[[Message], Message]]:
    deep = b"[" * 200_000 + b"]" * 200_000
    packed = gzip.compress(b" " * 50_000_000)

    def compressed(reply: Message) -> Message:
        whole = reply.with_body(packed)
        head = whole.head.rstrip(b"\r\n") + b"\r\ncontent-encoding: gzip\r\n\r\n"
        return Message(whole.first, head, packed, head + packed)

    return {
        "too long": lambda reply: reply.with_body(b'{"known":"' + b"a" * 5_000_000 + b'"}'),
        "nested": lambda reply: reply.with_body(b'{"known":' + deep + b"}"),
        "compressed": compressed,
        "not JSON": lambda reply: reply.with_body(b"{" * 1_000),
        "a number of a million digits": lambda reply: reply.with_body(b'{"challenge":' + b"9" * 1_000_000 + b"}"),
        "not UTF-8": lambda reply: reply.with_body(b'{"challenge":"\xff\xfe"}'),
    }


@pytest.mark.attack("G1")
@pytest.mark.parametrize("name", bombs())
@pytest.mark.parametrize("route", ["POST /api/issuer/challenge", "GET /api/deliveries/ID/receipts"])
def test_sim_answers_that_nobody_has_room_for_are_refused(bound: Bound, name: str, route: str) -> None:
    def tell(exchange: Exchange) -> Message | None:
        if exchange.route != route or exchange.reply is None:
            return None
        return bombs()[name](exchange.reply)

    ran, asked = run(bound, f"{route} {name}", tell)
    assert ran.ended(1).json["error"] in {"format", "limit"}
    assert asked[-1].route == route


@pytest.mark.attack("D1", "D6")
def test_sim_answers_receipts_of_a_log_that_nobody_signed_are_refused(bound: Bound) -> None:
    """The liar leaves out the log's own signature, gives the same receipt twice, or one of them less."""

    def without_signatures(lines: list[Any]) -> list[Any]:
        return [line | {"note": line["note"].rpartition("\n\n")[0] + "\n\n"} if "note" in line else line for line in lines]

    lies: dict[str, Callable[[list[Any]], list[Any]]] = {
        "no signature": without_signatures,
        "twice": lambda lines: [*lines, lines[-1]],
        "none": lambda lines: lines[:1],
        "no checkpoint": lambda lines: lines[1:],
        "something else": lambda lines: [*lines, {"kind": "promise"}],
    }
    for name, lie in lies.items():

        def tell(exchange: Exchange, lie: Callable[[list[Any]], list[Any]] = lie) -> Message | None:
            if not exchange.path.endswith("/receipts") or exchange.reply is None:
                return None
            lines = lie(lines_of(exchange))
            return exchange.reply.with_body(b"\n".join(json.dumps(line).encode() for line in lines) + b"\n")

        ran, _ = run(bound, name, tell)
        assert ran.code == 1, name
        assert '"fault"' not in ran.out, name


@pytest.mark.mutant("B3", "D6")
def test_sim_answers_mutant_that_keeps_any_receipt_is_left_with_one_that_proves_nothing(bound: Bound) -> None:
    def tell(exchange: Exchange) -> Message | None:
        if not exchange.path.endswith("/receipts") or exchange.reply is None:
            return None
        lines = [line | {"salt": "00" * 32} if "salt" in line else line for line in lines_of(exchange)]
        return exchange.reply.with_body(b"\n".join(json.dumps(line).encode() for line in lines) + b"\n")

    ran, _ = run(bound, "real", tell)
    assert ran.ended(1).json["error"] == "merkle-proof"
    mark = bound.city.proxy.mark
    with bound.city.proxy.hooks(after=tell):
        ran = bound.deliver("mutant", "keeps any receipt")
    assert not still_true(bound, ran.ended(0), bound.city.proxy.since(mark))
