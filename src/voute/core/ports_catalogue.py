"""Port of the catalogue: one small protocol a resource, one transaction as the unit of work (docs/spec/catalogue.md).

Trust: for availability only. A driver raises `StoreError` when the database fails; a transaction that raised left
nothing. All calls are synchronous. Sequences of ids may be longer than one statement takes: the driver splits them.

Concurrency: a transaction opened with `begin()` sees everything acknowledged before it began, and `lock=True` (or any
write to a row) makes other transactions that lock or write the same row wait until it ends. SQLite gives this with one
writer at a time (BEGIN IMMEDIATE), PostgreSQL with row locks.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar, Protocol

from voute.core.catalogue_rows import (
    ChainRow,
    ChallengePurpose,
    ChallengeRow,
    CredentialRow,
    DeliveredEvent,
    DeliveryRow,
    DocumentRow,
    EventRow,
    KeyringRow,
    KnownDocument,
    ListedDocument,
    LogStateRow,
    LookupRow,
    MethodRow,
    NewEvent,
    NumberedEvent,
    PackRow,
    PendingEvent,
    SessionRow,
    VaultRecordRow,
    VaultRow,
    VaultState,
)
from voute.core.errors import StoreError


class RowExistsError(StoreError):
    """A row with one of these keys exists already; the transaction is to be given up."""

    code: ClassVar[str] = "row-exists"


class Vaults(Protocol):
    """Vaults with their records, keyrings, unlock methods and credentials."""

    def number_for(self, lookup_id: bytes, now: int) -> int:
        """Return the vault number of a lookup id: the next one (from 1) on the first call, the same ever after."""
        ...

    def add(self, vault: VaultRow) -> None:
        """Keep a new vault.

        Raises:
            RowExistsError: its id or its number v is taken.
        """
        ...

    def get(self, vault_id: bytes, *, lock: bool = False) -> VaultRow | None:
        """Return a vault, or None."""
        ...

    def advance(
        self,
        vault_id: bytes,
        previous_head: bytes,
        *,
        head_number: int,
        head_hash: bytes,
        keyring_number: int,
        state: VaultState,
    ) -> bool:
        """Move the head of a vault if it still is `previous_head`; False when it is another one (nothing changed)."""
        ...

    def add_records(self, vault_id: bytes, records: Sequence[VaultRecordRow]) -> None:
        """Keep records of a chain.

        Raises:
            RowExistsError: a record with this number exists.
        """
        ...

    def records(self, vault_ids: Sequence[bytes]) -> Mapping[bytes, tuple[bytes, ...]]:
        """Return the envelopes of each vault's records, by number from 0; a vault without any is absent."""
        ...

    def keyring(self, vault_id: bytes) -> KeyringRow | None:
        """Return the newest keyring."""
        ...

    def put_keyring(self, vault_id: bytes, keyring: KeyringRow) -> None:
        """Keep the newest keyring in place of the one before."""
        ...

    def methods(self, vault_id: bytes) -> tuple[MethodRow, ...]:
        """Return the unlock methods, by method id."""
        ...

    def replace_methods(self, vault_id: bytes, methods: Sequence[MethodRow]) -> None:
        """Make these the only unlock methods of a vault.

        Raises:
            RowExistsError: a credential id already belongs to another method.
        """
        ...

    def add_credential(self, credential: CredentialRow) -> None:
        """Keep a credential.

        Raises:
            RowExistsError: the credential id is known.
        """
        ...

    def credential(self, credential_id: bytes) -> CredentialRow | None:
        """Return a credential, or None."""
        ...

    def credentials(self, vault_id: bytes) -> tuple[CredentialRow, ...]:
        """Return the credentials of a vault, oldest first."""
        ...

    def touch_credential(self, credential_id: bytes, sign_count: int, used_at: int) -> None:
        """Keep the newest signature counter and time of use."""
        ...

    def remove_credentials(self, vault_id: bytes, credential_ids: Sequence[bytes]) -> None:
        """Remove credentials of a vault: they sign in no more; unknown ones are ignored."""
        ...


