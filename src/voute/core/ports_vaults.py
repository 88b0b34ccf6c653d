"""Catalogue ports about people: vaults, ways to sign in, challenges, sessions, rate limits.

All calls run inside the transaction that gave the object; those that change return or raise before the commit, so a rule may
still be checked and the whole rolled back by an exception.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from voute.core.ids import Hash, LookupId, MethodId, Slug, VaultId
from voute.core.rows import (
    ChallengeRow,
    ConsentRow,
    CredentialRow,
    IndexRow,
    KeyringRow,
    MethodRow,
    NumberRow,
    RecordRow,
    SessionRow,
    VaultRow,
)


class IndexMark(NamedTuple):
    """Which sealed index a vault has: its number, and the hash of its bytes."""

    number: int
    sha256: Hash


class Vaults(Protocol):
    """Vaults with their numbers, records, keyrings, sealed indexes and unlock methods."""

    def number_for(self, lookup_id: LookupId, now: int) -> int:
        """Return the vault number (from 1) given to this lookup id: a new one the first time, the same ever after."""
        ...

    def given(self, v: int) -> NumberRow | None:
        """Return to which lookup id a vault number was given."""
        ...

    def add(self, row: VaultRow) -> None:
        """Keep a new vault; `RowExistsError` if its id or number is taken."""
        ...

    def get(self, vault_id: VaultId, *, lock: bool = False) -> VaultRow | None:
        """Return a vault; with `lock` its ways in stay as they are until this transaction, which writes, ends."""
        ...

    def advance(self, old_head: Hash, row: VaultRow) -> bool:
        """Set state, head and keyring number of `row.vault_id` if its head still is `old_head`; False: nothing was changed."""
        ...

    def add_record(self, row: RecordRow) -> None:
        """Append a vault record; `RowExistsError` if the number is taken."""
        ...

    def heads(self, vault_ids: Sequence[VaultId]) -> Mapping[VaultId, Hash]:
        """Return the hash of each vault's newest record; a vault that is not there is left out."""
        ...

    def records(self, vault_ids: Sequence[VaultId]) -> Mapping[VaultId, tuple[bytes, ...]]:
        """Return the envelopes of each vault's records, by number from genesis; a vault without records is left out."""
        ...

    def put_keyring(self, row: KeyringRow) -> None:
        """Store or replace the vault's keyring."""
        ...

    def keyring(self, vault_id: VaultId) -> KeyringRow | None:
        """Return the vault's keyring."""
        ...

    def index(self, vault_id: VaultId) -> IndexRow | None:
        """Return the vault's sealed index."""
        ...

    def index_mark(self, vault_id: VaultId) -> IndexMark | None:
        """Return which sealed index the vault has, without its bytes."""
        ...

    def put_index(self, after: int, row: IndexRow) -> bool:
        """Replace the vault's index if its number is `after`; 0: keep the first, `RowExistsError` if there is one.

        False: nothing was changed.
        """
        ...

    def replace_methods(self, vault_id: VaultId, rows: Sequence[MethodRow]) -> None:
        """Make these the vault's unlock methods, and no others."""
        ...

    def methods(self, vault_id: VaultId) -> tuple[MethodRow, ...]:
        """Return the vault's unlock methods by method id."""
        ...

    def method(self, vault_id: VaultId, method_id: MethodId) -> MethodRow | None:
        """Return one unlock method."""
        ...

    def kit_used(self, vault_id: VaultId, method_id: MethodId, now: int) -> None:
        """Note a use of a recovery kit."""
        ...


class Consents(Protocol):
    """The newest choice of each vault for each document type of an issuer (docs/spec/consent.md)."""

    def of_vault(self, vault_id: VaultId) -> tuple[ConsentRow, ...]:
        """Return a vault's choices by issuer and document type."""
        ...

    def of_vaults(self, vault_ids: Sequence[VaultId], issuer: Slug) -> Mapping[VaultId, tuple[ConsentRow, ...]]:
        """Return what vaults chose about one issuer's documents, by document type; a vault without a choice is left out."""
        ...

    def get(self, vault_id: VaultId, issuer: Slug, document_type: Slug) -> ConsentRow | None:
        """Return one choice."""
        ...

    def put(self, before: int, row: ConsentRow) -> bool:
        """Keep a choice in place of the one with the number `before` (0: there is none); False: another one is there.

        Raises:
            RowExistsError: `before` is 0, and somebody was faster.
        """
        ...


class Credentials(Protocol):
    """WebAuthn credentials."""

    def add(self, row: CredentialRow) -> None:
        """Keep a credential; `RowExistsError` if its id is known."""
        ...

    def get(self, credential_id: bytes, *, lock: bool = False) -> CredentialRow | None:
        """Return a credential; with `lock` it is neither used nor removed until this transaction, which writes, ends."""
        ...

    def of_vault(self, vault_id: VaultId) -> tuple[CredentialRow, ...]:
        """Return a vault's credentials, oldest first."""
        ...

    def used(self, credential_id: bytes, sign_count: int, now: int) -> None:
        """Note a successful use."""
        ...

    def remove(self, credential_id: bytes) -> None:
        """Forget a credential; it can no longer sign in."""
        ...


class Challenges(Protocol):
    """Challenges that wait for their answer, each good for one."""

    def add(self, row: ChallengeRow) -> None:
        """Keep a challenge."""
        ...

    def take(self, challenge_hash: Hash, purpose: str, now: int) -> ChallengeRow | None:
        """Remove the challenge and return it; None when it is unknown, expired, or was given for another purpose."""
        ...

    def purge(self, now: int) -> int:
        """Remove the expired ones and return how many."""
        ...


class Sessions(Protocol):
    """Signed-in holders and issuers, by the hash of their token."""

    def add(self, row: SessionRow) -> None:
        """Keep a session."""
        ...

    def get(self, token_hash: Hash) -> SessionRow | None:
        """Return a session, expired or not: times are the caller's rule."""
        ...

    def touch(self, token_hash: Hash, seen_at: int) -> None:
        """Note that the session was seen."""
        ...

    def remove(self, token_hash: Hash) -> None:
        """End a session; ending none is not an error."""
        ...

    def of(self, kind: str, subject: bytes) -> tuple[SessionRow, ...]:
        """Return the sessions of a subject, expired or not, the one that was seen last first."""
        ...

    def remove_of(self, kind: str, subject: bytes, keep: Hash | None = None) -> int:
        """End all sessions of a subject, but for the one to `keep` if it is there; returns how many ended."""
        ...

    def purge(self, now: int, ahead: int) -> int:
        """Remove those past `expires_at`, and those seen after the instant `ahead`; return how many."""
        ...


class Limits(Protocol):
    """Counters of the rate limits: one atomic upsert a call."""

    def hit(self, route: str, client: str, window: int, calls: int = 1) -> int:
        """Count calls of a client in the window that began at `window` (microseconds) and return the count with them."""
        ...

    def purge(self, before: int) -> int:
        """Remove windows that began earlier and return how many."""
        ...
