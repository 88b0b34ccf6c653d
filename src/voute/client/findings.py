"""What preflight may find wrong with a list: each with the line, the facts, and a message that names the remedy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Problem(StrEnum):
    """A kind of finding; the value names the message `preflight-VALUE` and its remedy `preflight-VALUE.fix`."""

    TABLE_TOO_LARGE = "table-too-large"
    TABLE_NOT_TEXT = "table-not-text"
    TABLE_EMPTY = "table-empty"
    COLUMN_UNKNOWN = "column-unknown"
    COLUMN_TWICE = "column-twice"
    COLUMN_MISSING = "column-missing"
    ROW_TOO_LONG = "row-too-long"
    ROW_BROKEN_QUOTES = "row-broken-quotes"
    CELL_TOO_LONG = "cell-too-long"
    CELL_MISSING = "cell-missing"
    TEXT_MALFORMED = "text-malformed"
    DATE_MALFORMED = "date-malformed"
    AMOUNT_MALFORMED = "amount-malformed"
    INSTALMENTS_MALFORMED = "instalments-malformed"
    LANGUAGE_UNKNOWN = "language-unknown"
    SLOT_MALFORMED = "slot-malformed"
    TYPE_UNKNOWN = "type-unknown"
    FILE_OUTSIDE = "file-outside"
    FILE_MISSING = "file-missing"
    FILE_EMPTY = "file-empty"
    FILE_UNREADABLE = "file-unreadable"
    FILE_NOT_PDF = "file-not-pdf"
    FILE_ENCRYPTED = "file-encrypted"
    FILE_TOO_LARGE = "file-too-large"
    PARTY_CHANGED = "party-changed"
    DOCUMENT_TWICE = "document-twice"
    DOCUMENT_DIFFERS = "document-differs"
    CODE_REVOKED = "code-revoked"
    KEY_NOT_PROVEN = "key-not-proven"
    VAULT_CLOSED = "vault-closed"
    CODE_UNKNOWN = "code-unknown"
    ADDRESS_TOO_LONG = "address-too-long"
    FILE_UNPRINTABLE = "file-unprintable"
    LETTER_NOT_SET = "letter-not-set"
    LETTER_TOO_LONG = "letter-too-long"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: line of the list (1 is the heading), kind, and the facts that its message shows."""

    line: int
    problem: Problem
    facts: Mapping[str, str | int] = field(default_factory=dict)
