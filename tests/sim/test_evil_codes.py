"""A city that would choose, learn or use a claim code: it is shown a lookup id, and a code that was used opens nothing again."""

import base64
from typing import Any

import pytest

from tests.sim.conftest import NewBound
from tests.sim.lies import Bound, opens, sealed_since
from tests.support.city import check
from tests.support.command import bill_rows, write_list
from tests.support.holder import Resident
from tests.support.proxy import Exchange, Message
from voute.client.codes import CodeDesk
from voute.format.claim_code import write_code
from voute.format.sidecar import BoxKind
from voute.seal.claim import claim_keys, make_code
from voute.seal.hybrid import HybridIdentity


@pytest.fixture(scope="module")
def bound(new_bound: NewBound) -> Bound:
    return new_bound()


def claim_identity(bound: Bound) -> HybridIdentity:
    (entry,) = CodeDesk(bound.home).at("a-1")
    return claim_keys(CodeDesk(bound.home).code(entry)).identity()


def new_bills(bound: Bound, name: str) -> list[Any]:
    return [
        "deliver",
        write_list(bound.folder / f"{name}.csv", bill_rows(bound.folder / "pdf", [name])),
        "--as",
        bound.home.issuer,
    ]


CHOSEN = make_code(b"the city's own run secret".ljust(32), "c-1", "party-c-1", 0, 1)


def other_lookup(said: dict[str, Any]) -> None:
    """The answer is about a code that the city has made, and knows."""
    said["entries"][0]["lookup_id"] = claim_keys(CHOSEN).lookup_id.hex()


def given_code(said: dict[str, Any]) -> None:
    keys = claim_keys(CHOSEN)
    said["entries"][0] |= {"code": write_code(CHOSEN), "recipient": keys.identity().recipient.to_string(), "use": "this"}
    said["code"] = write_code(CHOSEN)


@pytest.mark.attack("A12")
@pytest.mark.parametrize("lie", [other_lookup, given_code])
def test_sim_codes_that_the_city_chose_are_never_sealed_to(bound: Bound, lie: Any) -> None:  # noqa: ANN401 -- one of the two
    def tell(exchange: Exchange) -> Message | None:
        if exchange.path != "/api/directory/match" or exchange.reply is None:
            return None
        said = exchange.reply.json
        lie(said)
        return exchange.reply.with_json(said)

    mark, name = bound.city.proxy.mark, f"new-{lie.__name__}"
    with bound.city.proxy.hooks(after=tell):
        ran = bound.voute(*new_bills(bound, name), "--home", bound.home.home, "--json")
    sealed = sealed_since(bound.city.proxy.since(mark))
    chosen = claim_keys(CHOSEN).identity()
    assert not any(opens(chosen, header) for _, header in sealed)
    if lie is other_lookup:
        assert ran.ended(1).json["error"] == "format"
        assert sealed == []
        return
    ran.ended(0)
    ((kind, header),) = sealed
    (entry,) = CodeDesk(bound.home).at(name)
    assert kind is BoxKind.CLAIM
    assert opens(claim_keys(CodeDesk(bound.home).code(entry)).identity(), header)


@pytest.mark.attack("A12")
@pytest.mark.control("A12")
def test_sim_codes_that_were_used_open_nothing_afterwards(new_bound: NewBound) -> None:
    bound = new_bound()
    old, resident = claim_identity(bound), bound.resident
    mark = bound.city.proxy.mark
    assert bound.deliver("after").ended(0).json["to_vaults"] == 1
    ((kind, header),) = sealed_since(bound.city.proxy.since(mark))
    assert kind is BoxKind.VAULT
    assert opens(resident.open_vault.reading, header)
    assert not opens(old, header)
    # What waited before was given another header at the claim; the city serves that one alone.
    rows = check(resident.client.get("/api/documents")).json()["documents"]
    headers = [base64.b64decode(row["header"]) for row in rows]
    assert len(headers) >= 2
    assert all(opens(resident.open_vault.reading, one) for one in headers)
    assert not any(opens(old, one) for one in headers)


@pytest.mark.attack("A12")
def test_sim_codes_that_were_used_are_refused_to_whoever_finds_the_letter(bound: Bound) -> None:
    (entry,) = CodeDesk(bound.home).at("a-1")
    thief = Resident(bound.city.browser(), bound.city.root)
    with pytest.raises(AssertionError, match="claim-used"):
        thief.look_up(CodeDesk(bound.home).code(entry))


@pytest.mark.attack("A12")
def test_sim_codes_never_reach_the_city(bound: Bound) -> None:
    """Neither the code, nor its identity, nor its binding key; its token only from its holder."""
    (entry,) = CodeDesk(bound.home).at("a-1")
    code = CodeDesk(bound.home).code(entry)
    keys = claim_keys(code)
    secret = [code, write_code(code).encode(), keys.identity_seed, keys.binding_key]
    forms = [form for one in secret for form in (one, one.hex().encode(), base64.b64encode(one), base64.urlsafe_b64encode(one))]
    said = [one.request.raw for one in bound.city.proxy.exchanges]
    assert [form for form in forms if any(form in raw for raw in said)] == []
    # Control: what does travel is found by the same search.
    assert any(keys.lookup_id.hex().encode() in raw for raw in said)
