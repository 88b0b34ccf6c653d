"""The phases of a run: list → preflight → match → seal and send → commit → receipts → report.

`voute.client.deliver` puts them in order, for a new run and for one that is resumed.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import merge
from typing import ClassVar, Final

from voute.client.api import CityApi, CityRefusedError, CityUnreachableError, NotYetLoggedError
from voute.client.choice import FROZEN, YOUNG
from voute.client.code_maker import CodeMaker
from voute.client.compare import find_known
from voute.client.document_ids import DocumentIds
from voute.client.home import IssuerHome, IssuerSettings
from voute.client.journal import Beginning, Commit, JournalDamagedError
from voute.client.kept_vaults import KeptVaults, kept_key
from voute.client.lost_receipts import Looked, compare_receipts, note_sent
from voute.client.matching import Matched as Found
from voute.client.matching import Matcher, MatchRules
from voute.client.next_root import NextRoot, find_next_root
from voute.client.order import DeliverOrder, PreflightFailedError, Progress
from voute.client.outbox import hand_over, put_out
from voute.client.outcome import Outcome, write_summary
from voute.client.preflight import Checked, PdfFolder, Row, check_table, stored_rows
from voute.client.print_list import HELD_ONLY, Placed, move_lists, write_lists
from voute.client.receipt_check import ReceiptCheck
from voute.client.receipts import write_receipts
from voute.client.registry_file import Book, read_book, write_book
from voute.client.sealers import SealerDiedError, seal_all
from voute.client.sealing import SealerKit
from voute.client.spool import SentPack
from voute.client.stored import Items
from voute.client.table import TableReader
from voute.client.targets import Targets
from voute.client.trust import PinnedTrust, read_pin
from voute.client.unfinished import Unfinished, now
from voute.core.errors import StateError, VouteError
from voute.core.ids import ID_SIZE, DeliveryId, Hash, parse_hex
from voute.format.dsse import SigningKey
from voute.seal.claim import dedupe_key

VISIBLE_WITHIN_S: Final = 120.0
"""The log publishes within seconds; after two minutes the city has a fault, and the receipts can be fetched later."""
VISIBLE_WITHIN_S_A_DOCUMENT: Final = 0.005
"""More for each document: 200,000 on a busy cluster's S3 and a database beside it took longer than those two minutes."""

_POLL_S: Final = 0.02
_POLL_MOST_S: Final = 0.1


class UnknownIssuerHereError(StateError):
    """The trust root does not know this issuer, or not with this signing key."""

    code: ClassVar[str] = "issuer-not-in-trust-root"


@dataclass(frozen=True, slots=True)
class Matched:
    """Where every row goes, and the registry with the acts that this made."""

    targets: Targets
    held_rows: Items[Row]
    frozen_rows: Items[Row]
    known: Mapping[int, str]
    book: Book
    acts: Items[bytes] = field(repr=False)

    @property
    def held(self) -> Mapping[int, str]:
        """Reference by line, of what is held back for paper."""
        return {row.line: row.reference for row in self.held_rows}

    @property
    def frozen(self) -> Mapping[int, str]:
        """Reference by line, of what somebody said is not theirs."""
        return {row.line: row.reference for row in self.frozen_rows}

    def placed(self, sent: Mapping[int, str]) -> Iterator[Placed]:
        """Say of each row how it goes, lines rising; `sent` has the document id of each line that is sent."""
        return merge(
            (Placed(target.row, target.choice, sent[target.row.line]) for target in self.targets),
            (Placed(row, YOUNG) for row in self.held_rows),
            (Placed(row, FROZEN) for row in self.frozen_rows),
            key=lambda placed: placed.row.line,
        )