class Access(Protocol):
    """Challenges, sessions and rate limits: rows that end by themselves."""

    def add_challenge(
        self, challenge_hash: bytes, purpose: ChallengePurpose, subject: bytes | None, expires_at: int
    ) -> None:
        """Keep the SHA-256 of a challenge."""
        ...

    def take_challenge(self, challenge_hash: bytes, purpose: ChallengePurpose) -> ChallengeRow | None:
        """Remove a challenge of this purpose and return it, to one caller only; None when there is none."""
        ...

    def add_session(self, session: SessionRow) -> None:
        """Keep a session."""
        ...

    def session(self, token_hash: bytes) -> SessionRow | None:
        """Return a session, expired or not, or None."""
        ...

    def touch_session(self, token_hash: bytes, seen_at: int) -> None:
        """Keep when a session was last seen."""
        ...

    def end_session(self, token_hash: bytes) -> None:
        """Remove a session; removing none is not an error."""
        ...

    def end_sessions_of(self, subject: bytes, *, but: bytes) -> None:
        """Remove every session of a subject but the one with this token hash."""
        ...

    def count(self, route: str, client: str, window: int, amount: int) -> int:
        """Add to the counter of (route, client, window) in one atomic upsert and return the sum."""
        ...

    def purge(self, *, expired_before: int, window_before: int) -> int:
        """Remove expired challenges and sessions and counters of older windows; return how many rows went."""
        ...


class Lookups(Protocol):
    """Claim codes by their public lookup id."""

    def get(self, lookup_id: bytes, *, lock: bool = False) -> LookupRow | None:
        """Return a lookup, or None."""
        ...

    def get_many(self, lookup_ids: Sequence[bytes]) -> Mapping[bytes, LookupRow]:
        """Return those that exist (of any issuer), by id."""
        ...

    def add_missing(self, rows: Sequence[LookupRow]) -> None:
        """Keep the rows whose id is not there yet; those that exist stay as they are (also when two callers meet)."""
        ...

    def bind(self, lookup_id: bytes, *, vault_id: bytes, bind: bytes, claimed_at: int, claim_event: int) -> bool:
        """Bind a waiting lookup to a vault; False when it is not waiting (nothing changed)."""
        ...

    def mark_bound_event(self, lookup_id: bytes, event_id: int) -> bool:
        """Keep the issuer's `bound` event of a bound lookup once; False when it has one or is unbound."""
        ...

    def revoke(self, lookup_id: bytes, at: int) -> bool:
        """Revoke a waiting lookup; False when it is not waiting (nothing changed)."""
        ...

    def of_vault(self, vault_id: bytes) -> tuple[LookupRow, ...]:
        """Return the lookups bound to a vault, oldest binding first."""
        ...

    def vaults_of_issuer(self, issuer: str, vault_ids: Sequence[bytes]) -> frozenset[bytes]:
        """Return those of the vaults that are open and bound to a lookup of this issuer."""
        ...


class Deliveries(Protocol):
    """Deliveries and their packs."""

    def get(self, delivery_id: bytes, *, lock: bool = False) -> DeliveryRow | None:
        """Return a delivery, or None."""
        ...

    def draft_of_run(self, issuer: str, run: str) -> DeliveryRow | None:
        """Return the issuer's draft of this run, if there is one."""
        ...

    def add(self, delivery: DeliveryRow) -> None:
        """Keep a new delivery.

        Raises:
            RowExistsError: the id is taken, or the issuer has another draft of this run.
        """
        ...

    def packs(self, delivery_id: bytes) -> tuple[PackRow, ...]:
        """Return the packs of a delivery in the order of being stored, then by hash."""
        ...

    def pack(self, delivery_id: bytes, pack_hash: bytes, *, lock: bool = False) -> PackRow | None:
        """Return one pack of a delivery, or None."""
        ...

    def put_pack(self, pack: PackRow) -> None:
        """Keep a pack's row, replacing the one with its key."""
        ...

    def commit(self, delivery_id: bytes, *, documents: int, body_bytes: int, at: int) -> bool:
        """Move a draft to `committed`: the update of this one row makes all its documents and events count.

        Returns False when it is no draft (nothing changed).
        """
        ...

    def cancel(self, delivery_id: bytes) -> tuple[bytes, ...] | None:
        """Cancel a draft and remove its documents, events, packs' rows and the lookups that no other delivery needs.

        A lookup that this delivery created but in whose box another, not cancelled delivery has a document is kept and
        handed to that delivery. Returns the hashes of packs that no delivery has any more (their blobs may go), or
        None when it is no draft (nothing changed).
        """
        ...


