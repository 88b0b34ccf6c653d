"""Promises of the catalogue's ports about people: vaults, ways to sign in, sessions, limits."""

import pytest

from tests.support.rows import hash_of, vault
from voute.core.ids import LookupId, MethodId
from voute.core.ports_store import Catalogue, RowExistsError
from voute.core.rows import ChallengeRow, CredentialRow, IndexRow, KeyringRow, MethodRow, RecordRow, SessionRow

VAULT = vault().vault_id


@pytest.fixture
def peopled(catalogue: Catalogue) -> Catalogue:
    with catalogue.write() as tx:
        tx.vaults.add(vault())
        tx.vaults.add(vault("other", 2))
    return catalogue


def method(words: str, credential: bytes | None = None) -> MethodRow:
    key = None if credential else bytes(32)
    return MethodRow(VAULT, MethodId(hash_of(words)[:16]), "passkey" if credential else "kit", credential, key)


def credential(words: str, created_at: int = 1) -> CredentialRow:
    return CredentialRow(words.encode(), VAULT, b"key", 0, "internal,hybrid", created_at, None)


def session(words: str, expires_at: int = 100, kind: str = "holder") -> SessionRow:
    return SessionRow(hash_of(words), kind, VAULT, 1, 1, expires_at)


def test_contract_vaults_add_is_read_back_and_unique(peopled: Catalogue) -> None:
    with peopled.read() as tx:
        assert tx.vaults.get(VAULT) == vault()
        assert tx.vaults.get(vault("nobody").vault_id) is None
    for twin in (vault(v=9), vault("third", 1)):
        with pytest.raises(RowExistsError), peopled.write() as tx:
            tx.vaults.add(twin)


