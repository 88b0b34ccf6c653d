"""Decides for each row where its document goes: a vault that is proven, a claim key, or nowhere, with the reason.

Source: `docs/spec/claim.md`, "What the issuer's client checks before it seals to a vault". The city's word is never
enough: a vault is used only when the code that this department printed authenticates it and the log holds its claim.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

from voute.client.api import CityApi, Json
from voute.client.choice import NO_VAULT
from voute.client.code_maker import CodeMaker
from voute.client.consents import ConsentJudge
from voute.client.findings import Finding, Problem
from voute.client.kept_vaults import KeptVault, KeptVaults
from voute.client.match_answers import BATCH, NO_CHECKPOINT, NOTHING_ASKED, Answer, Asker, VerifyCheckpoint, says_same
from voute.client.pins import Pins, binding_of
from voute.client.preflight import Row, stored_rows
from voute.client.registry_file import Book
from voute.client.stored import Items, Stored
from voute.client.targets import Target, Targets
from voute.client.vault_proof import Proof, Prover, Vault, kept_vault
from voute.client.workers import on_all_cores
from voute.core.errors import FormatError
from voute.core.ids import HASH_SIZE, Hash, LookupId
from voute.core.values import UnixTime
from voute.format.dsse import SigningKey
from voute.format.registry import Entry, EntryState
from voute.format.sidecar import BoxKind
from voute.format.vault_record import RecordChainError
from voute.tlog.policy import CheckpointVerdict

_DAY_S = 86_400
_NO_TOKEN: Final = Hash(bytes(HASH_SIZE))
_FIRST_EPOCH = 1

_Key = tuple[str, str, int]
"""Names an entry of the registry."""


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


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows with their codes, the vaults that are kept for those whose head is pinned, and what the city says."""

    rows: Sequence[tuple[Row, Entry]]
    kept: Mapping[LookupId, Vault]
    answer: Answer