class Documents(Protocol):
    """Documents of deliveries; a holder's box shows visible ones only."""

    def add_many(self, documents: Sequence[DocumentRow]) -> None:
        """Keep the documents of a pack (thousands in one call).

        Raises:
            RowExistsError: a document id, or (issuer, dedupe id) among deliveries not cancelled, is taken.
        """
        ...

    def known(self, issuer: str, dedupe_ids: Sequence[bytes]) -> tuple[KnownDocument, ...]:
        """Return what this issuer has under these dedupe ids, drafts included, cancelled ones not; in no order."""
        ...

    def listed(self, box_ids: Sequence[bytes], *, after: int, limit: int) -> tuple[ListedDocument, ...]:
        """Return the visible documents of these boxes with a position above `after`, position rising, at most `limit`.

        The cost grows with `limit`, not with the size of the box.
        """
        ...

    def listed_one(self, document_id: bytes, box_ids: Sequence[bytes]) -> ListedDocument | None:
        """Return one visible document if it is in one of these boxes."""
        ...

    def replace_headers(self, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Set the header of each (document id, header)."""
        ...

    def mark_opened(self, document_id: bytes, at: int) -> bool:
        """Keep the first opening; False when there was one (nothing changed)."""
        ...

    def receipts(self, delivery_id: bytes, *, after_event: int, limit: int) -> tuple[DeliveredEvent, ...]:
        """Return the documents of a visible delivery with their logged events, by event id, above `after_event`."""
        ...


class Events(Protocol):
    """Events on their way into the log, in the order of their ids."""

    def add_many(self, events: Sequence[NewEvent]) -> tuple[int, ...]:
        """Keep events and return their ids, rising in the order given (thousands in one call)."""
        ...

    def get(self, event_id: int) -> EventRow | None:
        """Return one event, or None."""
        ...

    def get_many(self, event_ids: Sequence[int]) -> Mapping[int, EventRow]:
        """Return those that exist, by id."""
        ...

    def pending(self, limit: int) -> tuple[PendingEvent, ...]:
        """Return the first events that are ready or of a committed delivery and have no log index, event id rising."""
        ...

    def number(self, assignments: Sequence[tuple[int, int, bytes]]) -> None:
        """Give each (event id, log index, chain) its place in the log; its entry is published afterwards."""
        ...

    def numbered(self, *, at_or_above: int, limit: int) -> tuple[NumberedEvent, ...]:
        """Return events with a log index of at least this, log index rising: after a crash these are appended again."""
        ...

    def next_index(self) -> int:
        """Return one more than the highest log index ever given, 0 at first."""
        ...

    def publish(self, *, below: int, at: int) -> int:
        """Mark numbered events under this index as logged; return how many deliveries became visible.

        Every committed delivery whose events are all logged becomes `visible` in this transaction, and its documents
        get positions above all given before, in the order of their event ids; deliveries in the order of their last
        log index.
        """
        ...

    def chains(self, box_ids: Sequence[bytes]) -> Mapping[bytes, ChainRow]:
        """Return the chains that exist, by box."""
        ...

    def put_chains(self, chains: Sequence[ChainRow]) -> None:
        """Keep chains, replacing those with the same box."""
        ...

    def log_state(self) -> LogStateRow | None:
        """Return what was last published, or None before the first checkpoint."""
        ...

    def put_log_state(self, state: LogStateRow) -> None:
        """Keep what was published."""
        ...


class Transaction(Protocol):
    """One unit of work over all resources: all of it is durable when `Catalogue.begin()` closes, or none of it."""

    @property
    def vaults(self) -> Vaults:
        """Vaults of holders."""
        ...

    @property
    def access(self) -> Access:
        """Challenges, sessions, rate limits."""
        ...

    @property
    def lookups(self) -> Lookups:
        """Claim codes."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """Deliveries and packs."""
        ...

    @property
    def documents(self) -> Documents:
        """Documents."""
        ...

    @property
    def events(self) -> Events:
        """Events and their chains."""
        ...


class Catalogue(Protocol):
    """The catalogue as a whole; safe to use from many threads, each with its own transactions."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """Open a transaction that may write: durable when the block ends, undone when it raises."""
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """Open a transaction that only reads one state of the catalogue; it never waits for a writer on SQLite."""
        ...

    def check(self) -> None:
        """Do a real read and a real write that leaves nothing; `StoreError` when the database cannot serve."""
        ...

    def close(self) -> None:
        """Give back every connection; no call after this."""
        ...
