"""Collecting cosignatures of the published checkpoint from witnesses, after it is visible."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from voute.core.errors import StateError, VerificationError, VouteError
from voute.core.ports_log import TileStore, Witness, WitnessConflictError
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.cosignature import verify_cosignature
from voute.tlog.note import Note, SignatureLine, parse_signatures
from voute.tlog.policy import WitnessKey
from voute.tlog.reader import TileTree
from voute.tlog.sequencer import Published, Sequencer
from voute.tlog.tree import consistency_proof


class WitnessAheadError(StateError):
    """A witness cosigned a larger tree than the log now has: the log was rolled back, or has forked."""

    code = "witness-ahead"


@dataclass(frozen=True, slots=True)
class CosignReport:
    """What a round of cosigning gave: the published checkpoint, who cosigned, and who failed with which error."""

    published: Published
    cosigned: tuple[str, ...]
    failures: tuple[tuple[str, VouteError], ...]


class Cosigning:
    """Asks witnesses, one after another; keeps which size each cosigned last, so that most rounds take one request."""

    def __init__(self, sequencer: Sequencer, tiles: TileStore, witnesses: Sequence[tuple[Witness, WitnessKey]]) -> None:
        """Take the log's writer, its tiles, and each witness with the key that the trust root lists for it."""
        self._sequencer = sequencer
        self._tiles = tiles
        self._witnesses = tuple(witnesses)
        self._sizes: dict[str, int] = {}

    def run(self) -> CosignReport:
        """Have the published checkpoint cosigned anew (also when its size is unchanged: the times show it is current).

        A witness that fails keeps its earlier line on the same head, and never stops the others or the log.

        Raises:
            VouteError: the log itself cannot be read or published.
        """
        published = self._sequencer.recover()
        head = published.head
        tree = TileTree(head.size, head.root, self._tiles.get)
        lines = self._good_lines(published.checkpoint)
        cosigned, failures = [], []
        for witness, key in self._witnesses:
            try:
                line = self._ask(witness, key, published.checkpoint, tree)
            except VouteError as error:
                failures.append((witness.name, error))
                continue
            lines = [*(kept for kept in lines if not kept.is_by(key.cosigner_key)), line]
            cosigned.append(witness.name)
        note = Note(published.checkpoint.note.text, tuple(lines))
        if note != published.checkpoint.note:
            published = self._sequencer.replace_checkpoint(SignedCheckpoint(head, note))
        return CosignReport(published, tuple(cosigned), tuple(failures))

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

    def _ask(self, witness: Witness, key: WitnessKey, signed: SignedCheckpoint, tree: TileTree) -> SignatureLine:
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
