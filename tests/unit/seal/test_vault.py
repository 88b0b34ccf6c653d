"""A vault's life: created, opened by each method, changed, closed to what a lying server hands over."""

from dataclasses import dataclass, replace

import pytest

from tools.make_vectors import city, holder
from tools.make_vectors.seeds import seed
from voute.core.errors import NotForThisKeyError, StateError, VouteError
from voute.core.ids import VaultId
from voute.format.ed25519 import verify
from voute.format.keyring import KeyringClaim
from voute.format.kit import parse_kit
from voute.format.kit_sign_in import kit_message
from voute.format.vault_record import RecordChainError, VaultKind
from voute.seal import unlock
from voute.seal.agefile import open_file
from voute.seal.document import HeldClaim, Holder
from voute.seal.hybrid import HybridIdentity
from voute.seal.keyring import KeyringMismatchError, OpenVault, check_keyring, open_keyring
from voute.seal.unlock import UnlockMethod, kit_method, new_kit, passkey_method
from voute.seal.vault import KeyringUpdate, change_keyring, first_keyring, name_method, new_vault

CLAIM = KeyringClaim(city.FINANCE, "T-004417", holder.LOOKUP, 0, 1, holder.CLAIM.to_string())


@dataclass
class Server:
    """Keeps what it is given, and hands over what the test wants."""

    vault_id: VaultId
    records: list[bytes]
    keyrings: list[bytes]

    def accept(self, update: KeyringUpdate) -> None:
        self.records.append(update.record)
        self.keyrings.append(update.keyring_age)

    def open(self, method: UnlockMethod) -> OpenVault:
        return open_keyring(self.vault_id, self.records, self.keyrings[-1], method)


def _create() -> tuple[Server, UnlockMethod]:
    vault = new_vault(city.CITY, VaultKind.PERSON, 12)
    passkey = passkey_method(seed("prf"), vault.vault_id, b"credential")
    update = first_keyring(vault, [name_method(passkey, "Téléphone", city.ISSUED)], [CLAIM], 1)
    server = Server(vault.vault_id, [vault.genesis], [])
    server.accept(update)
    assert update.vault.chain.head == server.open(passkey).chain.head
    return server, passkey


def test_vault_opens_with_its_passkey() -> None:
    server, passkey = _create()
    vault = server.open(passkey)
    assert (vault.vault_id, vault.chain.newest.v, vault.keyring.number) == (server.vault_id, 12, 1)
    assert vault.reading.recipient.to_string() == vault.chain.newest.reading.recipient
    assert [one.to_string() for one in vault.identities()] == [vault.reading.to_string(), CLAIM.secret]
    held = vault.holder()
    claim = HeldClaim(CLAIM.issuer, CLAIM.party, CLAIM.lookup_id, CLAIM.slot, CLAIM.code_epoch)
    assert held == Holder(server.vault_id, (claim,))
    assert vault.root_key.seed.hex() not in repr(vault)
    assert CLAIM.secret not in repr(vault)


def test_vault_takes_a_kit_and_each_method_opens_it() -> None:
    server, passkey = _create()
    vault = server.open(passkey)
    kit = new_kit(city.CITY, server.vault_id, city.ISSUED)
    both = [*vault.keyring.methods, name_method(kit_method(kit), "Papier", city.ISSUED)]
    server.accept(change_keyring(vault, methods=both, trust_root_version=2))
    for method in (passkey, kit_method(kit)):
        opened = server.open(method)
        assert (opened.keyring.number, opened.keyring.trust_root_version, opened.chain.newest.reading.epoch) == (2, 2, 1)
    # Stock age needs the kit's key line alone.
    plaintext = open_file(server.keyrings[-1], [HybridIdentity.from_string(kit.secret)])
    assert vault.reading.to_string().encode() in plaintext


