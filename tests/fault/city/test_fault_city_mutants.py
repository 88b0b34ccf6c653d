"""Cities with one safety taken out: the same breaking must find each of them, or it proves nothing."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.faults.injector import Kind
from tests.support.faults.operations import OPERATIONS
from tests.support.faults.runner import Prepared, crash, prepare
from tests.support.faults.stage import Ground
from voute.app import delivery, destroy, documents
from voute.app.city import City
from voute.app.delivery import own_draft
from voute.app.errors import DeliveryUnknownError
from voute.app.ledger import Ledger
from voute.app.ports import Holder
from voute.app.sequence import Sequencing, Step
from voute.app.statements import keep_act_event, vault_act
from voute.core.ids import DeliveryId, DocumentId, Hash, Slug
from voute.core.rows import BoxKind, JobKind
from voute.format.event import NO_CHAIN, blind
from voute.format.vault_record import start_chain
from voute.store.durable import Disk, TemporaryFile

Mutation = Callable[[pytest.MonkeyPatch], None]


def is_found(prepared: Prepared, kinds: frozenset[Kind]) -> bool:
    """Whether ending the operation at each step, in these ways, shows harm at one of them."""
    for case in prepared.crashes():
        if case.kind in kinds:
            try:
                crash(prepared, case)
            except AssertionError:
                return True
    return False


def without_flushing_files(patch: pytest.MonkeyPatch) -> None:
    def flush(_: TemporaryFile) -> None:
        """Trust the disk."""

    patch.setattr(TemporaryFile, "flush", flush)


def without_flushing_folders(patch: pytest.MonkeyPatch) -> None:
    def flush_folder(_disk: Disk, _folder: Path) -> None:
        """Trust the disk."""

    patch.setattr(Disk, "flush_folder", flush_folder)


def files_before_rows(patch: pytest.MonkeyPatch) -> None:
    """Cancelling removes the files before the rows are gone for sure."""

    def cancel(city: City, issuer: Slug, name: DeliveryId) -> None:
        with suppress(DeliveryUnknownError), city.catalogue.write() as tx:
            own_draft(tx, issuer, name, lock=True)
            for pack in tx.deliveries.remove(name) or ():
                city.sidecars.delete(pack)
                city.blobs.delete(pack)

    patch.setattr(delivery, "cancel", cancel)


def work_forgotten_first(patch: pytest.MonkeyPatch) -> None:
    """The row that says what is to be destroyed goes before it is destroyed."""
    whole = destroy._destroy  # noqa: SLF001 - the mutant wraps it

    def forget_first(city: City, name: DeliveryId, pack: Hash, gone: list[DocumentId]) -> int:
        with city.catalogue.write() as tx:
            tx.jobs.done(JobKind.DESTROY, gone)
        return whole(city, name, pack, gone)

    patch.setattr(destroy, "_destroy", forget_first)


def effect_before_event(patch: pytest.MonkeyPatch) -> None:
    """The first opening is noted in one transaction, its event kept in another."""

    def note_opened(city: City, holder: Holder, document: DocumentId, raw: bytes) -> None:
        vault = holder.vault_id
        with city.catalogue.read() as tx:
            genesis = tx.vaults.records((vault,))[vault][0]
        act, act_hash = vault_act(city, raw, vault, start_chain(genesis).root_key)
        with city.catalogue.write() as tx:
            if not tx.documents.opened(document, city.now()):
                return
        with city.catalogue.write() as tx:
            event = keep_act_event(tx, city, act, act_hash, raw, (BoxKind.VAULT, vault))
            tx.documents.set_opened_event(document, event)

    patch.setattr(documents, "note_opened", note_opened)


def log_before_ledger(patch: pytest.MonkeyPatch) -> None:
    """Entries are published before their events are durable outside of the catalogue."""

    def step(self: Sequencing) -> Step:
        published = self.sequencer.recover()
        size = published.head.size
        waiting = self._numbered(size) or self._number(size)[0]
        if waiting:
            entries = [blind(row.salt, row.chain or NO_CHAIN, row.data) for row in waiting]
            published = self.sequencer.sequence(entries, size)
            self.ledger.keep(waiting)
        return Step(len(waiting), published)

    patch.setattr(Sequencing, "step", step)


def work_forgotten_before_the_ledger(patch: pytest.MonkeyPatch) -> None:
    """The rows that say what is to be destroyed go before the ledger's pages are written without it."""
    settle, destroy_all = Ledger.settle, destroy.destroy_documents
    waiting: set[int] = set()

    def settle_later(_: Ledger, pages: set[int]) -> None:
        waiting.update(pages)

    def destroy_documents(city: City) -> int:
        done = destroy_all(city)
        if done:
            settle(city.ledger, waiting)
        return done

    patch.setattr(Ledger, "settle", settle_later)
    patch.setattr(destroy, "destroy_documents", destroy_documents)


POWER = frozenset({Kind.POWER})
PROCESS = frozenset({Kind.LOST, Kind.KEPT})
MUTANTS = (
    ("deliver", without_flushing_files, POWER),
    ("deliver", without_flushing_folders, POWER),
    ("sequence", without_flushing_files, POWER),
    ("cancel", files_before_rows, PROCESS),
    ("destroy", work_forgotten_first, PROCESS),
    ("opened", effect_before_event, PROCESS),
    ("sequence", log_before_ledger, PROCESS),
    ("destroy", work_forgotten_before_the_ledger, PROCESS),
)


@pytest.mark.parametrize(("name", "mutate", "kinds"), MUTANTS, ids=[f"{name}-{mutate.__name__}" for name, mutate, _ in MUTANTS])
def test_fault_mutant_is_found(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, name: str, mutate: Mutation, kinds: frozenset[Kind]
) -> None:
    mutate(monkeypatch)
    operation = next(one for one in OPERATIONS if one.name == name)
    mutant = prepare(ground, operation, f"{name}-{mutate.__name__}")
    assert is_found(mutant, kinds)