_NO_BATCH: Final = _Batch((), {}, NOTHING_ASKED)
_Proven = tuple[_Batch, Mapping[_Key, Proof]]
"""A batch, and what is proven of what the city says."""


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
    """Matches the rows of one run; changes the book in memory, sends only lookup ids and heads."""

    def __init__(
        self,
        api: CityApi,
        book: Book,
        codes: CodeMaker,
        signer: SigningKey,
        rules: MatchRules,
        verify: VerifyCheckpoint,
        kept: KeptVaults,
    ) -> None:
        """Take the ports; `verify` checks a checkpoint against the pinned trust root and requires its quorum."""
        self._asker = Asker(api, verify, rules.patience)
        self._book = book
        self._codes = codes
        self._prover = Prover(book, codes)
        self._pins = Pins(book, signer, rules.now)
        self._kept = kept
        self._rules = rules
        self._judge = ConsentJudge(book)
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
        following = self._ask(next(batches, []))
        before: list[_Proven] = []
        while following.rows:
            batch = following
            with self._proving(batch) as proofs:
                # Meanwhile the batch before is placed, and the city answers for the next.
                self._place_all(before, matched, progress)
                following = self._ask(next(batches, []))
                before.append((batch, proofs()))
        self._place_all(before, matched, progress)

    def _place_all(self, proven: list[_Proven], matched: Matched, progress: Callable[[int], None]) -> None:
        """Place the rows of batches that are proven, and forget these."""
        for batch, proofs in proven:
            for row, entry in batch.rows:
                said, proof = batch.answer.found[entry.lookup_id], proofs.get(entry.key, NO_CHECKPOINT)
                target = self._place(row, entry, said, proof, matched)
                if target is not None:
                    matched.targets.append(target)
            self._placed += len(batch.rows)
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

    def _ask(self, rows: Sequence[tuple[Row, Entry]]) -> _Batch:
        """Ask the city about a batch; of vaults that are pinned and kept it need only say that the head is the same."""
        if not rows:
            return _NO_BATCH
        entries = {entry.lookup_id: entry for _, entry in rows}
        kept = {lookup: vault for lookup, entry in entries.items() if (vault := self._kept_for(entry)) is not None}
        types = sorted({row.type for row, _ in rows})
        return _Batch(rows, kept, self._asker.ask(list(entries), types, {lookup: one.head for lookup, one in kept.items()}))

    def _kept_for(self, entry: Entry) -> Vault | None:
        found = self._kept.get(entry)
        return None if entry.binding is None or found is None else kept_vault(entry.binding, found)

    @contextmanager
    def _proving(self, batch: _Batch) -> Iterator[Callable[[], Mapping[_Key, Proof]]]:
        """Prove everything that is bound, on all cores, while the block goes on; a code that stands in several rows once."""
        answer = batch.answer
        entries = {entry.key: entry for _, entry in batch.rows}.values()
        bound = [entry for entry in entries if answer.found[entry.lookup_id]["state"] == "bound"]
        checkpoint = answer.checkpoint
        if isinstance(checkpoint, str):
            yield lambda: {entry.key: checkpoint for entry in bound}
            return
        verdict: CheckpointVerdict = checkpoint
        proofs: dict[_Key, Proof] = {}
        for entry in bound:
            if says_same(answer.found[entry.lookup_id]):
                # Said of a head that nobody asked about, it says nothing.
                known = batch.kept.get(entry.lookup_id) if entry.lookup_id in answer.pinned else None
                proofs[entry.key] = FormatError.code if known is None else (known, verdict)
        shown = [(entry, answer.found[entry.lookup_id].get("binding")) for entry in bound if entry.key not in proofs]
        with on_all_cores(lambda one: self._prover.try_to_prove(*one, verdict), shown, self._rules.processes) as wait:
            yield (
                lambda: (
                    proofs
                    | {
                        entry.key: proof if isinstance(proof, str) else (proof, verdict)
                        for (entry, _), proof in zip(shown, wait(), strict=True)
                    }
                )
            )

    def _place(self, row: Row, asked: Entry, said: Json, proof: Proof, matched: Matched) -> Target | None:
        """Give the target of a row that is sent; where another goes is noted.

        `asked` is the code as it was when the city was asked; another row of it may have been placed since.
        """
        state = said["state"]
        entry = self._book.get(row.reference, row.party, row.slot) or asked
        if state == "revoked":
            matched.findings.append(Finding(row.line, Problem.CODE_REVOKED, {"reference": row.reference}))
        elif state == "frozen" or entry.state is EntryState.FROZEN:
            # Nobody has to prove it: whoever says so, true or not, can only make us send paper.
            self._book.put(replace(entry, state=EntryState.FROZEN))
            matched.frozen.append(row)
        elif state == "bound":
            if entry.binding != asked.binding:
                proof = self._proven_again(entry, said, proof)
            return self._place_in_vault(row, entry, said, proof, matched)
        elif _is_pinned(entry):
            # The registry has pinned a vault: a city that denies it must not make us use the claim key again.
            self._not_proven(row, "binding-denied", matched)
        else:
            keys = self._codes.keys(entry)
            box = Hash(keys.lookup_id)
            return Target(row, BoxKind.CLAIM, box, keys.token_hash, None, keys.identity_seed, entry.code_epoch, NO_VAULT)
        return None

    def _proven_again(self, entry: Entry, said: Json, proof: Proof) -> Proof:
        """Hold a proof against what was pinned since the city was asked: a row before this one may have shown a newer record."""
        if isinstance(proof, str) or binding_of(proof[0]) == entry.binding:
            return proof
        if says_same(said):
            return RecordChainError.code
        again = self._prover.try_to_prove(entry, said.get("binding"), proof[1])
        return again if isinstance(again, str) else (again, proof[1])

    def _place_in_vault(self, row: Row, entry: Entry, said: Json, proof: Proof, matched: Matched) -> Target | None:
        if isinstance(proof, str):
            self._not_proven(row, proof, matched)
            return None
        proven, checkpoint = proof
        if not proven.is_open:
            matched.findings.append(Finding(row.line, Problem.VAULT_CLOSED, {"reference": row.reference}))
            return None
        pinned = self._pins.pin(entry, proven, matched.acts)
        if not says_same(said) and self._kept.get(pinned) is None:
            self._kept.put(pinned, KeptVault(proven.root_key, proven.recipient))
        if self._rules.now - proven.claimed_at < self._rules.delay_days * _DAY_S:
            matched.held.append(row)
            return None
        shown = said["same" if says_same(said) else "binding"]
        choice = self._judge.judge(row.type, shown, proven, checkpoint)
        box = Hash(proven.vault_id)
        return Target(row, BoxKind.VAULT, box, _NO_TOKEN, proven.recipient, None, entry.code_epoch, choice)

    def _not_proven(self, row: Row, check: str, matched: Matched) -> None:
        facts: dict[str, str | int] = {"reference": row.reference, "check": check}
        matched.findings.append(Finding(row.line, Problem.KEY_NOT_PROVEN, facts))


def _is_pinned(entry: Entry) -> bool:
    return entry.state is EntryState.BOUND
