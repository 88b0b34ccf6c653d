"""A city that lies about a holder's choice between paper and none: the real `voute deliver` prints.

The lies are told by a proxy before the real city; the same list without the lie avoids the letter, and a command without the
check falls for it.
"""

import base64
import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sim.conftest import NewBound
from tests.sim.lies import Bound, the_binding
from tests.support.command import Ran
from voute.format.act import parse_act
from voute.format.dsse import SigningKey, parse, statement_hash
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.reader import TileTree
from voute.tlog.tree import Prover

Given = list[dict[str, Any]]


def choose(bound: Bound, number: int, *, paperless: bool) -> bytes:
    act = bound.resident.choice(number, paperless=paperless, issuer=bound.home.issuer)
    body = {"act": base64.b64encode(act).decode()}
    bound.resident.client.post("/api/consents", json=body).raise_for_status()
    bound.city.settle()
    return act


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def channels(ran: Ran) -> tuple[int, int, int]:
    said = ran.ended(0).json
    return said["digital"], said["both"], said["paper"]


def doubt(ran: Ran) -> str:
    """The check for which a row is printed although its holder gave paper up."""
    assert channels(ran) == (0, 1, 0)
    assert rows(ran.json["choices"]) == []
    (row,) = rows(ran.json["print_list"])
    assert (row["reference"], row["channel"], row["reason"]) == ("a-1", "both", "doubtful")
    return row["doubt"]


@pytest.fixture(scope="module")
def paperless(new_bound: NewBound) -> Bound:
    bound = new_bound()
    choose(bound, 1, paperless=True)
    return bound


def swap_act(act: Callable[[Bound], bytes]) -> Callable[[Bound, Given], None]:
    def lie(bound: Bound, given: Given) -> None:
        given[0]["act"] = base64.b64encode(act(bound)).decode()

    return lie


def signed_by_another(bound: Bound) -> bytes:
    own = parse_act(parse(bound.resident.choice(1, paperless=True, issuer=bound.home.issuer)).payload)
    return own.sign(SigningKey(b"x" * 32))


def of_another_vault(bound: Bound) -> bytes:
    own = parse_act(parse(bound.resident.choice(1, paperless=True, issuer=bound.home.issuer)).payload)
    return own.sign(bound.attacker.root_key)


def about_another_issuer(bound: Bound) -> bytes:
    return bound.resident.choice(1, paperless=True, issuer="another-office")


def not_logged(bound: Bound) -> bytes:
    """Truly signed, but no leaf says so: what stands beside it is the leaf of the choice before."""
    return bound.resident.choice(2, paperless=True, issuer=bound.home.issuer)


def false_leaf(_bound: Bound, given: Given) -> None:
    given[0]["proof"]["salt"] = "00" * 32


def twice(_bound: Bound, given: Given) -> None:
    given.append(given[0])


def hidden(_bound: Bound, given: Given) -> None:
    given.clear()


LIES = {
    "signed-by-another": (swap_act(signed_by_another), "unknown-key"),
    "of-another-vault": (swap_act(of_another_vault), "unknown-key"),
    "about-another-issuer": (swap_act(about_another_issuer), "consent-differs"),
    "not-logged": (swap_act(not_logged), "consent-differs"),
    "false-leaf": (false_leaf, "merkle-proof"),
    "twice": (twice, "format"),
    "hidden": (hidden, "consent-rollback"),
}


def test_sim_evil_consents_control_a_letter_is_avoided_with_its_proof(paperless: Bound) -> None:
    ran = paperless.deliver("control")
    assert channels(ran) == (1, 0, 0)
    assert rows(ran.json["print_list"]) == []
    (row,) = rows(ran.json["choices"])
    (kept,) = paperless.resident.client.get("/api/consents").json()["consents"]
    act = statement_hash(parse(base64.b64decode(kept["act"])).payload)
    assert (row["reference"], row["consent_act"], row["consent_number"]) == ("a-1", act.hex(), "1")
    assert row["consent_index"] == str(kept["receipt"]["index"])


@pytest.mark.parametrize("name", LIES)
def test_sim_evil_consents_a_lie_about_a_choice_is_printed(paperless: Bound, name: str) -> None:
    lie, check = LIES[name]
    # The true choice is seen before: hiding it is seen too.
    assert channels(paperless.deliver(f"before-{name}")) == (1, 0, 0)
    ran, _ = paperless.deliver_lied_to(f"lie-{name}", lambda bound, said: lie(bound, the_binding(said)["consents"]))
    assert doubt(ran) == check


