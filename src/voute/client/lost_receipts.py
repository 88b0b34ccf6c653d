"""Which kept receipts the log's successor does not have: documents of a lost tail, found by the department itself.

Source: `docs/spec/event-receipt.md`, "Receipts and a successor". What the city says of the loss is not asked for: kept receipts
are compared with the successor's tree, whose head a quorum of witnesses has cosigned.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from voute.client.disk import DISK
from voute.client.entered_again import Ask, entered_path, keep_entered
from voute.client.home import IssuerHome
from voute.client.receipt_check import ReceiptCheck
from voute.client.receipts import read_lines
from voute.core.errors import FormatError, LimitError, StateError
from voute.core.ids import ID_SIZE, DeliveryId, DocumentId, Hash, parse_hex
from voute.core.values import UnixTime
from voute.format.compared import Compared, LostReceipt, parse_compared, parse_lost, same_document
from voute.format.event import blind
from voute.format.receipt import CheckpointLine, ReceiptLine, parse_line
from voute.format.signed_manifest import read_signed
from voute.format.trust_root import TrustRoot
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.merkle import leaf_hash
from voute.tlog.policy import checkpoint_policy, verify_checkpoint
from voute.tlog.reader import GetTile, TileTree
from voute.tlog.tree import root_of

_RECEIPTS: Final = "receipts-"
_COMPARED: Final = "compared-"
_NAME: Final = re.compile(r"receipts-[0-9a-f]{32}\.ndjson")
_NOTE: Final = b'"note"'
"""No line that is valid has it but a checkpoint's: a receipt's texts are hex and base64, and JSON escapes quotes in names."""


class ReceiptsDamagedError(StateError):
    """The kept receipts of a delivery are not what this program wrote; the fact `path` names them."""

    code: ClassVar[str] = "receipts-damaged"


class Look(StrEnum):
    """How far the kept receipts could be compared."""

    NOTHING = "nothing"
    """No log has ended of which there are receipts."""
    WAITING = "waiting"
    """The log that the city shows has ended: its successor has not begun."""
    UNWITNESSED = "unwitnessed"
    """Too few witnesses have cosigned what the successor shows: it proves nothing yet."""
    COMPARED = "compared"


@dataclass(frozen=True, slots=True)
class LostDelivery:
    """A delivery of which something is lost: its run's folder, its receipts, and what was found."""

    receipts: Path
    found: Compared

    @property
    def run(self) -> str:
        """The run, by the name of its folder."""
        return self.receipts.parent.name

    @property
    def entered(self) -> Path | None:
        """The new receipts of what the city entered again by itself; None where there are none."""
        path = entered_path(self.receipts)
        return path if path.exists() else None


class Looked(NamedTuple):
    """What a comparison gave: how far it went, and every delivery of which something was ever lost."""

    look: Look
    lost: tuple[LostDelivery, ...]

    @property
    def is_open(self) -> bool:
        """Whether something is lost that is not delivered again."""
        return any(one.found.is_open for one in self.lost)


NOT_LOOKED: Final = Looked(Look.NOTHING, ())


