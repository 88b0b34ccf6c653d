"""One run of a department, from its list to its receipts; or the rest of a run that was stopped.

Nothing is sent while anything is wrong with the list. Until the commit the city holds a draft that counts for nothing;
the commit is atomic; a document that was delivered before is recognised and not sent again. How far a run has come is in
its journal (docs/spec/journal.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from voute.client.api import CityApi, CityRefusedError
from voute.client.document_ids import DocumentIds
from voute.client.issuer_session import sign_in
from voute.client.journal import JournalDamagedError
from voute.client.lost_receipts import read_lost
from voute.client.order import DeliverOrder, PreflightFailedError
from voute.client.outcome import Earlier, Outcome, Settled
from voute.client.phases import Matched, Phases, new_delivery
from voute.client.receipts import read_lines
from voute.client.registry_file import one_writer
from voute.client.resume import Changed, ListChangedError, Plan, plan_resumption
from voute.client.sealing import send_pack
from voute.client.spool import SentPack
from voute.client.trust import pinned_trust, read_pin
from voute.client.unfinished import NothingToResumeError, Unfinished, hash_table, set_aside
from voute.core.ids import HASH_SIZE, DeliveryId, DocumentId, Hash, parse_hex
from voute.format.receipt import CheckpointLine, DeletedLine

__all__ = ["AtCity", "DeliverOrder", "Delivery", "Earlier", "Outcome", "PreflightFailedError", "ask_city"]


@dataclass(frozen=True, slots=True)
class AtCity:
    """What the city holds of a delivery: whether it is committed, and the packs whose bytes it has."""

    committed: bool
    packs: frozenset[Hash]


class Delivery(Phases):
    """A run in progress."""

    def run(self) -> Outcome:
        """Do the whole run; an unfinished one of the same name is settled first. A trial (`dry_run`) changes no file.

        Raises `PreflightFailedError` with every finding (nothing was sent), `CityRefusedError`, `CityUnreachableError`,
        `NotYetLoggedError` (committed, receipts later).
        """
        with CityApi(self.settings.server) as api, one_writer(self.home):
            trust = pinned_trust(self.home, api.trust_root(), api.earlier_root, keep=not self.order.dry_run)
            self.check_issuer(trust)
            table = self.order.table.read_bytes()
            table_hash = hash_table(table)
            checked = self.check_list(trust, table)
            del table
            sign_in(api, self.settings, self.signer)
            looked, next_root = self.look_back(api, trust), self.look_ahead(api, trust)
            earlier = None if self.order.dry_run else self._settle(api)
            matched = self.match(api, trust, checked)
            if self.order.dry_run:
                return replace(self.nothing_sent(matched), looked=looked, next_root=next_root)
            if not matched.targets:
                self.pin(api, matched)
                outcome = self.nothing_sent(matched)
            else:
                run = self.begin(table_hash)
                with self.ending(api, run):
                    self.pin(api, matched)
                    self.open(api, run.delivery_id)
                    packs = self.send(api, run, matched)
                outcome = self.receive(api, run, packs)
            # What was lost may have been delivered again by this very run.
            looked = looked._replace(lost=read_lost(self.home))
            return replace(outcome, earlier=earlier, looked=looked, next_root=next_root)

    def resume(self) -> Outcome:
        """Do the rest of the unfinished run of this name.

        Raises what `run` raises, `NothingToResumeError`, `JournalDamagedError`, and `ListChangedError` when the list or
        a file that was sealed is another one now; the run is unfinished after each of these.
        """
        with CityApi(self.settings.server) as api, one_writer(self.home):
            run = Unfinished.reopen(self.home, self.order.run)
            if run is None:
                raise NothingToResumeError("nothing is unfinished", issuer=self.home.issuer)
            sign_in(api, self.settings, self.signer)
            looked = self.look_back(api, read_pin(self.home))
            next_root = self.look_ahead(api, pinned_trust(self.home, api.trust_root(), api.earlier_root, keep=False))
            outcome = self._go_on(api, run)
            return replace(outcome, looked=looked._replace(lost=read_lost(self.home)), next_root=next_root)

    def _go_on(self, api: CityApi, run: Unfinished) -> Outcome:
        held = ask_city(api, run.delivery_id)
        if held is not None and held.committed:
            return replace(self._receipts(api, run, held), already=run.documents_committed)
        run.resume()
        trust = pinned_trust(self.home, api.trust_root(), api.earlier_root)
        self.check_issuer(trust)
        table = self.order.table.read_bytes()
        if hash_table(table) != run.state.beginning.table_hash:
            raise ListChangedError("another list", changed=str(Changed.LIST), line=0)
        checked = self.check_list(trust, table)
        del table
        matched = self.match(api, trust, checked)
        self.pin(api, matched)
        return self._rest(api, run, held, matched)

    # -- an earlier run of the same name

    def _settle(self, api: CityApi) -> Earlier | None:
        """Finish an unfinished run of this name if the city committed it, else cancel it."""
        try:
            run = Unfinished.reopen(self.home, self.order.run)
            return None if run is None else self._settle_run(api, run)
        except JournalDamagedError:
            # A draft of it is found by its run, and what was committed by its documents: none goes twice.
            return Earlier(Settled.DAMAGED, set_aside(self.home, self.order.run))

    def _settle_run(self, api: CityApi, run: Unfinished) -> Earlier:
        delivery = run.delivery_id
        if self._cancel(api, delivery):
            run.discard()
            return Earlier(Settled.CANCELLED)
        held = ask_city(api, delivery)
        outcome = self._receipts(api, run, held or AtCity(committed=True, packs=frozenset()))
        return Earlier(Settled.FINISHED, outcome.receipts)

    def _cancel(self, api: CityApi, delivery: DeliveryId) -> bool:
        """Cancel a draft; returns whether the city holds nothing of it any more, False when it is committed."""
        try:
            api.cancel(delivery)
        except CityRefusedError as error:
            if error.problem != "delivery-committed":
                raise
            return False
        return True

    # -- the rest of a run

    def _rest(self, api: CityApi, run: Unfinished, held: AtCity | None, matched: Matched) -> Outcome:
        """Send what is missing of a draft; where that is not possible, the whole list under a new delivery."""
        if held is not None and matched.targets:
            already = self._continue(api, run, held, matched)
            if already is not None:
                return already
        if held is not None and not self._cancel(api, run.delivery_id):
            # Committed meanwhile: the last request of the run that was stopped has arrived.
            return self._receipts(api, run, ask_city(api, run.delivery_id) or held)
        if not matched.targets:
            run.discard()
            return replace(self.nothing_sent(matched), already=0)
        run.anew(new_delivery())
        with self.ending(api, run):
            self.open(api, run.delivery_id)
            packs = self.send(api, run, matched)
        return replace(self.receive(api, run, packs), already=0)

    def _continue(self, api: CityApi, run: Unfinished, held: AtCity, matched: Matched) -> Outcome | None:
        """Go on with the draft that the city holds; None when it cannot be gone on with."""
        plan = plan_resumption(run, held.packs, matched.targets, self.dedupe_key, self.order.run)
        if plan is None:
            return None
        with self.ending(api, run):
            try:
                ready = self._send_again(api, run, plan)
                packs = self.send(api, run, matched, ready)
            except CityRefusedError as error:
                if not error.final:
                    raise
                # A pack of an unknown record came in late, for instance: the draft counts for nothing, so it may go.
                return None
        already = sum(pack.count for pack in plan.drafted)
        return replace(self.receive(api, run, packs), already=already)

    def _send_again(self, api: CityApi, run: Unfinished, plan: Plan) -> list[SentPack]:
        """Send what was sealed and is not with the city, byte for byte; returns every pack that is there then."""
        ready = list(plan.drafted)
        for pack in plan.undrafted:
            api.put_draft(run.delivery_id, pack.pack, pack.draft())
            run.keep(pack.pack)
            ready.append(pack)
        for pack, data in plan.missing(run):
            send_pack(api, run.delivery_id, pack.pack, (data,), pack.draft())
            run.keep(pack.pack)
            ready.append(pack)
        return ready

    # -- receipts of a delivery that is committed

    def _receipts(self, api: CityApi, run: Unfinished, held: AtCity) -> Outcome:
        if run.receipts.exists():
            return self.finish(run, *_received(run))
        sealed = run.packs()
        return self.receive(api, run, [sealed[pack] for pack in sorted(held.packs) if pack in sealed])


def ask_city(api: CityApi, delivery: DeliveryId) -> AtCity | None:
    """Ask what the city holds of a delivery; None for nothing."""
    try:
        answer = api.delivery(delivery)
    except CityRefusedError as error:
        if error.problem != "delivery-unknown":
            raise
        return None
    packs = answer.get("packs")
    names = packs if isinstance(packs, list) else []
    return AtCity(
        committed=answer.get("state") != "draft", packs=frozenset(Hash(parse_hex(str(one), HASH_SIZE)) for one in names)
    )


def _received(run: Unfinished) -> tuple[Mapping[int, str], int]:
    """Read from a run's receipts what was sent, and how many documents have none."""
    deleted: list[int] = []

    def documents() -> Iterator[tuple[int, DocumentId]]:
        for line in read_lines(run.receipts):
            if isinstance(line, DeletedLine):
                deleted.append(line.row)
            if not isinstance(line, CheckpointLine):
                yield line.row, line.document_id

    return DocumentIds(documents()), len(deleted)
