"""Vaults, their signed records, keyrings, ways to sign in, and the codes by which they were opened."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, Final, NamedTuple

from voute.core.errors import VouteError
from voute.core.ids import HASH_SIZE, ID_SIZE
from voute.core.rows import CredentialRow, IndexRow, KeyringRow, LookupRow, LookupState, MethodRow, RecordRow, VaultRow
from voute.format.binary import labelled_hash
from voute.format.event import parse_event
from voute.format.subject import Bound, Claim, Disown, Freeze
from voute.format.vault_record import VaultChain, verify_chain
from voute.fsck.context import BATCH, Context
from voute.fsck.tables import CREDENTIALS, EVENTS, INDEXES, KEYRINGS, LOOKUPS, METHODS, NUMBERS, RECORDS, VAULTS, NumberLine

_PASSKEY: Final = "passkey"
_KIT: Final = "kit"


class _Vault(NamedTuple):
    vault_id: bytes
    row: VaultRow | None
    records: list[RecordRow]
    keyrings: list[KeyringRow]
    methods: list[MethodRow]
    credentials: list[CredentialRow]
    indexes: list[IndexRow]


def check_people(ctx: Context) -> None:
    """Check all vaults, then all codes."""
    for one in _walk(ctx):
        _check_vault(ctx, one)
        ctx.findings.count("vaults")
    _check_numbers(ctx)
    rows = LOOKUPS.scan(ctx.view, "lookup_id")
    while batch := list(islice(rows, BATCH)):
        _check_lookups(ctx, batch)


def _walk(ctx: Context) -> Iterator[_Vault]:
    streams = [
        _grouped(VAULTS.scan(ctx.view, "vault_id")),
        _grouped(RECORDS.scan(ctx.view, "vault_id", "number")),
        _grouped(KEYRINGS.scan(ctx.view, "vault_id")),
        _grouped(METHODS.scan(ctx.view, "vault_id", "method_id")),
        _grouped(CREDENTIALS.scan(ctx.view, "vault_id", "credential_id")),
        _grouped(INDEXES.scan(ctx.view, "vault_id")),
    ]
    heads = [next(stream, None) for stream in streams]
    while any(heads):
        at = min(head[0] for head in heads if head is not None)
        found = [head[1] if head is not None and head[0] == at else [] for head in heads]
        yield _Vault(at, next(iter(found[0]), None), *found[1:])
        heads = [next(streams[n], None) if head is not None and head[0] == at else head for n, head in enumerate(heads)]


def _grouped(rows: Iterator[Any]) -> Iterator[tuple[bytes, list[Any]]]:
    for vault_id, group in groupby(rows, key=attrgetter("vault_id")):
        yield vault_id, list(group)


def _check_vault(ctx: Context, one: _Vault) -> None:
    where = f"vaults/{one.vault_id.hex()}"
    if one.row is None:
        ctx.findings.add("vault-missing", where)
        if not one.records:
            return
    try:
        chain = verify_chain([record.envelope for record in one.records])
    except VouteError as error:
        ctx.findings.add("records-bad", f"vault_records/{one.vault_id.hex()}", detail=error.detail)
        return
    if chain.vault_id != one.vault_id:
        ctx.findings.add("records-bad", f"vault_records/{one.vault_id.hex()}", detail="of another vault")
        return
    _check_records(ctx, one, chain)
    if one.vault_id in ctx.records_lost:
        # What is left of the chain ends before the vault's newest record: nothing can be told by it.
        return
    _check_row(ctx, one, chain)
    _check_keyring(ctx, one, chain)
    _check_methods(ctx, one, chain)
    for row in one.indexes:
        if hashlib.sha256(row.data).digest() != row.sha256:
            ctx.findings.add("index-differs", f"vault_indexes/{one.vault_id.hex()}")


def _check_records(ctx: Context, one: _Vault, chain: VaultChain) -> None:
    for number, (record, digest) in enumerate(zip(one.records, chain.hashes, strict=True)):
        where = f"vault_records/{one.vault_id.hex()}/{record.number}"
        if record.number != number:
            ctx.findings.add("record-column", where, column="number")
        if record.payload_hash != digest:
            key = {"vault_id": one.vault_id, "number": record.number}
            mend = ctx.set("vault_records", key, {"payload_hash": digest})
            ctx.findings.add("record-column", where, mend, column="payload_hash")


def _check_row(ctx: Context, one: _Vault, chain: VaultChain) -> None:
    """Compare the vault's row with its newest signed record."""
    if one.row is None:
        return
    newest = chain.newest
    right = {
        "v": newest.v,
        "kind": str(newest.kind),
        "state": str(newest.state),
        "head_number": newest.number,
        "head_hash": chain.head,
        "keyring_number": 0 if newest.keyring is None else newest.keyring.number,
    }
    found = VAULTS.values(one.row)
    for column, value in right.items():
        if found[column] != value:
            mend = ctx.set("vaults", {"vault_id": one.vault_id}, {column: value})
            ctx.findings.add("vault-column", f"vaults/{one.vault_id.hex()}", mend, column=column)