class Phases:
    """One run of a department, a phase a method."""

    def __init__(self, home: IssuerHome, order: DeliverOrder, progress: Progress) -> None:
        """Read the department's settings and secrets; raises `HomeError`."""
        self.home = home
        self.order = order
        self.progress = progress
        self.settings: IssuerSettings = home.settings()
        self.started = time.monotonic()
        self._secrets = home.secrets()
        self.signer = SigningKey(self._secrets.signing_seed)
        self.dedupe_key = dedupe_key(self._secrets.master)

    def _told(self, stage: str, total: int, done: int) -> None:
        self.progress(stage, done, total)

    # -- before anything is sent

    def check_issuer(self, trust: PinnedTrust) -> None:
        """Demand that the trust root knows this issuer with this key."""
        issuer = trust.root.issuer(self.home.issuer)
        if issuer is None or self.signer.public not in {key.ed25519 for key in issuer.keys}:
            raise UnknownIssuerHereError("not in the trust root", issuer=self.home.issuer)

    def look_back(self, api: CityApi, trust: PinnedTrust) -> Looked:
        """Compare the receipts of a log that has ended with its successor, signed in; a trial keeps nothing of it."""
        return compare_receipts(self.home, trust.root, api.log, now(), keep=not self.order.dry_run, ask=api.receipts)

    def look_ahead(self, api: CityApi, trust: PinnedTrust) -> NextRoot:
        """Ask which trust root waits for its time."""
        return find_next_root(api, trust, self.home.issuer, self.signer.public)

    def check_list(self, trust: PinnedTrust, table: bytes) -> Checked:
        """Check the list and its files; raises `PreflightFailedError` with every finding."""
        issuer = trust.root.issuer(self.home.issuer)
        types = [kind.id for kind in issuer.document_types] if issuer else []
        rows = TableReader(table)
        total = rows.count()
        folder = PdfFolder(self.order.pdf_folder)
        checked = check_table(
            rows,
            folder,
            types,
            self.order.run,
            into=stored_rows(self.home.folder),
            processes=self.order.processes,
            progress=partial(self._told, "check", total),
        )
        if checked.findings:
            raise PreflightFailedError(checked.findings)
        return checked

    def match(self, api: CityApi, trust: PinnedTrust, checked: Checked) -> Matched:
        """Drop what was delivered before and decide where every other row goes.

        Durable is nothing of it but what was proven of vaults (`vaults.kept`), and of a trial not even that.
        """
        known, differs = find_known(api, self.dedupe_key, self.order.run, checked.rows)
        self.progress("compare", len(checked.rows), len(checked.rows))
        book = read_book(self.home, self.settings.city, trust.issuer_keys(self.home.issuer))
        fresh = len(checked.rows) - len(known)
        codes = CodeMaker(self._secrets.master, self.settings.city, self.settings.issuer)
        order = self.order
        delay = self.settings.binding_delay_days
        rules = MatchRules(order.run, delay, order.new_party, now(), order.patience, order.processes)
        found = Found.into(self.home.folder)
        with closing(self._kept(book)) as kept:
            matcher = Matcher(api, book, codes, self.signer, rules, trust.verify_checkpoint, kept)
            matcher.match(checked.rows, known, found, partial(self._told, "match", fresh))
        findings = sorted([*differs, *found.findings], key=lambda finding: finding.line)
        if findings:
            raise PreflightFailedError(findings)
        return Matched(found.targets, found.held, found.frozen, known, book, found.acts)

    def _kept(self, book: Book) -> KeptVaults:
        key = kept_key(self._secrets.master, self.settings.city, self.settings.issuer)
        return KeptVaults(self.home.folder, key, len(book), writes=not self.order.dry_run)

    def pin(self, api: CityApi, matched: Matched) -> None:
        """Make the registry durable, then hand the new bindings over."""
        put_out(self.home, matched.acts)
        write_book(self.home, matched.book, self.signer, now())
        hand_over(api, self.home, matched.book)

    # -- sending

    def begin(self, table_hash: Hash) -> Unfinished:
        """Begin the journal of a new delivery; the list is named by its hash (`hash_table`)."""
        beginning = Beginning(
            city=self.settings.city,
            issuer=self.settings.issuer,
            run=self.order.run,
            delivery_id=new_delivery(),
            table=self.order.table.absolute(),
            table_hash=table_hash,
            pdf_folder=self.order.pdf_folder.absolute(),
            new_party=self.order.new_party,
            at=now(),
        )
        return Unfinished.begin(self.home, beginning)

    def open(self, api: CityApi, delivery_id: DeliveryId) -> None:
        """Open a draft; one that an earlier try of this run left behind without a journal is cancelled first."""
        try:
            api.open_delivery(delivery_id, self.order.run)
        except CityRefusedError as error:
            left = error.answer_facts.get("delivery_id")
            if error.problem != "delivery-open" or not isinstance(left, str):
                raise
            api.cancel(parse_hex(left, ID_SIZE))
            api.open_delivery(delivery_id, self.order.run)

    @contextmanager
    def ending(self, api: CityApi, run: Unfinished) -> Iterator[None]:
        """Cancel the draft and end the run if the block fails for good, or the person stops it.

        After anything else the run is unfinished and can be resumed.
        """
        try:
            yield
        except BaseException as error:
            if ends_run(error) and cancel_quietly(api, run.delivery_id):
                run.discard()
            raise

    def send(self, api: CityApi, run: Unfinished, matched: Matched, ready: Iterable[SentPack] = ()) -> list[SentPack]:
        """Seal and send what is not in `ready`, then commit."""
        targets = matched.targets
        packs = self._seal(api, run, targets, ready)
        sent = _sent_in(packs)
        write_lists(run.spool, run.delivery_id.hex(), lambda: matched.placed(sent))
        size = sum(pack.size for pack in packs)
        figures = Commit(len(targets), targets.to_vaults, targets.digital, len(packs), size)
        run.commit(figures, matched.known, matched.held, matched.frozen)
        api.commit(run.delivery_id, figures.documents, [pack.pack for pack in packs])
        return packs

    def _seal(self, api: CityApi, run: Unfinished, targets: Targets, ready: Iterable[SentPack]) -> list[SentPack]:
        packs = list(ready)
        lines = {line for pack in packs for line, _ in pack.documents()}
        done = len(lines)
        self.progress("seal", done, len(targets))
        for pack in seal_all(self._kit(api, run), api, targets, self.order.processes, lines):
            run.keep(pack.pack)
            packs.append(pack)
            done += pack.count
            self.progress("seal", done, len(targets))
        return packs

    def _kit(self, api: CityApi, run: Unfinished) -> SealerKit:
        return SealerKit(
            server=self.settings.server,
            token=api.token,
            city=self.settings.city,
            issuer=self.settings.issuer,
            run=self.order.run,
            signing_seed=self._secrets.signing_seed,
            dedupe_key=self.dedupe_key,
            delivery_id=run.delivery_id,
            spool=run.spool,
        )

    # -- afterwards

    def receive(self, api: CityApi, run: Unfinished, packs: Sequence[SentPack]) -> Outcome:
        """Wait until the log has published the delivery, check every receipt and keep it durably, and end the run.

        Raises `NotYetLoggedError`, `ReceiptsIncompleteError`, `JournalDamagedError`, and what is wrong with a receipt; the
        run is unfinished then.
        """
        commit = run.state.commit
        if commit is None or commit.documents != sum(pack.count for pack in packs):
            raise JournalDamagedError("the spool is not whole", path=str(run.spool))
        count = commit.documents
        self._wait(api, run.delivery_id, count)
        check = ReceiptCheck(read_pin(self.home).root, self.home.issuer)
        lines = api.receipts(run.delivery_id)
        told = partial(self._told, "receipts", count)
        deleted = write_receipts(run.receipts, lines, packs, check.line, told, self.order.processes)
        return self.finish(run, _sent_in(packs), deleted)

    def finish(self, run: Unfinished, sent: Mapping[int, str], deleted: int) -> Outcome:
        """Write the summary of a run whose receipts are durable, all but `deleted`, and end it."""
        state, commit = run.state, run.state.commit
        if commit is None:
            raise JournalDamagedError("the journal is not whole", path=str(run.folder))
        outcome = Outcome(
            run=self.order.run,
            delivery_id=run.delivery_id,
            sent=sent,
            known=dict(state.known),
            held=dict(state.held),
            frozen=dict(state.frozen),
            to_vaults=commit.to_vaults,
            to_codes=commit.documents - commit.to_vaults,
            digital=commit.digital,
            packs=commit.packs,
            bytes=commit.bytes,
            seconds=0.0,
            receipts=run.receipts,
            deleted=deleted,
            lists=move_lists(run.spool, run.folder, run.delivery_id.hex()),
            summary=write_summary(run.folder, sent, state.known, state.held, state.frozen),
        )
        note_sent(self.home, run.receipts)
        run.finish()
        return replace(outcome, seconds=time.monotonic() - self.started)

    def nothing_sent(self, matched: Matched) -> Outcome:
        """Report a run that sends nothing: a trial, or a list of which everything is known or held."""
        targets = matched.targets
        summary = lists = None
        if not self.order.dry_run:
            folder = self.home.run_folder(self.order.run)
            if matched.held_rows or matched.frozen_rows:
                lists = write_lists(folder, HELD_ONLY, lambda: matched.placed({}))
            summary = write_summary(folder, {}, matched.known, matched.held, matched.frozen)
        return Outcome(
            run=self.order.run,
            delivery_id=None,
            sent={},
            known=matched.known,
            held=matched.held,
            frozen=matched.frozen,
            to_vaults=targets.to_vaults,
            to_codes=len(targets) - targets.to_vaults,
            digital=targets.digital,
            packs=0,
            bytes=0,
            seconds=time.monotonic() - self.started,
            receipts=None,
            lists=lists,
            summary=summary,
        )

    def _wait(self, api: CityApi, delivery_id: DeliveryId, documents: int) -> None:
        self.progress("log", 0, 1)
        pause, end = _POLL_S, time.monotonic() + VISIBLE_WITHIN_S + documents * VISIBLE_WITHIN_S_A_DOCUMENT
        while api.delivery(delivery_id).get("state") != "visible":
            if time.monotonic() > end:
                raise NotYetLoggedError("committed, not yet published", delivery=delivery_id.hex())
            time.sleep(pause)
            pause = min(pause * 1.5, _POLL_MOST_S)
        self.progress("log", 1, 1)


def _sent_in(packs: Iterable[SentPack]) -> DocumentIds:
    return DocumentIds(one for pack in packs for one in pack.documents())


def new_delivery() -> DeliveryId:
    """Draw the id of a delivery."""
    return DeliveryId(os.urandom(ID_SIZE))


def ends_run(error: BaseException) -> bool:
    """Say whether a run that failed so is over: the person stopped it, or trying again would fail again."""
    if isinstance(error, CityRefusedError):
        return error.final
    again = isinstance(error, CityUnreachableError | SealerDiedError)
    return isinstance(error, KeyboardInterrupt) or (isinstance(error, VouteError) and not again)


def cancel_quietly(api: CityApi, delivery_id: DeliveryId) -> bool:
    """Cancel a draft whose run failed; returns whether the city holds nothing of it any more."""
    # What failed before is what the person must hear; a draft that stays is cancelled by the next try of the run.
    with suppress(VouteError):
        api.cancel(delivery_id)
        return True
    return False
