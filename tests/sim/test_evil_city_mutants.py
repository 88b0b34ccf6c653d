"""Departments that lack one check each: the lie that the real command refuses has its way with them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sim.conftest import NewBound
from tests.sim.lies import (
    Bound,
    Lie,
    denied_waiting,
    forged_epoch,
    forged_epoch_under_the_residents_name,
    forked_log_true_claim,
    logged_claim,
    opens,
    sealed_since,
    the_binding,
    without_witness,
)
from voute.format.sidecar import BoxKind
from voute.seal.hybrid import HybridIdentity


@pytest.fixture(scope="module")
def bound(new_bound: NewBound) -> Bound:
    return new_bound()


def told(bound: Bound, lie: Lie, mutant: str) -> tuple[BoxKind, bytes]:
    """Tell a lie to the real command, which seals nothing, then to a mutant: where the mutant's document went.

    How the mutant ends is not looked at: the liar has its upload, whatever the honest city behind says of it.
    """
    key = f"{mutant}-{lie.__name__}"
    ran, exchanges = bound.deliver_lied_to(key, lie)
    assert ran.ended(3).json["findings"][0]["problem"] == "key-not-proven"
    assert sealed_since(exchanges) == []
    _, exchanges = bound.deliver_lied_to(key, lie, mutant)
    (sealed,) = sealed_since(exchanges)
    return sealed


@pytest.mark.mutant("A1")
def test_sim_mutant_that_believes_any_bind_seals_to_the_liars_vault(new_bound: NewBound) -> None:
    bound = new_bound()
    bound.forget()
    kind, header = told(bound, logged_claim, "believes any bind")
    assert kind is BoxKind.VAULT
    assert opens(bound.attacker.identity, header)
    assert not opens(bound.resident.open_vault.reading, header)


@pytest.mark.mutant("A1")
@pytest.mark.parametrize("lie", [forged_epoch, forged_epoch_under_the_residents_name])
def test_sim_mutant_that_believes_any_signature_seals_to_the_liars_key(new_bound: NewBound, lie: Lie) -> None:
    bound = new_bound()
    _, header = told(bound, lie, "believes any signature")
    assert opens(bound.attacker.identity, header)


@pytest.mark.mutant("A1", "D1")
@pytest.mark.parametrize("lie", [without_witness, forked_log_true_claim])
def test_sim_mutant_that_asks_no_witness_follows_a_log_that_nobody_else_sees(bound: Bound, lie: Lie) -> None:
    kind, _ = told(bound, lie, "asks no witness")
    assert kind is BoxKind.VAULT


@pytest.mark.mutant("A1")
def test_sim_mutant_that_forgets_the_head_that_it_pinned_seals_to_a_key_that_was_lost(new_bound: NewBound) -> None:
    bound = new_bound()
    lost, lie = replace_key(bound)
    _, header = told(bound, lie, "forgets the head that it pinned")
    assert opens(lost, header)


@pytest.mark.mutant("A1", "A12")
def test_sim_mutant_that_seals_to_the_code_again_gives_the_document_to_whoever_has_the_letter(bound: Bound) -> None:
    kind, header = told(bound, denied_waiting, "seals to the code again")
    assert kind is BoxKind.CLAIM
    (claim,) = bound.resident.open_vault.keyring.claims
    assert opens(HybridIdentity.from_string(claim.secret), header)


def replace_key(bound: Bound) -> tuple[HybridIdentity, Callable[[Bound, dict[str, Any]], None]]:
    """Let the resident remove a device; gives the key that is lost and the lie that offers it again."""
    resident, kept = bound.resident, dict[str, Any]()
    bound.deliver_lied_to("keep", lambda _bound, said: kept.update(the_binding(said)))
    old, lost = list(kept["records"]), resident.open_vault.reading
    body, vault = resident.keyring_body(drop_passkey=True)
    resident.client.put("/api/vault/keyring", json=body).raise_for_status()
    resident.vault = vault
    bound.city.settle()
    assert bound.deliver("new-key").ended(0).json["to_vaults"] == 1

    def offer_the_old_key(_bound: Bound, said: dict[str, Any]) -> None:
        the_binding(said).update(records=old)

    return lost, offer_the_old_key
