"""A city that answers a list with another list: in another order, with one twice, one too few, one too many, one of another."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sim.conftest import NewBound
from tests.sim.lies import Bound, sealed_since
from tests.support.command import Ran, bill_rows, write_list
from tests.support.proxy import Exchange, Message

MATCH, KNOWN = "/api/directory/match", "/api/deliveries/known"
ListLie = Callable[[list[Any]], list[Any]]


@pytest.fixture(scope="module")
def bound(new_bound: NewBound) -> Bound:
    return new_bound()


def deliver_two(bound: Bound, key: str, path: str = "", lie: ListLie = lambda entries: entries) -> tuple[Ran, list[Exchange]]:
    """Deliver to two codes, to a city that changes the list of one of its answers."""
    member = {MATCH: "entries", KNOWN: "known"}
    bills = bill_rows(bound.folder / "pdf", ["a-1", "b-1"])
    rows = [row | {"document key": f"{key} {number}"} for number, row in enumerate(bills)]
    table = write_list(bound.folder / "list.csv", rows)

    def tell(exchange: Exchange) -> Message | None:
        if exchange.path != path or exchange.reply is None:
            return None
        said = exchange.reply.json
        return exchange.reply.with_json(said | {member[path]: lie(said[member[path]])})

    mark = bound.city.proxy.mark
    with bound.city.proxy.hooks(after=tell):
        ran = bound.voute("deliver", table, "--as", bound.home.issuer, "--home", bound.home.home, "--json", "--patience", "0")
    return ran, bound.city.proxy.since(mark)


@pytest.fixture(scope="module")
def known(bound: Bound) -> Bound:
    """Two documents that the city knows."""
    ran, exchanges = deliver_two(bound, "known", MATCH)
    assert ran.ended(0).json["to_vaults"] == len(sealed_since(exchanges)) == 2
    return bound


CODES: dict[str, ListLie] = {
    "in another order": lambda entries: entries[::-1],
    "one twice, with another's vault": lambda entries: [entries[0], entries[1] | {"lookup_id": entries[0]["lookup_id"]}],
    "one left out": lambda entries: entries[:1],
    "one added": lambda entries: [*entries, entries[1]],
}


@pytest.mark.attack("A1", "G1")
@pytest.mark.parametrize("name", CODES)
def test_sim_lists_of_codes_are_those_that_were_asked_about_in_their_order(bound: Bound, name: str) -> None:
    ran, exchanges = deliver_two(bound, name, MATCH, CODES[name])
    assert ran.ended(1).json["error"] == "format"
    assert sealed_since(exchanges) == []


DOCUMENTS: dict[str, ListLie] = {
    "one twice": lambda known: [known[0], known[0], known[1]],
    "one twice, with another content": lambda known: [known[0], known[0] | {"content_id": "00" * 32}],
    "one that nobody asked about": lambda known: [*known, known[0] | {"dedupe_id": "00" * 32}],
}


@pytest.mark.attack("G1")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_sim_lists_of_known_documents_name_each_once_and_no_other(known: Bound, name: str) -> None:
    """Each that is named has its file read and hashed again: a list of one document a million times is a day's work."""
    ran, exchanges = deliver_two(known, "known", KNOWN, DOCUMENTS[name])
    assert ran.ended(1).json["error"] == "format"
    assert sealed_since(exchanges) == []


@pytest.mark.control("A1", "G1")
def test_sim_lists_control_true_ones_are_taken(known: Bound) -> None:
    ran, exchanges = deliver_two(known, "known", KNOWN)
    assert ran.ended(0).json["known"] == 2
    assert sealed_since(exchanges) == []


@pytest.mark.attack("D6")
def test_sim_lists_documents_that_the_city_calls_deleted_are_counted_as_without_a_receipt(bound: Bound) -> None:
    """Who has deleted a document leaves nothing to prove: a city may say so of all, and is not believed in silence."""

    def tell(exchange: Exchange) -> Message | None:
        if not exchange.path.endswith("/receipts") or exchange.reply is None:
            return None
        said = [json.loads(line) for line in exchange.reply.body.splitlines()]
        ids = [one["document_id"] for one in said if one["kind"] == "receipt"]
        lines = [{"kind": "deleted", "document_id": one, "index": 0} for one in ids]
        return exchange.reply.with_body(b"".join(json.dumps(line).encode() + b"\n" for line in lines))

    table = bound.bills("called deleted")
    command = ("deliver", table, "--as", bound.home.issuer, "--home", bound.home.home, "--patience", "0")
    with bound.city.proxy.hooks(after=tell):
        said = bound.voute(*command).ended(0).out
    assert "rien ici ne le prouve" in said
    table = bound.bills("called deleted, in JSON")
    with bound.city.proxy.hooks(after=tell):
        assert bound.voute(*command, "--json").ended(0).json["deleted"] == 1


@pytest.mark.control("D6")
def test_sim_lists_control_receipts_that_came_are_not_counted_as_missing(bound: Bound) -> None:
    assert bound.deliver("not deleted").ended(0).json["deleted"] == 0
