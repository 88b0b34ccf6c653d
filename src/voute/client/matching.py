"""Decides for each row where its document goes: a vault that is proven, a claim key, or nowhere, with the reason.

Source: `docs/spec/claim.md`, "What the issuer's client checks before it seals to a vault". The city's word is never
enough: a vault is used only when the code that this department printed authenticates it and the log holds its claim.
"""

import os
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from voute.client.api import CityApi, Json
from voute.client.choice import NO_VAULT
from voute.client.code_maker import CodeMaker
from voute.client.consents import ConsentJudge, read_leaf
from voute.client.findings import Finding, Problem
from voute.client.preflight import Row, stored_rows
from voute.client.registry_file import Book
from voute.client.stored import Items, Stored
from voute.client.targets import Target, Targets
from voute.client.workers import on_all_cores
from voute.core.errors import FormatError, VerificationError, VouteError
from voute.core.ids import HASH_SIZE, Hash, LookupId, VaultId, parse_hex
from voute.core.values import UnixTime
from voute.format.act import Act
from voute.format.dsse import SigningKey
from voute.format.fields import from_base64
from voute.format.registry import Binding, Entry, EntryState
from voute.format.sidecar import BoxKind
from voute.format.subject import Bound, issuer_actor
from voute.format.vault_record import VaultState, expect_extends
from voute.seal.claim import Party, check_bind
from voute.seal.hybrid import HybridRecipient
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import CheckpointVerdict, NoQuorumError
from voute.verify.binding import LeafProof, verify_claim

BATCH: Final = 2_500
"""Lookup ids in one call, of the 10,000 that are allowed: an answer has some 10 kB for each that is bound, held twice over on
both sides while it is written and read."""

_DAY_S = 86_400
_NO_TOKEN = Hash(bytes(HASH_SIZE))
_FIRST_EPOCH = 1
_QUORUM_REST_S = 1.0
_NO_CHECKPOINT = "checkpoint"
_NO_QUORUM = "no-quorum"

VerifyCheckpoint = Callable[[SignedCheckpoint], CheckpointVerdict]


@dataclass(slots=True)
class Matched:
    """The outcome: targets, what forbids a row, rows for paper (young binding, code that is not theirs), acts to hand over."""

    targets: Targets
    held: Stored[Row]
    frozen: Stored[Row]
    acts: Stored[bytes]
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def into(cls, folder: Path) -> "Matched":
        """Begin with nothing; what there will be much of goes into files of a folder."""
        return cls(Targets(folder), stored_rows(folder), stored_rows(folder), Stored[bytes](folder, bytes, bytes))


class _Vault(NamedTuple):
    """What a run needs of a vault that is proven, and no more: it goes from one process to another for each row."""

    vault_id: VaultId
    root_key: bytes
    head: Hash
    is_open: bool
    recipient: str
    bind: Hash
    claimed_at: UnixTime


_Proof = tuple[_Vault, CheckpointVerdict] | str
"""A vault that is proven, by which checkpoint; or the check that failed."""


_Key = tuple[str, str, int]
"""Names an entry of the registry."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the city says of a batch, by lookup id, and by which checkpoint it may be proven; or the check that failed."""

    found: Mapping[LookupId, Json]
    checkpoint: CheckpointVerdict | str


_Proven = tuple[Sequence[tuple[Row, Entry]], _Answer, Mapping[_Key, _Proof]]
"""A batch, what the city says of it, and what is proven of that."""

_NOTHING_ASKED: Final = _Answer({}, _NO_CHECKPOINT)


@dataclass(frozen=True, slots=True)
class MatchRules:
    """What a run decides: its name, the delay before new documents go to a young binding, whether parties may change."""

    run: str
    delay_days: int
    new_party: bool
    now: UnixTime
    patience: float = 0
    """Seconds in all to wait for the quorum of witnesses: a claim of a moment ago is logged before it is witnessed."""
    processes: int | None = None
    """In how many processes vaults are proven; None: one a core."""