def compare_receipts(
    home: IssuerHome, root: TrustRoot, get: GetTile, now: UnixTime, *, keep: bool = True, ask: Ask | None = None
) -> Looked:
    """Compare the kept receipts of logs that have ended with the log that the city shows; each once, while places are not empty.

    `get` reads below the log's address; it is not called where no receipt is of a log that has ended. `ask` is asked for the
    city's receipts of each delivery of which something is lost and not delivered again; without it nobody is. With `keep` what is
    found is durable on return; without, nothing is written. The caller holds the department's folder (`one_writer`).

    Raises:
        FormatError, UnknownLogError, BadCheckpointError, LogEndedError: what is shown is no checkpoint of the trust root's logs.
        TileMissingError, TileDamagedError: the tree is not what the checkpoint says.
        ReceiptsDamagedError: kept receipts cannot be read.
        ReceiptWrongError: the city gives another document's receipt for one that was lost.
    """
    ended = {one.origin for one in root.logs if one.until is not None and one.until <= now}
    old = {path: origin for path in (_files(home) if ended else ()) if (origin := _origin(path)) in ended}
    if not old:
        return Looked(Look.NOTHING, read_lost(home))
    verdict = verify_checkpoint(SignedCheckpoint.parse(get("checkpoint")), *checkpoint_policy(root))
    if verdict.head.origin in ended:
        return Looked(Look.WAITING, read_lost(home))
    if not verdict.quorum_reached:
        # A tree that is shown to one department alone would lose what it likes.
        return Looked(Look.UNWITNESSED, read_lost(home))
    comparison = _Comparison(verdict.head, get)
    found = {path: _read_head(path) for path in old}
    anew = [path for path, was in found.items() if was is None or was.log != verdict.head.origin or not _is_over(was, ask)]
    lost = {path: comparison.compare(path, old[path]) for path in anew}
    found |= {path: head for path, (head, _) in lost.items()}
    whole = [path for path in _files(home) if (was := found.get(path)) is None or not was.lost]
    for path, (head, receipts) in lost.items():
        marked = _mark(receipts, _sent_again(head, whole)) if head.lost else receipts
        rest = [one.document_id for one in marked if one.again is None]
        if rest and ask is not None:
            check = ReceiptCheck(root, home.issuer)
            entered = keep_entered(path, rest, ask(head.delivery_id), check, comparison.holds, keep=keep)
            marked = [replace(one, again=one.document_id) if one.document_id in entered else one for one in marked]
        found[path] = counted = replace(head, again=sum(one.again is not None for one in marked))
        if keep:
            _write(path, counted, marked)
    return Looked(
        Look.COMPARED, tuple(LostDelivery(path, head) for path, head in found.items() if head is not None and head.lost)
    )


def _is_over(was: Compared, ask: Ask | None) -> bool:
    """Tell whether nothing else can be found under the same log; of what is open, the city may be asked anew."""
    return was.is_settled and not (was.is_open and ask is not None)


def read_lost(home: IssuerHome) -> tuple[LostDelivery, ...]:
    """Read what earlier comparisons found lost, delivered again or not; a file that cannot be read will be made again."""
    heads = ((path, _read_head(path)) for path in _files(home))
    return tuple(LostDelivery(path, head) for path, head in heads if head is not None and head.lost)


def note_sent(home: IssuerHome, receipts: Path) -> None:
    """Note which lost documents these receipts, of a delivery of now, stand for; durable on return, and again changes nothing."""
    origin = _origin(receipts)
    for one in read_lost(home):
        if one.found.is_open and one.found.log == origin:
            marked = _mark(_read_compared(one.receipts)[1], _sent_again(one.found, [receipts]))
            again = sum(lost.again is not None for lost in marked)
            if again > one.found.again:
                _write(one.receipts, replace(one.found, again=again), marked)


def count_deliveries(home: IssuerHome) -> int:
    """Count the deliveries whose receipts are kept."""
    return sum(1 for _ in _files(home))


class _Comparison:
    """Compares with one head; tiles are read once something has to be looked up."""

    def __init__(self, head: Checkpoint, get: GetTile) -> None:
        self._head = head
        self._get = get
        self._read: TileTree | None = None

    @property
    def _tree(self) -> TileTree:
        if self._read is None:
            self._read = TileTree(self._head.size, self._head.root, self._get)
        return self._read

    def compare(self, path: Path, old: str) -> tuple[Compared, list[LostReceipt]]:
        """Compare the receipts of one delivery: by the heads that they were proven in; one by one where such a head is gone."""
        whole, documents = set[Hash](), 0
        is_whole = True
        with path.open("rb") as file:
            for raw in file:
                if _NOTE not in raw:
                    documents += 1
                    continue
                with _reading(path):
                    line = _checkpoint(raw)
                    then = _head_of(line)
                if self._has(then):
                    whole.add(line.id)
                else:
                    is_whole = False
        doubted = () if is_whole else (one for one in _receipts(path) if one.checkpoint not in whole)
        missing = [_lost(one, path) for one in doubted if not self.holds(one)]
        places = [one.index for one in missing]
        found = Compared(
            _delivery(path),
            old,
            self._head.origin,
            self._head.size,
            documents,
            lost=len(missing),
            first=min(places, default=None),
            last=max(places, default=None),
        )
        return found, missing

    def _has(self, then: Checkpoint) -> bool:
        """Tell whether the tree begins with all that a kept checkpoint stands for."""
        if then.origin == self._head.origin:
            return True
        return 0 < then.size <= self._head.size and root_of(then.size, self._tree) == then.root

    def holds(self, line: ReceiptLine) -> bool:
        """Tell whether the tree has this receipt's entry at its place."""
        leaf = leaf_hash(blind(line.salt, line.chain, line.event))
        return line.index < self._head.size and self._tree.node(0, line.index) == leaf


