"""The catalogue's tables as the check reads them: columns by name, rows as `voute.core.rows` has them.

Every column of the catalogue is either read by a check or stands in `UNCHECKED` with the reason.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

from voute.core.ports_raw import RawTables
from voute.core.ports_seen import MarkRow
from voute.core.rows import (
    ChainRow,
    ConsentRow,
    CredentialRow,
    DeliveryRow,
    EventRow,
    IndexRow,
    JobRow,
    KeyringRow,
    LookupRow,
    MailRow,
    MethodRow,
    NoticeRow,
    PackRow,
    RecordRow,
    VaultRow,
)
from voute.core.rows_push import DeviceRow, PushRow

Row = TypeVar("Row")


class DocumentLine(NamedTuple):
    """A row of `documents`."""

    event_id: int
    document_id: bytes
    position: int | None
    delivery_id: bytes
    issuer: str
    box_kind: str
    box_id: bytes
    pack_hash: bytes
    body_offset: int
    body_length: int
    sealed_hash: bytes
    manifest_hash: bytes
    dedupe_id: bytes
    content_id: bytes
    opened_at: int | None
    opened_event: int | None
    deleted_at: int | None
    delete_event: int | None


class PartsLine(NamedTuple):
    """A row of `document_parts`."""

    event_id: int
    header: bytes
    card: bytes


class NumberLine(NamedTuple):
    """A row of `vault_numbers`."""

    v: int
    lookup_id: bytes
    given_at: int


class LogStateLine(NamedTuple):
    """A row of `log_state`."""

    id: int
    size: int
    root: bytes
    checkpoint: str
    published_at: int


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """One table: how its rows are made and which columns they take, in order."""

    name: str
    make: Callable[[Iterable[Any]], Row]
    columns: tuple[str, ...]

    def scan(self, view: RawTables, *order: str, where: Mapping[str, object] | None = None) -> Iterator[Row]:
        """Yield rows in order (`RawTables.scan`)."""
        return map(self.make, view.scan(self.name, self.columns, order, where))

    def fetch(self, view: RawTables, key: str, values: Iterable[object]) -> list[Row]:
        """Return the rows whose column `key` is one of the values."""
        wanted: Sequence[object] = list(values)
        return [self.make(row) for row in view.fetch(self.name, self.columns, key, wanted)] if wanted else []

    def values(self, row: Iterable[object]) -> dict[str, object]:
        """Return a row by column."""
        return dict(zip(self.columns, row, strict=True))


def _columns(fields: Sequence[str], **renamed: str) -> tuple[str, ...]:
    return tuple(renamed.get(name, name) for name in fields)


EVENTS: Final = Table("events", EventRow._make, _columns(EventRow._fields, data="bytes"))
DOCUMENTS: Final = Table("documents", DocumentLine._make, DocumentLine._fields)
PARTS: Final = Table("document_parts", PartsLine._make, PartsLine._fields)
DELIVERIES: Final = Table("deliveries", DeliveryRow._make, _columns(DeliveryRow._fields, size="bytes"))
PACKS: Final = Table("packs", PackRow._make, PackRow._fields)
LOOKUPS: Final = Table("lookups", LookupRow._make, LookupRow._fields)
CHAINS: Final = Table("chains", ChainRow._make, ChainRow._fields)
JOBS: Final = Table("jobs", JobRow._make, JobRow._fields)
LOG_STATE: Final = Table("log_state", LogStateLine._make, LogStateLine._fields)
VAULTS: Final = Table("vaults", VaultRow._make, VaultRow._fields)
NUMBERS: Final = Table("vault_numbers", NumberLine._make, NumberLine._fields)
RECORDS: Final = Table("vault_records", RecordRow._make, RecordRow._fields)
KEYRINGS: Final = Table("keyrings", KeyringRow._make, _columns(KeyringRow._fields, data="bytes"))
INDEXES: Final = Table("vault_indexes", IndexRow._make, _columns(IndexRow._fields, data="bytes"))
METHODS: Final = Table("methods", MethodRow._make, MethodRow._fields)
CONSENTS: Final = Table("consents", ConsentRow._make, ConsentRow._fields)
NOTICES: Final = Table("notices", NoticeRow._make, NoticeRow._fields)
NOTICE_MAILS: Final = Table("notice_mails", MailRow._make, MailRow._fields)
PUSH_DEVICES: Final = Table("push_devices", DeviceRow._make, DeviceRow._fields)
PUSH_MESSAGES: Final = Table("push_messages", PushRow._make, PushRow._fields)
CREDENTIALS: Final = Table("credentials", CredentialRow._make, CredentialRow._fields)
MARKS: Final = Table("marks", MarkRow._make, _columns(MarkRow._fields, data="bytes"))

_CLOCK: Final = "the server's own clock, for display: in no log"
_PASSING: Final = "ends by itself within hours; losing it asks people to sign in, or to ask, again"
_WISH: Final = "the holder's wish, known here alone: losing it means fewer notices, and asking again"
_NOTE: Final = "a note of the city's own work: losing it means that work is done again"
_PASSKEY: Final = "known to the authenticator alone: a wrong one refuses to sign in, the kit still does"

UNCHECKED: Final[Mapping[tuple[str, str], str]] = {
    ("vault_numbers", "given_at"): _CLOCK,
    ("vaults", "created_at"): _CLOCK,
    ("vaults", "claim_digest"): "tells a repeated claim within ten minutes; nothing else reads it",
    ("vault_indexes", "number"): "the holder's own counter, also inside the sealed index: a page compares",
    ("vault_indexes", "written_at"): _CLOCK,
    ("consents", "chosen_at"): _CLOCK,
    ("methods", "sign_in_key"): "known to the kit alone: a wrong one refuses to sign in; its presence is checked",
    ("methods", "last_used_at"): _CLOCK,
    ("credentials", "public_key"): _PASSKEY,
    ("credentials", "sign_count"): _PASSKEY,
    ("credentials", "transports"): _PASSKEY,
    ("credentials", "created_at"): _CLOCK,
    ("credentials", "last_used_at"): _CLOCK,
    ("deliveries", "run"): "the department's own name of a run: in no statement; its receipts name it",
    ("deliveries", "opened_at"): _CLOCK,
    ("deliveries", "committed_at"): _CLOCK + "; its presence is checked",
    ("deliveries", "visible_at"): _CLOCK + "; its presence is checked",
    ("packs", "stored_at"): _CLOCK,
    ("documents", "opened_at"): _CLOCK + "; its presence is checked",
    ("documents", "deleted_at"): _CLOCK + "; its presence is checked",
    ("jobs", "created_at"): _CLOCK,
    ("lookups", "claimed_at"): _CLOCK + "; its presence is checked",
    ("lookups", "revoked_at"): _CLOCK + "; its presence is checked",
    ("lookups", "frozen_at"): _CLOCK + "; its presence is checked",
    ("lookups", "created_delivery"): "tells a cancel which codes only it brought; used codes are never removed",
    ("log_state", "published_at"): _CLOCK,
    **dict.fromkeys((("notices", one) for one in NOTICES.columns), _WISH),
    **dict.fromkeys((("notice_mails", one) for one in NOTICE_MAILS.columns), _WISH),
    **dict.fromkeys((("push_devices", one) for one in PUSH_DEVICES.columns), _WISH),
    **dict.fromkeys((("push_messages", one) for one in PUSH_MESSAGES.columns), _WISH),
    **dict.fromkeys((("marks", one) for one in MARKS.columns), _NOTE),
    ("challenges", "challenge_hash"): _PASSING,
    ("challenges", "purpose"): _PASSING,
    ("challenges", "subject"): _PASSING,
    ("challenges", "expires_at"): _PASSING,
    ("sessions", "token_hash"): _PASSING,
    ("sessions", "kind"): _PASSING,
    ("sessions", "subject"): _PASSING,
    ("sessions", "created_at"): _PASSING,
    ("sessions", "seen_at"): _PASSING,
    ("sessions", "expires_at"): _PASSING,
    ("rate_limits", "route"): _PASSING,
    ("rate_limits", "client"): _PASSING,
    ("rate_limits", "window"): _PASSING,
    ("rate_limits", "count"): _PASSING,
}
"""Columns whose value no check can prove, each with the reason (tests hold this list against the schema)."""
