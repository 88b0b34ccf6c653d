"""A city that lies to a department: the real `voute deliver` names the row and seals nothing for the liar.

The lies are told by a proxy before the real city, so that everything else is true; the same list without the lie passes.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.sim.conftest import NewBound
from tests.sim.lies import (
    LIES,
    Bound,
    Lie,
    another_residents,
    forked_log,
    logged_claim,
    opens,
    own_key_bare,
    own_records,
    replayed_bind,
    says_same,
    sealed_since,
    the_binding,
    without_witness,
)
from tests.support.command import Ran
from tests.support.proxy import Exchange, Message
from voute.client.kept_vaults import FILE_NAME, ROW_SIZE
from voute.client.trust import pin
from voute.core.ids import HASH_SIZE
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.dsse import SigningKey
from voute.format.sidecar import BoxKind
from voute.format.trust_root import TrustRoot, sign_trust_root
from voute.seal.vault import change_keyring


@pytest.fixture(scope="module")
def bound(new_bound: NewBound) -> Bound:
    return new_bound()


ASKED = [
    "GET /api/trust-root",
    "POST /api/issuer/challenge",
    "POST /api/issuer/sessions",
    "GET /api/trust-root/next",
    "POST /api/deliveries/known",
    "POST /api/directory/match",
]
"""All that is asked before a lie is seen; nothing follows it, whichever check it failed."""


@pytest.mark.attack("A1", "A3", "D1")
@pytest.mark.parametrize(("lie", "check"), LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_sim_evil_city_lie_about_a_vault_names_the_row_and_seals_nothing(bound: Bound, lie: Lie, check: str) -> None:
    before = bound.city.snapshot()
    registry = bound.home.registry_path.read_bytes()
    ran, exchanges = bound.deliver_lied_to(f"lie-{lie.__name__}", lie)
    (finding,) = ran.ended(3).json["findings"]
    assert (finding["line"], finding["problem"], finding["facts"]["check"]) == (2, "key-not-proven", check)
    assert [one.route for one in exchanges] == ASKED
    assert bound.city.snapshot() == before
    assert bound.home.registry_path.read_bytes() == registry


@pytest.mark.attack("A1", "D1")
@pytest.mark.parametrize(("lie", "check"), LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_sim_evil_city_lie_about_a_code_is_listed_as_such_and_pins_nothing(bound: Bound, lie: Lie, check: str) -> None:
    def about_the_first(bound: Bound, said: dict[str, Any]) -> None:
        (first, *others) = said["entries"]
        said["entries"] = [first]
        lie(bound, said)
        said["entries"] += others

    registry = bound.home.registry_path.read_bytes()
    command = ("codes", "list", "--as", bound.home.issuer, "--home", bound.home.home, "--json")
    ran, _ = bound.lied_to(about_the_first, lambda: bound.voute(*command))
    row = ran.ended(0).lines[0]
    assert (row["state"], row["doubt"]) == ("bound", check)
    assert bound.home.registry_path.read_bytes() == registry


@pytest.mark.control("A1", "D1")
def test_sim_evil_city_control_run_without_a_lie_is_sealed_to_the_resident_alone(bound: Bound) -> None:
    ran, exchanges = bound.deliver_lied_to("control", lambda _bound, _said: None)
    assert ran.ended(0).json["to_vaults"] == 1
    ((kind, header),) = sealed_since(exchanges)
    assert kind is BoxKind.VAULT
    assert opens(bound.resident.open_vault.reading, header)
    assert not opens(bound.attacker.identity, header)


@pytest.mark.attack("A1")
def test_sim_evil_city_attackers_key_opens_nothing_that_was_ever_uploaded(bound: Bound) -> None:
    for lie, _ in LIES:
        bound.deliver_lied_to(f"again-{lie.__name__}", lie)
    headers = sealed_since(bound.city.proxy.exchanges)
    assert len(headers) >= 4
    assert [header for _, header in headers if opens(bound.attacker.identity, header)] == []
    assert any(opens(bound.resident.open_vault.reading, header) for _, header in headers)


@pytest.mark.attack("A1")
def test_sim_evil_city_first_sight_of_a_binding_is_proven_too(new_bound: NewBound) -> None:
    """The registry has pinned nothing yet: it is the code on the letter that the liar doesn't have."""
    bound = new_bound()
    bound.forget()
    for lie in (own_key_bare, replayed_bind, own_records, forked_log, logged_claim, another_residents):
        ran, exchanges = bound.deliver_lied_to(f"first-{lie.__name__}", lie)
        assert ran.ended(3).json["findings"][0]["problem"] == "key-not-proven"
        assert sealed_since(exchanges) == []
    assert bound.deliver("control").ended(0).json["to_vaults"] == 1