def _mark(receipts: Sequence[LostReceipt], sent: Iterable[tuple[Hash, DocumentId]]) -> list[LostReceipt]:
    """Give each lost document one of those that were sent since and are the same; none stands for two."""
    marked = list(receipts)
    used = {one.again for one in marked}
    waiting: dict[Hash, list[int]] = {}
    for place in reversed(range(len(marked))):
        if marked[place].again is None:
            waiting.setdefault(marked[place].same, []).append(place)
    for same, document_id in sent if waiting else ():
        if document_id not in used and waiting.get(same):
            place = waiting[same].pop()
            marked[place] = replace(marked[place], again=document_id)
    return marked


def _sent_again(lost: Compared, paths: Iterable[Path]) -> Iterator[tuple[Hash, DocumentId]]:
    """Give what was delivered under a log after the one that lost something: places of before are of before the loss."""
    for path in paths:
        if _origin(path) in {lost.old, ""}:
            continue
        for line in _receipts(path):
            if lost.first is not None and line.index >= lost.first:
                yield _same(line, path), line.document_id


def _lost(line: ReceiptLine, path: Path) -> LostReceipt:
    return LostReceipt(line.row, line.reference, line.document_id, line.index, _same(line, path))


def _same(line: ReceiptLine, path: Path) -> Hash:
    with _reading(path):
        return same_document(line.reference, read_signed(line.manifest).manifest)


def _receipts(path: Path) -> Iterator[ReceiptLine]:
    with _reading(path):
        yield from (line for line in read_lines(path) if isinstance(line, ReceiptLine))


@contextmanager
def _reading(receipts: Path) -> Iterator[None]:
    """Name the file in which something is no receipt."""
    try:
        yield
    except (FormatError, LimitError) as error:
        raise ReceiptsDamagedError(error.detail, path=str(receipts)) from error


# -- files


def _files(home: IssuerHome) -> Iterator[Path]:
    """Give the receipts of every delivery, each at the path of its receipts."""
    found = (home.folder / "runs").glob(f"*/{_RECEIPTS}*.ndjson")
    return (path for path in sorted(found) if _NAME.fullmatch(path.name))


def _beside(receipts: Path) -> Path:
    return receipts.with_name(_COMPARED + receipts.name.removeprefix(_RECEIPTS))


def _delivery(receipts: Path) -> DeliveryId:
    return DeliveryId(parse_hex(receipts.stem.removeprefix(_RECEIPTS), ID_SIZE))


def _origin(receipts: Path) -> str:
    """Name the log of the first checkpoint of a delivery's receipts; nothing where every document was deleted by its holder."""
    with _reading(receipts), receipts.open("rb") as file:
        return next((_head_of(_checkpoint(raw)).origin for raw in file if _NOTE in raw), "")


def _checkpoint(raw: bytes) -> CheckpointLine:
    line = parse_line(raw)
    if not isinstance(line, CheckpointLine):
        raise FormatError("a note that is no checkpoint's", field="note")
    return line


def _head_of(line: CheckpointLine) -> Checkpoint:
    return SignedCheckpoint.parse(line.note.encode()).head


def _read_head(receipts: Path) -> Compared | None:
    try:
        return _read_compared(receipts)[0]
    except (FileNotFoundError, FormatError, LimitError):
        return None


def _read_compared(receipts: Path) -> tuple[Compared, list[LostReceipt]]:
    with _beside(receipts).open("rb") as file:
        head, lost = parse_compared(file.readline()), [parse_lost(raw) for raw in file]
    if (len(lost), sum(one.again is not None for one in lost)) != (head.lost, head.again):
        raise FormatError("a comparison that is not whole", field="lost")
    return head, lost


def _write(receipts: Path, head: Compared, lost: Sequence[LostReceipt]) -> None:
    DISK.replace(_beside(receipts), chain((head.encode(),), (one.encode() for one in lost)))
