"""Seals the documents of a run into packs and sends each pack as soon as it is full.

One `Sealer` works alone: in the process that called it for a small run, in a process of its own for a large one. What it
keeps in memory is one pack; what could not be made again is in the spool, durably, before a pack is sent.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from voute.client.api import CityApi, SessionToken
from voute.client.preflight import Row, dedupe_parts
from voute.client.rooms import FileRoom, PackRoom
from voute.client.spool import SealedRow, SentPack, SpoolWriter
from voute.client.targets import Target
from voute.core.errors import StateError, VouteError
from voute.core.ids import DeliveryId, Hash, LookupId, Slug, VaultId, slug
from voute.core.values import Money, UnixTime, unix_time
from voute.format.binary import labelled_hash, u32
from voute.format.dsse import SigningKey
from voute.format.manifest import Instalment, ToClaim, ToVault
from voute.format.pack import PackWriter, pack_leaf
from voute.format.pack_statement import PackStatement
from voute.format.sidecar import BoxKind, DraftRecord, Placement, encode_draft
from voute.seal.agefile import payload_size
from voute.seal.claim import content_id, dedupe_id
from voute.seal.document import DocumentFields, SealedDocument, seal_document
from voute.seal.hybrid import HybridIdentity, HybridRecipient
from voute.tlog.merkle import leaf_hashes
from voute.tlog.tree import MemoryTree, root_of

PACK_TARGET: Final = 16 * 1024 * 1024
"""A pack is sent when it has this many bytes: one flush on the server pays for some 160 bills, and two sealers hold
little in memory. A larger document makes a larger pack (docs/spec/pack.md allows 64 MiB)."""

RECIPIENTS_KEPT: Final = 256
"""Recipients a sealer keeps loaded, some 10 kB each: enough for a list sorted by owner, little for a city of 200,000."""

PACK_DOCUMENTS: Final = 2_000
"""A pack is sent when it has this many documents: its draft then stays below the 16 MiB of docs/spec/api.md, at up to
8 kB a header with its card."""

CURRENCY: Final = "CAD"
"""The currency of amounts in a list; the manifest can say another."""


@dataclass(frozen=True, slots=True, repr=False)
class SealerKit:
    """What a sealer needs; goes to another process whole. Holds secrets: never logged."""

    server: str
    token: SessionToken
    city: Slug
    issuer: Slug
    run: str
    signing_seed: bytes
    dedupe_key: bytes
    delivery_id: DeliveryId
    spool: Path


class FileChangedError(StateError):
    """A file is no longer what preflight saw."""

    code = "file-changed"


class Sealer:
    """Seals targets one after the other and sends a pack when it is full."""

    def __init__(self, kit: SealerKit, api: CityApi) -> None:
        """Take the kit and a connection of its own."""
        self._kit = kit
        self._api = api
        self._key = SigningKey(kit.signing_seed)
        self._spool = SpoolWriter(kit.spool, kit.delivery_id)
        self._recipients: dict[bytes, HybridRecipient] = {}
        self._file = FileRoom()
        self._room = PackRoom()

    def run(self, targets: Iterable[Target]) -> Iterator[SentPack]:
        """Seal and send; yields each pack after the city acknowledged it and its draft."""
        pack = _OpenPack(self._room)
        for target in targets:
            body = _read(target.row, self._file)
            if pack.writer.count and (
                pack.writer.count >= PACK_DOCUMENTS
                or self._room.size >= PACK_TARGET
                or not pack.writer.has_room(payload_size(len(body)))
            ):
                yield self._send(pack)
                pack = _OpenPack(self._room)
            self._add(pack, target, body)
        if pack.writer.count:
            yield self._send(pack)

    def _add(self, pack: "_OpenPack", target: Target, body: memoryview) -> None:
        place = self._room.place(payload_size(len(body)))
        sealed = seal_document(self._fields(target), self._key, self._recipient(target), body, place)
        pack.writer.add(sealed.document_id, place, sealed.sealed_hash)
        pack.targets.append(target)
        pack.sealed.append(sealed)

    def _recipient(self, target: Target) -> HybridRecipient:
        if target.claim_seed is not None:
            return HybridIdentity(target.claim_seed).recipient
        raw = target.recipient or b""
        known = self._recipients.get(raw)
        if known is None:
            if len(self._recipients) == RECIPIENTS_KEPT:
                self._recipients.clear()
            known = self._recipients[raw] = HybridRecipient(raw)
        return known

    def _fields(self, target: Target) -> DocumentFields:
        row = target.row
        if target.box_kind is BoxKind.CLAIM:
            to: ToClaim | ToVault = ToClaim(LookupId(target.box_id), row.slot, target.code_epoch)
        else:
            to = ToVault(VaultId(target.box_id))
        return DocumentFields(
            city=self._kit.city,
            issuer=self._kit.issuer,
            type=slug(row.type),
            party=row.party,
            recipient=to,
            title=row.title,
            language=row.language,
            issued_at=_now(),
            due=_day(row.due),
            reply_by=_day(row.reply_by),
            amount=None if row.amount is None else Money(row.amount, CURRENCY),
            instalments=tuple(Instalment(Money(cents, CURRENCY), date.fromisoformat(due)) for due, cents in row.instalments),
            payment_reference=row.payment_reference,
            action=_action(row),
        )

    def _send(self, pack: "_OpenPack") -> SentPack:
        summary = pack.writer.finish()
        leaves = [pack_leaf(one.document_id, one.manifest_hash, one.sealed_hash) for one in pack.sealed]
        statement = PackStatement(
            city=self._kit.city,
            issuer=self._kit.issuer,
            delivery_id=self._kit.delivery_id,
            pack=summary.sha256,
            count=len(leaves),
            root=Hash(root_of(len(leaves), MemoryTree(leaf_hashes(leaves)))),
            time=_now(),
        ).sign(self._key)
        records = [self._record(target, sealed) for target, sealed in zip(pack.targets, pack.sealed, strict=True)]
        draft = encode_draft(statement, records)
        rows = [_sealed_row(*one) for one in zip(pack.targets, pack.sealed, records, strict=True)]
        kept = self._spool.keep(summary.sha256, summary.size, rows, draft)
        try:
            send_pack(self._api, self._kit.delivery_id, summary.sha256, self._room.parts(), draft)
        except VouteError:
            # Whether the pack arrived is not known. Were the disk full as well, it would be sealed anew.
            with suppress(OSError):
                self._spool.keep_bytes(summary.sha256, self._room.parts())
            raise
        return kept

    def close(self) -> None:
        """Close the spool file."""
        self._spool.close()

    def _record(self, target: Target, sealed: SealedDocument) -> DraftRecord:
        placement = Placement(
            document_id=sealed.document_id,
            header=sealed.header,
            card=sealed.card,
            box_id=target.box_id,
            box_kind=target.box_kind,
            dedupe_id=dedupe_id(self._kit.dedupe_key, *dedupe_parts(target.row, self._kit.run)),
            content_id=content_id(self._kit.dedupe_key, sealed.plaintext_hash),
            token_hash=target.token_hash,
        )
        return DraftRecord(placement, sealed.manifest_hash)


class _OpenPack:
    """A pack that is being filled, in a room that the one before has left."""

    def __init__(self, room: PackRoom) -> None:
        room.begin()
        self.writer = PackWriter(room.append)
        self.targets: list[Target] = []
        self.sealed: list[SealedDocument] = []


def send_pack(api: CityApi, delivery_id: DeliveryId, pack: Hash, parts: Sequence[bytes | memoryview], draft: bytes) -> None:
    """Send a pack and what stands beside it; may be repeated with the same bytes."""
    api.put_pack(delivery_id, pack, parts)
    api.put_draft(delivery_id, pack, draft)


def aim_of(target: Target, dedupe: bytes) -> Hash:
    """Hash what a document is sealed for: which document, which box, which key (docs/spec/journal.md)."""
    kind = str(target.box_kind.value)
    return labelled_hash("journal/aim/v2", dedupe, kind, target.box_id, u32(target.code_epoch), target.recipient or b"")


def _sealed_row(target: Target, sealed: SealedDocument, record: DraftRecord) -> SealedRow:
    placed = record.placement
    return SealedRow(
        line=target.row.line,
        document_id=sealed.document_id,
        content_id=placed.content_id,
        aim=aim_of(target, placed.dedupe_id),
        reference=target.row.reference,
        envelope=sealed.envelope,
    )


def _read(row: Row, room: FileRoom) -> memoryview:
    try:
        body = room.read(row.path)
    except OSError as error:
        raise FileChangedError("unreadable since preflight", line=row.line, file=row.file_name) from error
    if not body:
        raise FileChangedError("empty since preflight", line=row.line, file=row.file_name)
    return body


def plaintext_hash(row: Row) -> bytes:
    """Hash a row's file, for comparing it with what was delivered before; raises `FileChangedError`."""
    try:
        with Path(row.path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise FileChangedError("unreadable since preflight", line=row.line, file=row.file_name) from error


def _action(row: Row) -> str | None:
    if row.reply_by is not None:
        return "reply"
    return "pay" if row.amount else None


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _now() -> UnixTime:
    return unix_time(int(time.time()))