@pytest.mark.attack("A1")
@pytest.mark.control("A1")
def test_sim_evil_city_old_reading_key_is_refused_once_the_new_one_was_seen(new_bound: NewBound) -> None:
    bound = new_bound()
    resident = bound.resident
    kept: dict[str, Any] = {}
    bound.deliver_lied_to("keep", lambda _bound, said: kept.update(the_binding(said)))
    old = list(kept["records"])
    lost = resident.open_vault.reading
    body, vault = resident.keyring_body(drop_passkey=True)
    resident.client.put("/api/vault/keyring", json=body).raise_for_status()
    resident.vault = vault
    bound.city.settle()
    assert bound.deliver("new-key").ended(0).json["to_vaults"] == 1
    ran, exchanges = bound.deliver_lied_to("old-key", lambda _bound, said: the_binding(said).update(records=old))
    (finding,) = ran.ended(3).json["findings"]
    assert finding["facts"]["check"] == "record-chain"
    assert sealed_since(exchanges) == []
    ran, exchanges = bound.deliver_lied_to("old-key", lambda _bound, _said: None)
    ((_, header),) = sealed_since(exchanges)
    assert (opens(vault.reading, header), opens(lost, header)) == (True, False)
    assert len(change_keyring(vault).vault.keyring.readings) == 2


@pytest.mark.attack("A1")
def test_sim_evil_city_same_head_is_believed_of_no_code_whose_head_was_not_asked_about(new_bound: NewBound) -> None:
    bound = new_bound()
    bound.forget()
    ran, exchanges = bound.deliver_lied_to("same-1", says_same)
    (finding,) = ran.ended(3).json["findings"]
    assert (finding["problem"], finding["facts"]["check"]) == ("key-not-proven", "format")
    assert sealed_since(exchanges) == []
    # Pinned, but what is kept of it is not the department's own work any more.
    assert bound.deliver("pinned").ended(0).json["to_vaults"] == 1
    kept = bound.home.folder / FILE_NAME
    rows = bytearray(kept.read_bytes())
    for at in range(HASH_SIZE, len(rows), ROW_SIZE):
        rows[at + HASH_SIZE + 5] ^= 1
    kept.write_bytes(rows)
    ran, exchanges = bound.deliver_lied_to("same-2", says_same)
    assert ran.ended(3).json["findings"][0]["facts"]["check"] == "format"
    assert sealed_since(exchanges) == []
    mark = bound.city.proxy.mark
    assert bound.deliver("control").ended(0).json["to_vaults"] == 1
    assert pins_sent(bound, mark) == [[]]


@pytest.mark.attack("A1", "D1")
def test_sim_evil_city_same_head_needs_the_quorum_as_a_chain_does(new_bound: NewBound) -> None:
    bound = new_bound()

    def unwitnessed(bound: Bound, said: dict[str, Any]) -> None:
        says_same(bound, said)
        without_witness(bound, said)

    ran, exchanges = bound.deliver_lied_to("same", unwitnessed)
    assert ran.ended(3).json["findings"][0]["facts"]["check"] == "no-quorum"
    assert sealed_since(exchanges) == []


@pytest.mark.attack("A1")
@pytest.mark.control("A1")
def test_sim_evil_city_same_head_that_is_a_lie_gives_the_key_that_is_pinned_and_no_other(new_bound: NewBound) -> None:
    """What a city hides so it hides by showing the old chain too: the document goes to a key that was proven."""
    bound = new_bound()
    resident, pinned, mark = bound.resident, bound.resident.open_vault.reading, bound.city.proxy.mark
    assert bound.deliver("same").ended(0).json["to_vaults"] == 1
    head = resident.open_vault.chain.head.hex()
    assert pins_sent(bound, mark) == [[head]]
    body, vault = resident.keyring_body(drop_passkey=True)
    resident.client.put("/api/vault/keyring", json=body).raise_for_status()
    resident.vault = vault
    bound.city.settle()
    ran, exchanges = bound.deliver_lied_to("hidden", says_same)
    assert ran.ended(0).json["to_vaults"] == 1
    ((_, header),) = sealed_since(exchanges)
    assert (opens(pinned, header), opens(bound.attacker.identity, header)) == (True, False)
    # The city that does not lie shows the new chain to who asks about the old head.
    mark = bound.city.proxy.mark
    assert bound.deliver("shown").ended(0).json["to_vaults"] == 1
    assert pins_sent(bound, mark) == [[head]]
    ((_, header),) = sealed_since(bound.city.proxy.since(mark))
    assert (opens(vault.reading, header), opens(pinned, header)) == (True, False)


def test_sim_evil_city_of_an_earlier_release_is_asked_once_and_shows_all(bound: Bound) -> None:
    def refuse(exchange: Exchange) -> Message | None:
        if exchange.path != "/api/directory/match" or exchange.reply is None or "pinned" not in exchange.request.json:
            return None
        problem = {"type": "urn:voute:problem:request-invalid", "code": "request-invalid", "status": 400, "facts": {}}
        return exchange.reply.with_body(json.dumps(problem).encode(), "HTTP/1.1 400 Bad Request")

    mark = bound.city.proxy.mark
    with bound.city.proxy.hooks(after=refuse):
        assert bound.deliver("earlier").ended(0).json["to_vaults"] == 1
    assert pins_sent(bound, mark) == [[bound.resident.open_vault.chain.head.hex()], []]