def test_sim_evil_consents_a_choice_about_another_type_is_no_choice(paperless: Bound) -> None:
    def lie(bound: Bound, said: dict[str, Any]) -> None:
        act = bound.resident.choice(1, paperless=True, issuer=bound.home.issuer, document_type="permit")
        the_binding(said)["consents"][0]["act"] = base64.b64encode(act).decode()

    assert channels(paperless.deliver("before-type")) == (1, 0, 0)
    ran, _ = paperless.deliver_lied_to("lie-type", lie)
    assert doubt(ran) == "consent-rollback"


# ---------------------------------------------------------------- an older choice after paper was asked for again


def again(old: dict[str, Any], index: int) -> Callable[[Bound, dict[str, Any]], None]:
    """Show an older choice with a true proof: it is in the log for ever."""

    def lie(bound: Bound, said: dict[str, Any]) -> None:
        head = SignedCheckpoint.parse(said["checkpoint"].encode()).head
        read = bound.resident.client.get
        tree = TileTree(head.size, head.root, lambda path: read(f"/log/{path}").raise_for_status().content)
        path = [part.hex() for part in Prover(head.size, tree).inclusion(index)]
        the_binding(said)["consents"] = [{**old, "proof": {**old["proof"], "path": path}}]

    return lie


@pytest.fixture
def gave_up(new_bound: NewBound) -> tuple[Bound, dict[str, Any]]:
    """A resident who gave paper up, which the department has seen, and what the city truly said of it."""
    bound = new_bound()
    choose(bound, 1, paperless=True)
    kept: Given = []
    ran, _ = bound.deliver_lied_to("seen", lambda _bound, said: kept.extend(the_binding(said)["consents"]))
    assert channels(ran) == (1, 0, 0)
    return bound, kept[0]


def test_sim_evil_consents_an_old_choice_is_refused_once_the_newer_was_seen(gave_up: tuple[Bound, dict[str, Any]]) -> None:
    bound, old = gave_up
    choose(bound, 2, paperless=False)
    control = bound.deliver("paper-again")
    assert channels(control) == (0, 1, 0)
    (row,) = rows(control.json["print_list"])
    assert (row["reason"], row["doubt"]) == ("revoked", "")
    replay = again(old, old["proof"]["index"])
    assert doubt(bound.deliver_lied_to("replayed", replay)[0]) == "consent-rollback"
    fooled, _ = bound.deliver_lied_to("replayed-to-a-mutant", replay, mutant="forgets the choice that it saw")
    assert channels(fooled) == (1, 0, 0)


def test_sim_evil_consents_an_old_choice_that_is_believed_is_proven_afterwards(gave_up: tuple[Bound, dict[str, Any]]) -> None:
    """What remains (docs/threat-model.md): who never saw the newer number is fooled, and the holder can prove it."""
    bound, old = gave_up
    choose(bound, 2, paperless=False)
    fooled, _ = bound.deliver_lied_to("replayed-first", again(old, old["proof"]["index"]))
    assert channels(fooled) == (1, 0, 0)
    (row,) = rows(fooled.json["choices"])
    (kept,) = bound.resident.client.get("/api/consents").json()["consents"]
    delivered = bound.resident.client.get("/api/documents").json()["documents"][-1]["document_id"]
    receipt = bound.resident.client.get(f"/api/documents/{delivered}/receipt").raise_for_status().json()
    assert (row["consent_number"], kept["number"]) == ("1", 2)
    assert int(row["consent_index"]) < kept["receipt"]["index"] < receipt["index"]


def test_sim_evil_consents_mutant_without_the_check_believes_a_forged_choice(gave_up: tuple[Bound, dict[str, Any]]) -> None:
    """A forged choice after paper was asked for again: whoever does not look at signature and log leaves paper out."""
    bound, old = gave_up
    choose(bound, 2, paperless=False)
    own = parse_act(parse(bound.resident.choice(3, paperless=True, issuer=bound.home.issuer)).payload)
    forged = {**old, "act": base64.b64encode(own.sign(SigningKey(b"x" * 32))).decode()}

    def lie(_bound: Bound, said: dict[str, Any]) -> None:
        the_binding(said)["consents"] = [forged]

    assert doubt(bound.deliver_lied_to("forged", lie)[0]) == "unknown-key"
    fooled, _ = bound.deliver_lied_to("forged-for-a-mutant", lie, mutant="takes any choice")
    assert channels(fooled) == (1, 0, 0)
