"""Inclusion proofs from the published tiles, all against one checkpoint."""

from dataclasses import dataclass

from voute.app.city import City
from voute.app.errors import NotYetLoggedError
from voute.core.ports_store import Transaction
from voute.core.rows import EventRow, EventState
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.proof import TlogProof
from voute.tlog.reader import TileTree
from voute.tlog.tree import Prover


@dataclass(frozen=True, slots=True)
class Proofs:
    """Makes proofs in the tree of one published checkpoint; for one thread, for one request."""

    text: str
    checkpoint: SignedCheckpoint
    prover: Prover

    def path(self, index: int) -> tuple[bytes, ...]:
        """Return the inclusion path of a leaf."""
        return self.prover.inclusion(index)

    def proof(self, index: int) -> str:
        """Return the C2SP tlog-proof text of a leaf, with the checkpoint."""
        return TlogProof(index, self.path(index), self.checkpoint).encode().decode("utf-8")


def open_proofs(city: City, tx: Transaction) -> Proofs:
    """Open the tree of the checkpoint that the catalogue last published.

    Raises:
        NotYetLoggedError: there is none.
    """
    state = tx.log_states.get()
    if state is None:
        raise NotYetLoggedError
    checkpoint = SignedCheckpoint.parse(state.checkpoint.encode("utf-8"))
    tree = TileTree(checkpoint.head.size, checkpoint.head.root, city.tiles.get)
    return Proofs(state.checkpoint, checkpoint, Prover(checkpoint.head.size, tree))


def is_logged(row: EventRow | None) -> bool:
    """Tell whether an event is in the published log."""
    return row is not None and row.state == EventState.LOGGED