def pins_sent(bound: Bound, mark: int) -> list[list[str]]:
    """Which heads each question about codes named."""
    asked = [one.request.json for one in bound.city.proxy.since(mark) if one.path == "/api/directory/match"]
    return [one.get("pinned", []) for one in asked]


def next_root(bound: Bound, **changes: object) -> TrustRoot:
    raw = bound.home.trust_root_path.read_bytes()
    known = dsse.statement_hash(dsse.parse(raw).payload)
    root = bound.city.root
    return replace(root, number=root.number + 1, previous=known, **changes)  # type: ignore[arg-type]


def offering(raw: bytes) -> Callable[[Exchange], Message | None]:
    def tell(exchange: Exchange) -> Message | None:
        if exchange.path != "/api/trust-root" or exchange.reply is None:
            return None
        return exchange.reply.with_body(raw)

    return tell


@pytest.mark.attack("A1")
def test_sim_evil_city_trust_root_of_others_is_refused(new_bound: NewBound) -> None:
    bound = new_bound()
    pinned = bound.home.trust_root_path.read_bytes()
    mine = [SigningKey(bytes([number]) * 32) for number in (1, 2, 3)]
    officers = list(bound.city.officers)
    keys = tuple(sorted((key.public for key in mine), key=dsse.keyid))
    taken = next_root(bound, keys=keys)
    offers = {
        "signed by the liar alone": (sign_trust_root(taken, mine), "trust-root-quorum"),
        "signed by the liar and one officer": (sign_trust_root(taken, [*mine, officers[0]]), "trust-root-quorum"),
        "the same number, other content": (
            sign_trust_root(replace(bound.city.root, quorum=0, witnesses=()), officers),
            "trust-root-rollback",
        ),
        "a number left out": (sign_trust_root(replace(next_root(bound), number=3), officers), "trust-root-chain"),
        "no root at all": (b"{}", "format"),
    }
    for name, (raw, error) in offers.items():
        mark = bound.city.proxy.mark
        with bound.city.proxy.hooks(after=offering(raw)):
            assert bound.deliver("root").ended(1).json["error"] == error, name
        # A root that was left out is asked for: here it is the same lie again.
        asked = ["GET /api/trust-root"] * (2 if error == "trust-root-chain" else 1)
        assert [one.route for one in bound.city.proxy.since(mark)] == asked, name
        assert bound.home.trust_root_path.read_bytes() == pinned


@pytest.mark.attack("A1")
def test_sim_evil_city_old_trust_root_is_refused_once_a_newer_was_seen(new_bound: NewBound) -> None:
    bound = new_bound()
    newer = sign_trust_root(next_root(bound), bound.city.officers)
    with bound.city.proxy.hooks(after=offering(newer)):
        assert bound.deliver("newer").ended(0).json["to_vaults"] == 1
    assert bound.home.trust_root_path.read_bytes() == newer
    mark = bound.city.proxy.mark
    assert bound.deliver("older").ended(1).json["error"] == "trust-root-rollback"
    assert [one.route for one in bound.city.proxy.since(mark)] == ["GET /api/trust-root"]
    assert pin(bound.home.trust_root_path, newer).root.number == 2


def tomorrow(bound: Bound) -> bytes:
    """A next root that all officers signed, perhaps with keys that were stolen today: it asks for no witness any more."""
    when = unix_time(int(time.time()) + 86_400)
    return sign_trust_root(next_root(bound, effective_at=when, quorum=0, witnesses=()), bound.city.officers)


@pytest.mark.attack("A1")
def test_sim_evil_city_trust_root_whose_time_has_not_come_changes_nothing(new_bound: NewBound) -> None:
    bound = new_bound()
    pinned = bound.home.trust_root_path.read_bytes()
    with bound.city.proxy.hooks(after=offering(tomorrow(bound))):
        assert bound.deliver("before-its-time").ended(0).json["to_vaults"] == 1
    assert bound.home.trust_root_path.read_bytes() == pinned
    ran, exchanges = tell_both(bound, "before-its-time-2")
    assert ran.ended(3).json["findings"][0]["facts"]["check"] == "no-quorum"
    assert sealed_since(exchanges) == []


@pytest.mark.mutant("A1")
def test_sim_evil_city_mutant_that_uses_a_root_before_its_time_asks_no_witness(new_bound: NewBound) -> None:
    bound = new_bound()
    _, exchanges = tell_both(bound, "mutant", "uses a root before its time")
    assert len(sealed_since(exchanges)) == 1


def tell_both(bound: Bound, key: str, mutant: str = "") -> tuple[Ran, list[Exchange]]:
    """Offer tomorrow's root, and show a log that no witness has seen."""
    offer, mark = offering(tomorrow(bound)), bound.city.proxy.mark

    def tell(exchange: Exchange) -> Message | None:
        if exchange.path != "/api/directory/match" or exchange.reply is None:
            return offer(exchange)
        said = exchange.reply.json
        without_witness(bound, said)
        return exchange.reply.with_json(said)

    with bound.city.proxy.hooks(after=tell):
        return bound.deliver(key, mutant), bound.city.proxy.since(mark)
