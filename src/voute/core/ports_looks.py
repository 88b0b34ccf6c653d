"""Port of the catalogue's looks: what holders ask for most, each question one statement without a transaction around it.

Trust: as for the catalogue. A look shows what is committed at its own moment; two looks may be of two moments.
"""

from typing import Final, NamedTuple, Protocol

from voute.core.ids import DocumentId, Hash, VaultId
from voute.core.rows import ListedDocument, SessionRow


class HeldBody(NamedTuple):
    """Where the body of a holder's document lies, and when the holder deleted it."""

    pack_hash: Hash
    body_offset: int
    body_length: int
    deleted_at: int | None


class ListSums(NamedTuple):
    """How many documents there are, deleted ones too, and the sums of their positions and of when they were opened and deleted.

    Each of these is given once and never taken back, so none of the sums ever falls and every change raises one: the same
    sums are the same list.
    """

    many: int
    positions: int
    opened_at: int
    deleted_at: int


NOTHING: Final = ListSums(0, 0, 0, 0)
"""The sums of a list without documents."""


class Look(Protocol):
    """Looks on one connection, by one thread."""

    def session(self, token_hash: Hash) -> SessionRow | None:
        """Return a session, ended or not, as `Sessions.get`."""
        ...

    def page(self, vault_id: VaultId, after: int, limit: int) -> tuple[ListedDocument, ...]:
        """Return visible documents of a vault's boxes with a position above `after`, by position, at most `limit`."""
        ...

    def asked_list(self, token_hash: Hash, after: int, most: int) -> tuple[SessionRow, ListSums] | None:
        """Return a session, as `session`, and what tells whether `page` of its subject above `after` changed.

        The sums are of at most so many documents, deleted ones too. The caller judges the session before anything else counts.
        """
        ...

    def body(self, vault_id: VaultId, document_id: DocumentId) -> HeldBody | None:
        """Return where the body of a document lies that is, or was until it was deleted, visible in a box of this vault."""
        ...

    def asked_body(self, token_hash: Hash, document_id: DocumentId) -> tuple[SessionRow, HeldBody | None] | None:
        """Return a session, as `session`, and what `body` finds for its subject; the caller judges the session first."""
        ...