class Matcher:
    """Matches the rows of one run; changes the book in memory, sends only lookup ids."""

    def __init__(
        self, api: CityApi, book: Book, codes: CodeMaker, signer: SigningKey, rules: MatchRules, verify: VerifyCheckpoint
    ) -> None:
        """Take the ports; `verify` checks a checkpoint against the pinned trust root and requires its quorum."""
        self._api = api
        self._book = book
        self._codes = codes
        self._signer = signer
        self._rules = rules
        self._verify = verify
        self._judge = ConsentJudge(book)
        self._waited = 0.0
        self._placed = 0

    def match(
        self, rows: Items[Row], known: Container[int], matched: Matched, progress: Callable[[int], None] = lambda _done: None
    ) -> None:
        """Decide for every row but those whose lines are known.

        Raises when the city refuses or is not there, and before it is asked `RegistryFullError`.
        The rows are gone through twice: all have their codes before the city says anything of the first, since what it says of
        one row would change what the registry says of another. Only two batches are in memory.
        """
        refused = {row.line for row in rows if row.line not in known and not self._has_code(row, matched)}
        if self._book.changed:
            self._book.expect_room()
        batches = self._batches(row for row in rows if row.line not in known and row.line not in refused)
        following = next(batches, [])
        after = self._ask(following) if following else _NOTHING_ASKED
        before: list[_Proven] = []
        while batch := following:
            answer = after
            with self._proving(batch, answer) as proofs:
                # Meanwhile the batch before is placed, and the city answers for the next.
                self._place_all(before, matched, progress)
                following = next(batches, [])
                after = self._ask(following) if following else _NOTHING_ASKED
                before.append((batch, answer, proofs()))
        self._place_all(before, matched, progress)

    def _place_all(self, proven: list[_Proven], matched: Matched, progress: Callable[[int], None]) -> None:
        """Place the rows of batches that are proven, and forget these."""
        for batch, answer, proofs in proven:
            for row, entry in batch:
                target = self._place(row, entry, answer.found[entry.lookup_id], proofs.get(entry.key, _NO_CHECKPOINT), matched)
                if target is not None:
                    matched.targets.append(target)
            self._placed += len(batch)
            progress(self._placed)
        proven.clear()

    def _batches(self, rows: Iterable[Row]) -> Iterator[list[tuple[Row, Entry]]]:
        """Give the rows with the codes that the registry has for them by now, a batch at a time."""
        walk = iter(rows)
        while batch := list(islice(walk, BATCH)):
            yield [(row, entry) for row in batch if (entry := self._book.get(row.reference, row.party, row.slot)) is not None]

    def _has_code(self, row: Row, matched: Matched) -> bool:
        return self._entry(row, matched) is not None

    def _entry(self, row: Row, matched: Matched) -> Entry | None:
        """Find the row's code, or issue one; names a party that changed since a binding."""
        entry = self._book.get(row.reference, row.party, row.slot)
        if entry is not None and entry.state is EntryState.FROZEN:
            # The run that learned of it went on paper; from now on the letter has another code.
            return self._issue(row, entry.code_epoch + 1)
        if entry is not None and entry.state is EntryState.REVOKED:
            if not self._rules.new_party:
                matched.findings.append(Finding(row.line, Problem.CODE_REVOKED, {"reference": row.reference}))
                return None
            return self._issue(row, entry.code_epoch + 1)
        if entry is not None:
            return entry
        bound = [other for other in self._book.at(row.reference, row.slot) if other.state is EntryState.BOUND]
        if bound and not self._rules.new_party:
            matched.findings.append(Finding(row.line, Problem.PARTY_CHANGED, {"reference": row.reference}))
            return None
        return self._issue(row, max((other.code_epoch for other in bound), default=_FIRST_EPOCH - 1) + 1)

    def _issue(self, row: Row, code_epoch: int) -> Entry:
        entry = self._codes.issue(row, self._rules.run, code_epoch)
        self._book.put(entry)
        return entry

    def _ask(self, batch: Sequence[tuple[Row, Entry]]) -> "_Answer":
        """Ask the city about a batch; where the quorum of witnesses is missing, again while there is patience."""
        lookups = list(dict.fromkeys(entry.lookup_id for _, entry in batch))
        types = sorted({row.type for row, _ in batch})
        while True:
            answer = self._api.match(lookups, types)
            found = dict(_answers(answer, lookups))
            checkpoint = self._checkpoint(answer) if any(one["state"] == "bound" for one in found.values()) else _NO_CHECKPOINT
            if checkpoint != _NO_QUORUM or not self._may_wait():
                return _Answer(found, checkpoint)

    def look(self, entries: Sequence[Entry], matched: Matched) -> dict[_Key, str]:
        """Bring codes to what the city says of them, in the book in memory; gives by entry what it says and does not prove.

        Acts for new bindings come into `matched`.
        """
        doubts: dict[_Key, str] = {}
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            answer = self._api.match([entry.lookup_id for entry in batch])
            found = dict(_answers(answer, [entry.lookup_id for entry in batch]))
            checkpoint = self._checkpoint(answer)
            for entry in batch:
                doubt = self._look(entry, found[entry.lookup_id], checkpoint, matched)
                if doubt is not None:
                    doubts[entry.key] = doubt
        return doubts

    def _look(self, entry: Entry, answer: Json, checkpoint: CheckpointVerdict | str, matched: Matched) -> str | None:
        state = answer["state"]
        if state == "frozen":
            self._book.put(replace(entry, state=EntryState.FROZEN))
        elif state == "bound":
            if isinstance(checkpoint, str):
                return checkpoint
            try:
                proven = self._prove(entry, answer["binding"], checkpoint)
            except (FormatError, VerificationError) as error:
                return error.code
            self._pin(entry, proven, matched)
        elif entry.state is EntryState.BOUND:
            return "binding-denied"
        elif state == "revoked":
            self._book.put(replace(entry, state=EntryState.REVOKED))
        return None

    def _may_wait(self) -> bool:
        """Rest a second while there is patience left for the witnesses, and say whether there was."""
        if self._waited >= self._rules.patience:
            return False
        time.sleep(_QUORUM_REST_S)
        self._waited += _QUORUM_REST_S
        return True

    def _checkpoint(self, answer: Json) -> CheckpointVerdict | str:
        """Verify the checkpoint of an answer, its quorum included; else say which check failed."""
        try:
            return self._verify(SignedCheckpoint.parse(str(answer.get("checkpoint", "")).encode()))
        except NoQuorumError:
            return _NO_QUORUM
        except VouteError:
            return _NO_CHECKPOINT

    @contextmanager
    def _proving(self, batch: Sequence[tuple[Row, Entry]], answer: "_Answer") -> Iterator[Callable[[], Mapping[_Key, _Proof]]]:
        """Prove everything that is bound, on all cores, while the block goes on; a code that stands in several rows once."""
        asked = {entry.key: (entry, answer.found[entry.lookup_id]) for _, entry in batch}
        bound = [(entry, one["binding"]) for entry, one in asked.values() if one["state"] == "bound"]
        checkpoint = answer.checkpoint
        if isinstance(checkpoint, str):
            yield lambda: {entry.key: checkpoint for entry, _ in bound}
            return
        verdict: CheckpointVerdict = checkpoint
        with on_all_cores(lambda one: self._try_to_prove(*one, verdict), bound, self._rules.processes) as wait:
            yield lambda: {
                entry.key: proof if isinstance(proof, str) else (proof, verdict)
                for (entry, _), proof in zip(bound, wait(), strict=True)
            }

    def _try_to_prove(self, entry: Entry, binding: Json, checkpoint: CheckpointVerdict) -> _Vault | str:
        try:
            return self._prove(entry, binding, checkpoint)
        except (FormatError, VerificationError) as error:
            return error.code

    def _place(self, row: Row, entry: Entry, answer: Json, proof: _Proof, matched: Matched) -> Target | None:
        """Give the target of a row that is sent; where another goes is noted."""
        state = answer["state"]
        if state == "revoked":
            matched.findings.append(Finding(row.line, Problem.CODE_REVOKED, {"reference": row.reference}))
        elif state == "frozen":
            # Nobody has to prove it: whoever says so, true or not, can only make us send paper.
            self._book.put(replace(entry, state=EntryState.FROZEN))
            matched.frozen.append(row)
        elif state == "bound":
            return self._place_in_vault(row, entry, answer, proof, matched)
        elif entry.state is EntryState.BOUND:
            # The registry has pinned a vault: a city that denies it must not make us use the claim key again.
            self._not_proven(row, "binding-denied", matched)
        else:
            keys = self._codes.keys(entry)
            box = Hash(keys.lookup_id)
            return Target(row, BoxKind.CLAIM, box, keys.token_hash, None, keys.identity_seed, entry.code_epoch, NO_VAULT)
        return None

    def _place_in_vault(self, row: Row, entry: Entry, answer: Json, proof: _Proof, matched: Matched) -> Target | None:
        if isinstance(proof, str):
            self._not_proven(row, proof, matched)
            return None
        proven, checkpoint = proof
        if not proven.is_open:
            matched.findings.append(Finding(row.line, Problem.VAULT_CLOSED, {"reference": row.reference}))
            return None
        self._pin(entry, proven, matched)
        if self._rules.now - proven.claimed_at < self._rules.delay_days * _DAY_S:
            matched.held.append(row)
            return None
        choice = self._judge.judge(row.type, answer["binding"], proven, checkpoint)
        box = Hash(proven.vault_id)
        return Target(row, BoxKind.VAULT, box, _NO_TOKEN, proven.recipient, None, entry.code_epoch, choice)

    def _not_proven(self, row: Row, check: str, matched: Matched) -> None:
        facts: dict[str, str | int] = {"reference": row.reference, "check": check}
        matched.findings.append(Finding(row.line, Problem.KEY_NOT_PROVEN, facts))

    def _prove(self, entry: Entry, binding: Json, checkpoint: CheckpointVerdict) -> _Vault:
        """Make every check of claim.md on what the city says of one lookup id."""
        pinned = None if entry.binding is None else entry.binding.record_head
        vault_id, bind, records, proof = _read_binding(binding)
        party = Party(self._book.city, self._book.issuer, entry.party, entry.slot, entry.code_epoch)
        check_bind(self._codes.keys(entry), party, vault_id, bind)
        proven = verify_claim(
            records,
            proof,
            checkpoint,
            city=self._book.city,
            issuer=self._book.issuer,
            lookup_id=entry.lookup_id,
            vault_id=vault_id,
            pinned_head=pinned,
        )
        if proven.bind != bind:
            raise VerificationError("the claim in the log has another bind")
        if entry.binding is not None:
            if entry.binding.vault_id != vault_id:
                raise VerificationError("another vault than the one that is pinned")
            expect_extends(proven.chain, entry.binding.record_head)
        chain, newest = proven.chain, proven.chain.newest
        recipient = newest.reading.recipient
        if chain.head != pinned:
            # A head that is pinned is of a recipient that was a key when it was pinned.
            HybridRecipient.from_string(recipient)
        is_open = newest.state is VaultState.OPEN
        return _Vault(vault_id, chain.root_key, chain.head, is_open, recipient, proven.bind, proven.claimed_at)

    def _pin(self, entry: Entry, proven: _Vault, matched: Matched) -> None:
        binding = Binding(proven.vault_id, proven.head, proven.bind, proven.claimed_at)
        if entry.binding == binding:
            return
        if entry.binding is None:
            subject = Bound(entry.lookup_id, binding.vault_id, binding.record_head)
            nonce = Hash(os.urandom(HASH_SIZE))
            act = Act(self._book.city, issuer_actor(self._book.issuer), subject, self._rules.now, nonce)
            matched.acts.append(act.sign(self._signer))
        self._book.put(replace(entry, state=EntryState.BOUND, binding=binding))


def _answers(answer: Json, asked: Sequence[LookupId]) -> Iterator[tuple[LookupId, Json]]:
    entries = answer.get("entries")
    if not isinstance(entries, list) or len(entries) != len(asked):
        raise FormatError("the city did not answer for each lookup id")
    for lookup_id, entry in zip(asked, entries, strict=True):
        if not isinstance(entry, dict) or entry.get("lookup_id") != lookup_id.hex():
            raise FormatError("the city answered for another lookup id")
        if entry.get("state") not in {"unknown", "waiting", "bound", "revoked", "frozen"}:
            raise FormatError("the city gives an unknown state")
        yield lookup_id, entry


def _read_binding(binding: Json | None) -> tuple[VaultId, Hash, list[bytes], LeafProof]:
    """Read what stands behind `bound`; raises `FormatError` alone."""
    try:
        if binding is None:
            raise FormatError("no binding")
        return (
            VaultId(parse_hex(binding["vault_id"], HASH_SIZE)),
            Hash(parse_hex(binding["bind"], HASH_SIZE)),
            [from_base64(record) for record in binding["records"]],
            read_leaf(binding["proof"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError("binding") from error
