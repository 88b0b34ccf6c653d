"""A city that lies to a department about one row after it told the truth about another, and answers that no city gives."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.sim.conftest import NewBound
from tests.sim.lies import Bound, Lie, says_same, sealed_since
from tests.support.command import Ran, bill_rows, write_list
from tests.support.proxy import Exchange, Message
from tests.support.served_city import CITY
from voute.client.codes import CodeDesk
from voute.client.match_answers import BATCH
from voute.client.registry_file import read_book, write_book
from voute.core.ids import Slug
from voute.core.values import unix_time
from voute.format.dsse import SigningKey
from voute.format.registry import EntryState


@pytest.fixture(scope="module")
def bound(new_bound: NewBound) -> Bound:
    return new_bound()


def many_of_one_code(bound: Bound, key: str) -> Path:
    """A list of more rows than one question has codes, all of one code."""
    (row,) = bill_rows(bound.folder / "pdf", ["a-1"])
    rows = [row | {"document key": f"{key}-{number}"} for number in range(BATCH + 1)]
    return write_list(bound.folder / "list.csv", rows)


def deliver_lied_to_later(bound: Bound, key: str, lie: Lie, *, first: Lie | None = None) -> tuple[Ran, list[Exchange]]:
    """Deliver such a list; the first question has the truth as its answer, or `first`, the second one the lie."""
    asked: list[Exchange] = []

    def tell(exchange: Exchange) -> Message | None:
        if exchange.path != "/api/directory/match" or exchange.reply is None:
            return None
        asked.append(exchange)
        said = exchange.reply.json
        told = lie if len(asked) > 1 else first
        if told is None:
            return None
        told(bound, said)
        return exchange.reply.with_json(said)

    mark = bound.city.proxy.mark
    table = many_of_one_code(bound, key)
    with bound.city.proxy.hooks(after=tell):
        ran = bound.voute("deliver", table, "--as", bound.home.issuer, "--home", bound.home.home, "--json", "--patience", "0")
    assert len(asked) == 2
    return ran, bound.city.proxy.since(mark)


def says_waiting(_bound: Bound, said: dict[str, Any]) -> None:
    said["entries"][0] |= {"state": "waiting", "binding": None}


def says_frozen(_bound: Bound, said: dict[str, Any]) -> None:
    said["entries"][0] |= {"state": "frozen", "binding": None}


@pytest.mark.attack("A1")
def test_sim_evil_city_claim_key_is_not_used_after_another_row_of_the_list_has_pinned_a_vault(new_bound: NewBound) -> None:
    bound = new_bound()
    bound.forget()
    ran, exchanges = deliver_lied_to_later(bound, "denied", says_waiting)
    (finding,) = ran.ended(3).json["findings"]
    assert (finding["line"], finding["facts"]["check"]) == (BATCH + 2, "binding-denied")
    assert sealed_since(exchanges) == []


@pytest.mark.attack("A1")
def test_sim_evil_city_old_head_is_not_the_same_after_another_row_of_the_list_has_shown_a_newer_one(new_bound: NewBound) -> None:
    bound = new_bound()
    # Proven and kept.
    assert bound.deliver("kept").ended(0).json["to_vaults"] == 1
    body, vault = bound.resident.keyring_body(drop_passkey=True)
    bound.resident.client.put("/api/vault/keyring", json=body).raise_for_status()
    bound.resident.vault = vault
    bound.city.settle()
    ran, exchanges = deliver_lied_to_later(bound, "older", says_same)
    (finding,) = ran.ended(3).json["findings"]
    assert (finding["line"], finding["facts"]["check"]) == (BATCH + 2, "record-chain")
    assert sealed_since(exchanges) == []


def test_sim_evil_city_code_that_one_row_has_frozen_is_frozen_for_all(new_bound: NewBound) -> None:
    bound = new_bound()
    ran, exchanges = deliver_lied_to_later(bound, "thawed", lambda _bound, _said: None, first=says_frozen)
    said = ran.ended(5).json
    assert (said["to_vaults"], said["to_codes"], len(said["frozen"])) == (0, 0, BATCH + 1)
    assert sealed_since(exchanges) == []
    assert [entry.state for entry in CodeDesk(bound.home).at("a-1")] == [EntryState.FROZEN]


def test_sim_evil_city_vault_of_many_rows_is_pinned_by_one_act(new_bound: NewBound) -> None:
    bound = new_bound()
    bound.forget()
    table = write_list(
        bound.folder / "list.csv",
        [row | {"document key": f"one-act-{number}"} for number in range(3) for row in bill_rows(bound.folder / "pdf", ["a-1"])],
    )
    mark = bound.city.proxy.mark
    command = ("deliver", table, "--as", bound.home.issuer, "--home", bound.home.home, "--json")
    assert bound.voute(*command).ended(0).json["to_vaults"] == 3
    told = [one.request.json["acts"] for one in bound.city.proxy.since(mark) if one.path == "/api/directory/bound"]
    assert [len(acts) for acts in told] == [1]


@pytest.mark.attack("A1")
def test_sim_evil_city_same_head_is_not_believed_of_a_question_without_heads(new_bound: NewBound) -> None:
    bound = new_bound()
    assert bound.deliver("kept").ended(0).json["to_vaults"] == 1

    def refuse(exchange: Exchange) -> Message | None:
        if exchange.path != "/api/directory/match" or exchange.reply is None:
            return None
        if "pinned" in exchange.request.json:
            problem = {"type": "urn:voute:problem:request-invalid", "code": "request-invalid", "status": 400, "facts": {}}
            return exchange.reply.with_body(json.dumps(problem).encode(), "HTTP/1.1 400 Bad Request")
        said = exchange.reply.json
        says_same(bound, said)
        return exchange.reply.with_json(said)

    mark = bound.city.proxy.mark
    with bound.city.proxy.hooks(after=refuse):
        ran = bound.deliver("not-asked")
    assert ran.ended(3).json["findings"][0]["facts"]["check"] == "format"
    assert sealed_since(bound.city.proxy.since(mark)) == []


@pytest.mark.attack("A1", "G1")
@pytest.mark.parametrize("odd", [{"state": []}, {"state": {}}, {"state": 1}, {"state": "bound", "binding": []}, None])
def test_sim_evil_city_answers_of_an_odd_shape_are_refused_in_words(bound: Bound, odd: dict[str, Any] | None) -> None:
    def lie(_bound: Bound, said: dict[str, Any]) -> None:
        (entry,) = said["entries"]
        if odd is None:
            del entry["binding"]
        else:
            entry.update(odd)

    ran, exchanges = bound.deliver_lied_to("odd", lie)
    said = ran.json
    assert (ran.code, said.get("error")) == (1, "format") or said["findings"][0]["facts"]["check"] == "format"
    assert sealed_since(exchanges) == []
    listed, _ = bound.lied_to(
        lambda _bound, said: said["entries"][0].update(odd or {"state": "bound"}),
        lambda: bound.voute("codes", "list", "--as", bound.home.issuer, "--home", bound.home.home, "--json"),
    )
    assert '"fault"' not in listed.out


@pytest.mark.attack("A1")
def test_sim_evil_registry_that_gives_a_code_to_another_vault_finds_no_kept_key(new_bound: NewBound) -> None:
    """Whoever has the department's signing key writes registries; where documents go, its master secret says."""
    bound = new_bound()
    home = bound.home
    assert bound.deliver("kept").ended(0).json["to_vaults"] == 1
    signer = SigningKey(home.secrets().signing_seed)
    book = read_book(home, Slug(CITY), [signer.public])
    (victim,), (thief,) = book.of("a-1"), book.of("b-1")
    forged = replace(victim, lookup_id=thief.lookup_id, binding=thief.binding)
    book.put(forged)
    book.put(replace(thief, lookup_id=victim.lookup_id, binding=victim.binding))
    write_book(home, book, signer, unix_time(int(time.time())))
    mark = bound.city.proxy.mark
    ran = bound.deliver("to-the-thief")
    assert ran.ended(3).json["findings"][0]["facts"]["check"] == "bind-mismatch"
    assert sealed_since(bound.city.proxy.since(mark)) == []
