"""A city that asks for a rotation, an upgrade, an older format or a cheaper key: `voute deliver` does what it does anyway."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sim.conftest import NewBound
from tests.sim.lies import Bound, opens, sealed_since
from tests.support.command import Ran
from tests.support.proxy import Exchange, Message

ROUTES = {
    "GET /api/trust-root": "/api/trust-root",
    "POST /api/issuer/challenge": "/api/issuer/challenge",
    "POST /api/issuer/sessions": "/api/issuer/sessions",
    "POST /api/deliveries/known": "/api/deliveries/known",
    "POST /api/directory/match": "/api/directory/match",
    "POST /api/deliveries": "/api/deliveries",
}


@pytest.fixture(scope="module")
def bound(new_bound: NewBound) -> Bound:
    return new_bound()


def asking(bound: Bound) -> dict[str, Any]:
    """Members that no answer has: each is something that a client of another system has obeyed."""
    mine = bound.attacker.identity.recipient.to_string()
    return {
        "rotate": True,
        "rotate_to": mine,
        "upgrade": "v2",
        "legacy_key": mine,
        "format": "v0",
        "min_version": 0,
        "algorithm": "X25519",
        "armor": True,
        "iterations": 1,
        "logN": 1,
        "kdf": {"name": "scrypt", "logN": 1},
        "policy": {"recovery": True, "enrol": [mine]},
        "recipients": [mine],
        "reencrypt": "all",
    }


def with_members(value: Any, members: dict[str, Any]) -> Any:  # noqa: ANN401 -- JSON is any
    """Add members to every object of an answer."""
    if isinstance(value, dict):
        return members | {key: with_members(one, members) for key, one in value.items()}
    return [with_members(one, members) for one in value] if isinstance(value, list) else value


def through(bound: Bound, key: str, tell: Callable[[Exchange], Message | None], mutant: str = "") -> tuple[Ran, list[Exchange]]:
    mark = bound.city.proxy.mark
    with bound.city.proxy.hooks(after=tell):
        ran = bound.deliver(key, mutant)
    return ran, bound.city.proxy.since(mark)


def routes(exchanges: list[Exchange]) -> list[str]:
    """What was asked, without how often the log was asked for."""
    return list(dict.fromkeys(one.route for one in exchanges))


def adding(bound: Bound) -> Callable[[Exchange], Message | None]:
    members = asking(bound)

    def tell(exchange: Exchange) -> Message | None:
        if exchange.reply is None or not exchange.reply.body.startswith(b"{") or exchange.path == "/api/trust-root":
            return None
        if exchange.path.endswith("/receipts"):
            return None
        return exchange.reply.with_json(with_members(exchange.reply.json, members))

    return tell


@pytest.mark.attack("A5", "A6", "A7")
@pytest.mark.control("A5", "A6", "A7")
def test_sim_upgrade_members_that_no_answer_has_change_nothing_that_is_sent(bound: Bound) -> None:
    ran, plain = through(bound, "upgrade-control", lambda _exchange: None)
    assert ran.ended(0).json["to_vaults"] == 1
    ran, asked = through(bound, "upgrade-attack", adding(bound))
    assert ran.ended(0).json["to_vaults"] == 1
    assert routes(asked) == routes(plain)
    ((_, header),) = sealed_since(asked)
    assert opens(bound.resident.open_vault.reading, header)
    assert not opens(bound.attacker.identity, header)


@pytest.mark.mutant("A5", "A7")
def test_sim_upgrade_mutant_that_obeys_a_rotation_seals_to_the_key_that_it_is_told(bound: Bound) -> None:
    _, asked = through(bound, "upgrade-mutant", adding(bound), "obeys a rotation")
    ((_, header),) = sealed_since(asked)
    assert opens(bound.attacker.identity, header)


PROBLEMS = (
    ("HTTP/1.1 426 Upgrade Required", "upgrade-required"),
    ("HTTP/1.1 409 Conflict", "rotate-required"),
    ("HTTP/1.1 400 Bad Request", "legacy-format-required"),
    ("HTTP/1.1 307 Temporary Redirect", "moved"),
    ("HTTP/1.1 510 Not Extended", "\x1b]0;obey\x07"),
)


@pytest.mark.attack("A5", "A7")
@pytest.mark.parametrize("route", ROUTES)
def test_sim_upgrade_problems_end_the_run_and_nothing_is_sealed(bound: Bound, route: str) -> None:
    facts = asking(bound) | {"delivery_id": "\x1b[2J\x9b2J evil", "seconds": 10**30, "other": None, "size": [1]}
    for first, code in PROBLEMS:

        def tell(exchange: Exchange, first: str = first, code: str = code) -> Message | None:
            if exchange.route != route or exchange.reply is None:
                return None
            body = {"type": "urn:voute:problem:x", "code": code, "status": 400, "title": "Upgrade", "facts": facts}
            refused = exchange.reply.with_body(json.dumps(body).encode(), first)
            head = refused.head.rstrip(b"\r\n") + b"\r\nlocation: http://127.0.0.1:9/elsewhere\r\n\r\n"
            return Message(refused.first, head, refused.body, head + refused.body)

        ran, asked = through(bound, f"{route} {first}", tell)
        assert ran.code == 1
        # A draft that may be there is cancelled; nothing else follows.
        after = [one.route for one in asked[[one.route for one in asked].index(route) + 1 :]]
        assert after in ([], ["DELETE /api/deliveries/ID"])
        assert sealed_since(asked) == []
        assert not any(letter in ran.out + ran.err for letter in "\x1b\x9b\x07")
