"""Collecting cosignatures of the published checkpoint from witnesses, after it is visible."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from voute.core.errors import StateError, VerificationError, VouteError
from voute.core.ports_log import TileStore, Witness, WitnessConflictError
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import verify_cosignature
from voute.tlog.note import Note, SignatureLine, parse_signatures
from voute.tlog.policy import WitnessKey
from voute.tlog.reader import TileTree
from voute.tlog.sequencer import Published, Sequencer
from voute.tlog.tree import consistency_proof

T = TypeVar("T")
R = TypeVar("R")
Pair: TypeAlias = tuple[Witness, WitnessKey]


class WitnessAheadError(StateError):
    """A witness cosigned a larger tree than the log now has: the log was rolled back, or has forked."""

    code = "witness-ahead"


@dataclass(frozen=True, slots=True)
class CosignReport:
    """What a round of cosigning gave: the published checkpoint, who cosigned, and who failed with which error."""

    published: Published
    cosigned: tuple[str, ...]
    failures: tuple[tuple[str, VouteError], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one witness said about one published head: its verified line, or why there is none."""

    head: Checkpoint
    key: WitnessKey
    line: SignatureLine | None
    error: VouteError | None = None


Together = Callable[[Callable[[T], R], Iterable[T]], Iterable[R]]
"""Applies a function to all items, at once or one after another, and gives the results in order, as `map` does."""


class Cosigning:
    """Asks witnesses; keeps which size each cosigned last, so that most rounds take one request.

    `ask` may run in any thread, several at once; everything else belongs to the log's writer.
    """

    def __init__(
        self,
        sequencer: Sequencer,
        tiles: TileStore,
        witnesses: Sequence[tuple[Witness, WitnessKey]],
        together: Together[Pair, Answer] = map,
    ) -> None:
        """Take the log's writer, its tiles, each witness with the key that the trust root lists for it, and how to ask many."""
        self._sequencer = sequencer
        self._tiles = tiles
        self._witnesses = tuple(witnesses)
        self._together = together
        self._sizes: dict[str, int] = {}

    def run(self, only: Collection[str] | None = None) -> CosignReport:
        """Have the published checkpoint cosigned anew (also when its size is unchanged: the times show it is current).

        A witness that fails keeps its earlier line on the same head, and never stops the others or the log. `only` are the
        names of the witnesses to ask; all when it is None.

        Raises:
            VouteError: the log itself cannot be read or published.
        """
        published = self._sequencer.recover()
        asked = [pair for pair in self._witnesses if only is None or pair[0].name in only]
        return self.merge(list(self._together(lambda pair: self.ask(*pair, published), asked)))

    def ask(self, witness: Witness, key: WitnessKey, published: Published) -> Answer:
        """Ask one witness for its line on a published head; whatever goes wrong is in the answer."""
        head = published.head
        try:
            # A tree of its own: readers of tiles are not shared between threads.
            tree = TileTree(head.size, head.root, self._tiles.get)
            return Answer(head, key, self._line(witness, key, published.checkpoint, tree))
        except VouteError as error:
            return Answer(head, key, None, error)

    def merge(self, answers: Sequence[Answer]) -> CosignReport:
        """Publish the head again with the lines that came for it; lines for an older head are left out.

        Raises:
            VouteError: the log itself cannot be read or published.
        """
        published = self._sequencer.recover()
        lines = self._good_lines(published.checkpoint)
        for answer in answers:
            line, cosigner = answer.line, answer.key.cosigner_key
            if line is not None and answer.head == published.head:
                lines = [*(kept for kept in lines if not kept.is_by(cosigner)), line]
        note = Note(published.checkpoint.note.text, tuple(lines))
        if note != published.checkpoint.note:
            published = self._sequencer.replace_checkpoint(SignedCheckpoint(published.head, note))
        cosigned = tuple(answer.key.name for answer in answers if answer.line is not None)
        failures = tuple((answer.key.name, answer.error) for answer in answers if answer.error is not None)
        return CosignReport(published, cosigned, failures)

    def _good_lines(self, signed: SignedCheckpoint) -> list[SignatureLine]:
        """Return the published lines worth keeping: the log's two, and those of witnesses that verify."""
        log = self._sequencer.log
        lines = [line for line in signed.note.signatures if line.is_by(log.note_key) or line.is_by(log.cosigner_key)]
        for _, key in self._witnesses:
            line = signed.note.by(key.cosigner_key)
            if line is not None:
                with suppress(VerificationError):
                    verify_cosignature(signed.head, line, key.cosigner_key)
                    lines.append(line)
        return lines

    def _line(self, witness: Witness, key: WitnessKey, signed: SignedCheckpoint, tree: TileTree) -> SignatureLine:
        size = signed.head.size
        old = min(self._sizes.get(witness.name, 0), size)
        try:
            reply = witness.add_checkpoint(old, consistency_proof(old, size, tree), signed.encode())
        except WitnessConflictError as conflict:
            old = conflict.size
            if old > size:
                raise WitnessAheadError("the witness knows a larger tree", size=old) from None
            reply = witness.add_checkpoint(old, consistency_proof(old, size, tree), signed.encode())
        line = _find(reply, key)
        verify_cosignature(signed.head, line, key.cosigner_key)
        self._sizes[witness.name] = size
        return line


def _find(reply: bytes, key: WitnessKey) -> SignatureLine:
    """Return the line of a witness's reply that is by its key; lines by unknown keys are ignored (C2SP tlog-witness)."""
    try:
        text = reply.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    line = next((line for line in parse_signatures(text) if line.is_by(key.cosigner_key)), None)
    if line is None:
        raise VerificationError("the witness's reply has no line by its key")
    return line