def test_vault_removes_a_method_with_a_new_epoch_only() -> None:
    server, passkey = _create()
    kit = new_kit(city.CITY, server.vault_id, city.ISSUED)
    vault = server.open(passkey)
    server.accept(change_keyring(vault, methods=[*vault.keyring.methods, name_method(kit_method(kit), "Papier", city.ISSUED)]))
    vault = server.open(passkey)
    kept = [one for one in vault.keyring.methods if one.id == passkey.id]
    with pytest.raises(StateError):
        change_keyring(vault, methods=kept)
    server.accept(change_keyring(vault, methods=kept, new_epoch=True))
    opened = server.open(passkey)
    assert opened.chain.newest.reading.epoch == 2
    assert len(opened.keyring.readings) == 2
    with pytest.raises(NotForThisKeyError):
        server.open(kit_method(kit))


def test_vault_adds_a_claim_and_keeps_all_else() -> None:
    server, passkey = _create()
    vault = server.open(passkey)
    server.accept(change_keyring(vault, claims=[]))
    assert server.open(passkey).keyring.claims == ()
    assert server.open(passkey).keyring.methods == vault.keyring.methods


def test_vault_change_names_the_record_before_it_and_draws_a_new_nonce() -> None:
    server, passkey = _create()
    vault = server.open(passkey)
    update = change_keyring(vault, claims=[])
    server.accept(update)
    opened = server.open(passkey)
    assert opened.keyring.record_head == vault.chain.head == opened.chain.hashes[-2]
    assert len({one.nonce for one in opened.chain.records}) == 3
    # What the client holds once the city has accepted is what it would open.
    assert (update.vault.keyring, update.vault.chain) == (opened.keyring, opened.chain)
    assert update.vault.root_key.seed == opened.root_key.seed == opened.keyring.root_seed


def test_vault_keyring_written_after_the_record_that_names_it_is_of_another_history() -> None:
    server, passkey = _create()
    vault = server.open(passkey)
    ref = vault.chain.newest.keyring
    assert ref is not None
    assert check_keyring(vault.chain, vault.keyring, ref, 1, passkey).public == vault.chain.root_key
    with pytest.raises(KeyringMismatchError, match="another history") as caught:
        check_keyring(vault.chain, replace(vault.keyring, record_head=vault.chain.head), ref, 1, passkey)
    assert caught.value.facts == {"check": 5}


def test_vault_rolled_back_keyring_is_refused() -> None:
    server, passkey = _create()
    server.accept(change_keyring(server.open(passkey), claims=[]))
    with pytest.raises(KeyringMismatchError):
        open_keyring(server.vault_id, server.records, server.keyrings[0], passkey)


def test_vault_rolled_back_whole_is_refused_by_who_remembers() -> None:
    server, passkey = _create()
    server.accept(change_keyring(server.open(passkey), claims=[]))
    head = server.open(passkey).chain.head
    old = (server.vault_id, server.records[:2], server.keyrings[0], passkey)
    assert open_keyring(*old).keyring.number == 1
    with pytest.raises(RecordChainError):
        open_keyring(*old, pinned_head=head)


def test_vault_of_the_server_itself_is_refused() -> None:
    server, passkey = _create()
    other, _ = _create()
    with pytest.raises(VouteError) as caught:
        open_keyring(server.vault_id, other.records, other.keyrings[-1], passkey)
    assert caught.value.code == "record-chain"


def test_vault_method_shows_no_secret() -> None:
    method = holder.passkey()
    assert method.identity.seed.hex() not in repr(method)
    assert method.recipient not in repr(method)


def test_vault_kit_names_its_vault_and_is_drawn_anew_each_time() -> None:
    one, two = (new_kit(city.CITY, holder.vault_id(), city.ISSUED) for _ in range(2))
    assert (one.city, one.vault_id, one.created_at) == (city.CITY, holder.vault_id(), city.ISSUED)
    assert parse_kit(one.encode()) == one
    assert one.method_id != two.method_id
    assert one.secret != two.secret


def test_vault_kit_signs_in_for_its_origin_alone() -> None:
    kit, challenge = holder.kit(), seed("challenge")
    signature = unlock.kit_sign_in(kit, city.ORIGIN, challenge)
    public = unlock.kit_sign_in_key(kit).public
    verify(public, signature, kit_message(city.ORIGIN, kit.vault_id, kit.method_id, challenge))
    with pytest.raises(VouteError):
        verify(public, signature, kit_message("https://autre.example", kit.vault_id, kit.method_id, challenge))