def _check_keyring(ctx: Context, one: _Vault, chain: VaultChain) -> None:
    where = f"keyrings/{one.vault_id.hex()}"
    named = chain.newest.keyring
    if named is None:
        return
    if not one.keyrings:
        ctx.findings.add("keyring-missing", where)
        return
    row = one.keyrings[0]
    if hashlib.sha256(row.data).digest() != named.sha256:
        ctx.findings.add("keyring-differs", where, column="bytes")
        return
    for column, found, right in (("number", row.number, named.number), ("sha256", row.sha256, named.sha256)):
        if found != right:
            mend = ctx.set("keyrings", {"vault_id": one.vault_id}, {column: right})
            ctx.findings.add("keyring-differs", where, mend, column=column)


def _check_methods(ctx: Context, one: _Vault, chain: VaultChain) -> None:
    named = {method.id for method in chain.newest.methods}
    credentials = {row.credential_id for row in one.credentials}
    for method_id in sorted(named - {row.method_id for row in one.methods}):
        ctx.findings.add("method-missing", f"methods/{one.vault_id.hex()}/{method_id.hex()}")
    for row in one.methods:
        where = f"methods/{one.vault_id.hex()}/{row.method_id.hex()}"
        if row.method_id not in named:
            ctx.findings.add("method-stray", where)
            continue
        column = _wrong_column(row)
        if column:
            ctx.findings.add("method-differs", where, column=column)
        elif row.credential_id is not None and row.credential_id not in credentials:
            ctx.findings.add("credential-missing", f"credentials/{row.credential_id.hex()}", vault=one.vault_id.hex())


def _wrong_column(row: MethodRow) -> str:
    """Return which column of a method does not agree with the others."""
    if row.kind == _PASSKEY and row.sign_in_key is None and row.credential_id is not None:
        digest = labelled_hash("method/passkey/v1", row.credential_id)[:ID_SIZE]
        return "" if digest == row.method_id else "credential_id"
    if row.kind == _KIT and row.credential_id is None and row.sign_in_key is not None:
        return "" if len(row.sign_in_key) == HASH_SIZE else "sign_in_key"
    return "kind"


# ---------------------------------------------------------------- numbers and codes


def _check_numbers(ctx: Context) -> None:
    """Each vault has the number that was given to the code which opened it."""
    rows = NUMBERS.scan(ctx.view, "v")
    vaults = VAULTS.scan(ctx.view, "v")
    waiting = next(vaults, None)
    while batch := list(islice(rows, BATCH)):
        lookups: dict[bytes, LookupRow] = {
            row.lookup_id: row for row in LOOKUPS.fetch(ctx.view, "lookup_id", [one.lookup_id for one in batch])
        }
        for one in batch:
            while waiting is not None and waiting.v < one.v:
                _no_number(ctx, waiting)
                waiting = next(vaults, None)
            vault = waiting if waiting is not None and waiting.v == one.v else None
            _check_number(ctx, one, lookups.get(one.lookup_id), vault)
            if vault is not None:
                waiting = next(vaults, None)
    while waiting is not None:
        _no_number(ctx, waiting)
        waiting = next(vaults, None)


