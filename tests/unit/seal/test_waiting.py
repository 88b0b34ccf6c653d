"""Documents that wait under a code: whom they are for, and that they agree."""

from dataclasses import replace

import pytest

from tools.make_vectors import city
from tools.make_vectors.claim import PARTY, code_value
from voute.core.ids import VaultId
from voute.format.keyring import KeyringClaim
from voute.format.manifest import ToClaim, ToVault
from voute.seal.claim import ClaimKeys, Party, check_bind, claim_keys, make_bind
from voute.seal.document import DocumentFields, Holder, OpenedCard, WrongVaultError, open_card, seal_document
from voute.seal.waiting import ClaimDisagreeError, keyring_claim, party_of

KEYS: ClaimKeys = claim_keys(code_value())
FIELDS = DocumentFields(
    city=city.CITY,
    issuer=city.FINANCE,
    type=city.trust_root().issuers[0].document_types[0].id,
    party=PARTY,
    recipient=ToClaim(KEYS.lookup_id, 0, 1),
    title="Compte de taxes",
    language="fr",
    issued_at=city.ISSUED,
)


def _wait(fields: DocumentFields = FIELDS) -> OpenedCard:
    sealed = seal_document(fields, city.ISSUER_KEY, KEYS.identity().recipient, b"a bill")
    held = Holder(VaultId(bytes(32)), code=KEYS.lookup_id)
    return open_card(sealed.header, sealed.card, [KEYS.identity()], city.trust_root(), held)


def test_waiting_documents_say_whom_they_are_for() -> None:
    party = party_of([_wait(), _wait(replace(FIELDS, title="Un autre"))], KEYS)
    assert party == Party(city.CITY, city.FINANCE, PARTY, 0, 1)
    entry = keyring_claim(party, KEYS)
    assert entry == KeyringClaim(city.FINANCE, PARTY, KEYS.lookup_id, 0, 1, KEYS.identity().to_string())
    assert entry.secret not in repr(entry)


@pytest.mark.parametrize("change", [{"party": "T-2"}, {"recipient": ToClaim(KEYS.lookup_id, 1, 1)}])
def test_waiting_documents_that_differ_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ClaimDisagreeError):
        party_of([_wait(), _wait(replace(FIELDS, **change))], KEYS)  # type: ignore[arg-type]


def test_waiting_for_nothing_is_refused() -> None:
    with pytest.raises(ClaimDisagreeError):
        party_of([], KEYS)


def test_waiting_document_of_a_vault_or_another_code_is_refused() -> None:
    to_vault = _wait(replace(FIELDS, recipient=ToVault(VaultId(bytes(32)))))
    with pytest.raises(WrongVaultError):
        party_of([to_vault], KEYS)
    with pytest.raises(WrongVaultError):
        party_of([_wait()], claim_keys(code_value(slot=1)))


def test_waiting_code_binds_one_vault() -> None:
    party = party_of([_wait()], KEYS)
    bind = make_bind(KEYS, party, VaultId(bytes(32)))
    check_bind(KEYS, party, VaultId(bytes(32)), bind)
    assert KEYS.token.hex() not in repr(KEYS)
