"""Checks the receipts that the city hands out, line by line, before a department keeps them as its evidence.

Source: `docs/spec/event-receipt.md`, "Verifying", steps 1 and 4 to 6: what those prove to a verifier later must hold now,
for a wrong receipt that is found years later proves nothing any more. The quorum is not asked for: a witness that is
down stops no city, and `voute verify` says `logged` or `witnessed`.
"""

from typing import ClassVar

from voute.core.errors import FormatError, VerificationError
from voute.core.ids import Hash
from voute.format import dsse
from voute.format.event import blind, parse_event
from voute.format.receipt import CheckpointLine, DeletedLine, ReceiptLine
from voute.format.subject import Deliver, issuer_actor
from voute.format.trust_root import TrustRoot
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.inclusions import Inclusions
from voute.tlog.merkle import leaf_hash
from voute.tlog.policy import checkpoint_policy, verify_checkpoint


class ReceiptWrongError(VerificationError):
    """The city's receipt is not that of the document that was sent; the delivery counts, its receipts do not."""

    code: ClassVar[str] = "receipt-wrong"


class ReceiptCheck:
    """Checks the lines of one run's receipts, in their order."""

    def __init__(self, root: TrustRoot, issuer: str) -> None:
        """Take the pinned trust root and the issuer whose deliveries these are."""
        self._root = root
        self._issuer = issuer
        self._logs, self._policy = checkpoint_policy(root)
        self._trees: dict[Hash, Inclusions] = {}

    def line(self, line: CheckpointLine | ReceiptLine | DeletedLine) -> None:
        """Check one line that will be kept; raises a `VerificationError` or `FormatError`."""
        match line:
            case CheckpointLine():
                signed = SignedCheckpoint.parse(line.note.encode())
                head = verify_checkpoint(signed, self._logs, self._policy).head
                self._trees[line.id] = Inclusions(head.size, head.root)
            case ReceiptLine():
                self._receipt(line)
            case DeletedLine():
                # The holder has deleted the document: nothing is left that could be proven.
                return

    def _receipt(self, line: ReceiptLine) -> None:
        tree = self._trees.get(line.checkpoint)
        if tree is None:
            raise FormatError("a receipt before its checkpoint")
        event = parse_event(line.event)
        said = event.subject
        sent = (line.document_id, dsse.statement_hash(dsse.parse(line.manifest).payload))
        if not isinstance(said, Deliver) or (said.document_id, said.manifest_hash) != sent:
            raise ReceiptWrongError("the event is not the delivery of this document", document=line.document_id.hex())
        if event.city != self._root.city or event.actor != issuer_actor(self._issuer):  # type: ignore[arg-type]
            raise ReceiptWrongError("the event is of another department", document=line.document_id.hex())
        tree.verify(line.index, leaf_hash(blind(line.salt, line.chain, line.event)), line.path)