def _no_number(ctx: Context, vault: VaultRow) -> None:
    ctx.findings.add("number-differs", f"vault_numbers/{vault.v}", column="v", vault=vault.vault_id.hex())


def _check_number(ctx: Context, one: NumberLine, lookup: LookupRow | None, vault: VaultRow | None) -> None:
    if lookup is None or (vault is not None and vault.vault_id not in {lookup.vault_id, _claimed_by(ctx, lookup)}):
        ctx.findings.add("number-differs", f"vault_numbers/{one.v}", column="lookup_id")


def _claimed_by(ctx: Context, lookup: LookupRow) -> bytes | None:
    """Return which vault was opened with a code, as its claim says."""
    for event in EVENTS.fetch(ctx.view, "event_id", [lookup.claim_event]):
        try:
            subject = parse_event(event.data).subject
        except VouteError:
            return None
        if isinstance(subject, Claim):
            return subject.vault_id
    return None


def _check_lookups(ctx: Context, rows: Sequence[LookupRow]) -> None:
    numbers = [one for row in rows for one in (row.claim_event, row.bound_event, row.frozen_event) if one is not None]
    subjects: dict[int, object] = {}
    for event in EVENTS.fetch(ctx.view, "event_id", numbers):
        try:
            subjects[event.event_id] = parse_event(event.data).subject
        except VouteError:
            subjects[event.event_id] = None
    for row in rows:
        _check_lookup(ctx, row, subjects)
    ctx.findings.count("lookups", len(rows))


def _check_lookup(ctx: Context, row: LookupRow, subjects: dict[int, object]) -> None:
    where = f"lookups/{row.lookup_id.hex()}"
    _check_freeze(ctx, row, subjects)
    claim = (row.vault_id, row.bind, row.claim_event, row.claimed_at)
    if row.state != LookupState.BOUND and claim != (None,) * 4:
        ctx.findings.add("lookup-column", where, column="state")
        return
    if row.state != LookupState.REVOKED and row.revoked_at is not None:
        ctx.findings.add("lookup-column", where, column="state")
    if row.state == LookupState.REVOKED and row.revoked_at is None:
        ctx.findings.add("lookup-column", where, column="revoked_at")
    if row.state != LookupState.BOUND:
        if row.bound_event is not None:
            ctx.findings.add("lookup-column", where, column="bound_event")
        return
    if row.claimed_at is None:
        ctx.findings.add("lookup-column", where, column="claimed_at")
    subject = subjects.get(row.claim_event or 0)
    if not isinstance(subject, Claim) or subject.lookup_id != row.lookup_id:
        ctx.findings.add("lookup-column", where, column="claim_event")
    if row.bound_event is not None:
        bound = subjects.get(row.bound_event)
        if not isinstance(bound, Bound) or bound.lookup_id != row.lookup_id:
            ctx.findings.add("lookup-column", where, column="bound_event")


def _check_freeze(ctx: Context, row: LookupRow, subjects: dict[int, object]) -> None:
    where = f"lookups/{row.lookup_id.hex()}"
    if (row.frozen_at is None) != (row.frozen_event is None):
        ctx.findings.add("lookup-column", where, column="frozen_at" if row.frozen_at is None else "frozen_event")
    elif row.frozen_event is not None:
        subject = subjects.get(row.frozen_event)
        if not isinstance(subject, Disown | Freeze) or subject.lookup_id != row.lookup_id:
            ctx.findings.add("lookup-column", where, column="frozen_event")