def test_contract_vaults_number_for_is_given_once(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        first = tx.vaults.number_for(LookupId(hash_of("a")), 5)
        second = tx.vaults.number_for(LookupId(hash_of("b")), 5)
    with catalogue.write() as tx:
        assert tx.vaults.number_for(LookupId(hash_of("a")), 6) == first
    assert (first, second) == (1, 2)


def test_contract_vaults_index_is_replaced_only_by_who_saw_it(peopled: Catalogue) -> None:
    first = IndexRow(VAULT, 1, hash_of("index 1"), 5, b"sealed 1")
    third = IndexRow(VAULT, 3, hash_of("index 3"), 6, b"sealed 3")
    with peopled.write() as tx:
        assert tx.vaults.index(VAULT) is None
        assert tx.vaults.index_mark(VAULT) is None
        assert not tx.vaults.put_index(1, third)
        assert tx.vaults.put_index(0, first)
    with pytest.raises(RowExistsError), peopled.write() as tx:
        tx.vaults.put_index(0, third)
    with peopled.write() as tx:
        assert not tx.vaults.put_index(2, third)
        assert tx.vaults.index(VAULT) == first
        assert tx.vaults.put_index(1, third)
    with peopled.read() as tx:
        assert tx.vaults.index(VAULT) == third
        assert tx.vaults.index_mark(VAULT) == (third.number, third.sha256)
        assert tx.vaults.index(vault("other").vault_id) is None


def test_contract_vaults_advance_only_from_the_head(peopled: Catalogue) -> None:
    newer = vault()._replace(head_number=2, head_hash=hash_of("head 2"), keyring_number=2, state="closed")
    with peopled.write() as tx:
        assert not tx.vaults.advance(hash_of("another head"), newer)
        assert tx.vaults.get(VAULT) == vault()
        assert tx.vaults.advance(vault().head_hash, newer)
        assert tx.vaults.get(VAULT) == newer
        assert tx.vaults.get(vault("other").vault_id) == vault("other", 2)
        ids = [VAULT, vault("nobody").vault_id, vault("other").vault_id]
        assert tx.vaults.heads(ids) == {VAULT: newer.head_hash, vault("other").vault_id: vault("other", 2).head_hash}
        assert tx.vaults.heads([]) == {}


def test_contract_vaults_records_are_in_order_by_vault(peopled: Catalogue) -> None:
    other = vault("other").vault_id
    with peopled.write() as tx:
        for owner, number in ((VAULT, 1), (other, 0), (VAULT, 0), (VAULT, 2)):
            tx.vaults.add_record(RecordRow(owner, number, hash_of("p"), f"{number}".encode()))
    with peopled.read() as tx:
        ids = [VAULT, vault("nobody").vault_id, other]
        assert tx.vaults.records(ids) == {VAULT: (b"0", b"1", b"2"), other: (b"0",)}
        assert tx.vaults.records([]) == {}
    with pytest.raises(RowExistsError), peopled.write() as tx:
        tx.vaults.add_record(RecordRow(VAULT, 2, hash_of("q"), b""))


def test_contract_vaults_put_keyring_replaces(peopled: Catalogue) -> None:
    with peopled.write() as tx:
        assert tx.vaults.keyring(VAULT) is None
        tx.vaults.put_keyring(KeyringRow(VAULT, 1, hash_of("1"), b"one"))
        tx.vaults.put_keyring(KeyringRow(VAULT, 2, hash_of("2"), b"two"))
        assert tx.vaults.keyring(VAULT) == KeyringRow(VAULT, 2, hash_of("2"), b"two")


def test_contract_vaults_replace_methods_leaves_no_other(peopled: Catalogue) -> None:
    first, second, third = method("1", b"c1"), method("2"), method("3", b"c3")
    with peopled.write() as tx:
        tx.vaults.replace_methods(VAULT, [first, second])
        assert set(tx.vaults.methods(VAULT)) == {first, second}
        tx.vaults.replace_methods(VAULT, [second, third])
        assert set(tx.vaults.methods(VAULT)) == {second, third}
        assert tx.vaults.method(VAULT, third.method_id) == third
        assert tx.vaults.method(VAULT, first.method_id) is None
        tx.vaults.replace_methods(VAULT, [])
        assert tx.vaults.methods(VAULT) == ()


def test_contract_vaults_a_kit_notes_its_use_and_no_other_does(peopled: Catalogue) -> None:
    first, second = method("1"), method("2")
    with peopled.write() as tx:
        tx.vaults.replace_methods(VAULT, [first, second])
        tx.vaults.kit_used(VAULT, second.method_id, 50)
        tx.vaults.kit_used(VAULT, method("3").method_id, 60)
        assert set(tx.vaults.methods(VAULT)) == {first, second._replace(last_used_at=50)}


def test_contract_credentials_are_kept_used_and_removed(peopled: Catalogue) -> None:
    new, old = credential("new", 2), credential("old", 1)
    with peopled.write() as tx:
        tx.credentials.add(new)
        tx.credentials.add(old)
        assert tx.credentials.of_vault(VAULT) == (old, new)
        tx.credentials.used(b"new", 7, 50)
        assert tx.credentials.get(b"new") == new._replace(sign_count=7, last_used_at=50)
        tx.credentials.remove(b"old")
        assert tx.credentials.get(b"old") is None
    with pytest.raises(RowExistsError), peopled.write() as tx:
        tx.credentials.add(new)


def test_contract_challenges_are_good_once(catalogue: Catalogue) -> None:
    row = ChallengeRow(hash_of("c"), "session", None, 100)
    with catalogue.write() as tx:
        tx.challenges.add(row)
        assert tx.challenges.take(row.challenge_hash, "session", 99) == row
        assert tx.challenges.take(row.challenge_hash, "session", 99) is None


@pytest.mark.parametrize(("purpose", "now"), [("claim", 99), ("session", 100), ("session", 101)])
def test_contract_challenges_of_another_purpose_or_too_old_are_refused(catalogue: Catalogue, purpose: str, now: int) -> None:
    row = ChallengeRow(hash_of("c"), "session", b"subject", 100)
    with catalogue.write() as tx:
        tx.challenges.add(row)
        assert tx.challenges.take(row.challenge_hash, purpose, now) is None


def test_contract_challenges_purge_removes_the_expired(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        for words, expires_at in (("a", 10), ("b", 20), ("c", 30)):
            tx.challenges.add(ChallengeRow(hash_of(words), "session", None, expires_at))
        assert tx.challenges.purge(20) == 2
        assert tx.challenges.take(hash_of("c"), "session", 20) is not None


def test_contract_sessions_are_kept_touched_and_removed(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.sessions.add(session("one"))
        tx.sessions.touch(hash_of("one"), 42)
        assert tx.sessions.get(hash_of("one")) == session("one")._replace(seen_at=42)
        tx.sessions.remove(hash_of("one"))
        tx.sessions.remove(hash_of("one"))
        assert tx.sessions.get(hash_of("one")) is None


def test_contract_sessions_of_a_subject_come_with_the_last_seen_first(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        for row in (session("one"), session("two"), session("three", kind="issuer")):
            tx.sessions.add(row)
        tx.sessions.touch(hash_of("two"), 99)
        assert [row.token_hash for row in tx.sessions.of("holder", VAULT)] == [hash_of("two"), hash_of("one")]
        assert tx.sessions.of("holder", hash_of("nobody")) == ()


def test_contract_sessions_remove_of_ends_those_of_the_subject(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        for row in (session("one"), session("two"), session("three", kind="issuer")):
            tx.sessions.add(row)
        assert tx.sessions.remove_of("holder", VAULT) == 2
        assert tx.sessions.get(hash_of("three")) is not None


def test_contract_sessions_purge_removes_the_expired(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.sessions.add(session("old", 10))
        tx.sessions.add(session("new", 11))
        assert tx.sessions.purge(10, 1_000) == 1
        assert tx.sessions.get(hash_of("new")) is not None


def test_contract_sessions_purge_removes_those_of_a_clock_that_was_ahead(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        for name in ("ahead", "good"):
            tx.sessions.add(session(name, 5_000))
        tx.sessions.touch(hash_of("ahead"), 1_001)
        tx.sessions.touch(hash_of("good"), 1_000)
        assert tx.sessions.purge(900, 1_000) == 1
        assert tx.sessions.get(hash_of("good")) is not None


def test_contract_limits_count_by_route_client_and_window(catalogue: Catalogue) -> None:
    with catalogue.write(durable=False) as tx:
        assert [tx.limits.hit("a", "x", 1) for _ in range(3)] == [1, 2, 3]
        assert tx.limits.hit("a", "x", 1, 10) == 13
        assert tx.limits.hit("b", "x", 1) == 1
        assert tx.limits.hit("a", "y", 1) == 1
        assert tx.limits.hit("a", "x", 2) == 1
        assert tx.limits.purge(2) == 3
        assert tx.limits.hit("a", "x", 2) == 2
