"""Lists in the form in which they go out, kept for a minute: who asks again while nothing changed gets the same bytes.

What decides is read from the catalogue each time, with the session: the sums of the list (`voute.core.ports_looks.ListSums`). So
every process of a city, and every operation, is right without telling anybody of a change (docs/adr/0048).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from voute.app import session
from voute.app.city import City
from voute.app.documents import MAX_PAGE
from voute.app.secret import digest
from voute.core.ids import VaultId
from voute.core.ports_looks import NOTHING, ListSums
from voute.core.rows import ListedDocument

MAX_BYTES: Final = 16 * 1024 * 1024
"""What lists of one generation take; there are two of them, and a page of 50 documents has 200 kB."""
GENERATION: Final = 60 * 1_000_000
"""Microseconds after which a new generation begins: nothing is kept for more than two, whatever was deleted meanwhile."""

Write = Callable[[Sequence[ListedDocument], int], bytes]
_Key = tuple[VaultId, int, int]
_Kept = tuple[ListSums, bytes]


@dataclass(slots=True)
class _Generation:
    begun: int
    pages: dict[_Key, _Kept] = field(default_factory=dict)
    size: int = 0


class KeptLists:
    """Answers lists by token; made for many threads."""

    def __init__(self, city: City, write: Write) -> None:
        """Take the city, and what writes documents and the limit of a page."""
        self._city = city
        self._write = write
        self._lock = Lock()
        self._young = self._old = _Generation(0)

    def read(self, token: bytes, after: int, limit: int) -> bytes | None:
        """Find out who asks and answer as `list_documents`, in one go; None when the session is to be touched first.

        Raises:
            NotSignedInError: no such session, or it ended.
        """
        now = self._city.now()
        with self._city.catalogue.look() as look:
            # First the sums, then the page: what changes in between is in the page, and the next reader sees other sums.
            row, sums = look.asked_list(digest(token), after, MAX_PAGE + 1) or (None, NOTHING)
            holder, is_due = session.judge_holder(row, now)
            if is_due:
                return None
            key = (holder.vault_id, after, min(limit, MAX_PAGE))
            page = self._find(key, sums, now)
            if page is None:
                page = self._write(look.page(*key), key[2])
                # Of more documents the sums would not tell of all.
                if sums.many <= MAX_PAGE:
                    self._keep(key, (sums, page), now)
            return page

    def _find(self, key: _Key, sums: ListSums, now: int) -> bytes | None:
        with self._lock:
            self._age(now)
            kept = self._young.pages.get(key) or self._old.pages.get(key)
        return kept[1] if kept is not None and kept[0] == sums else None

    def _keep(self, key: _Key, kept: _Kept, now: int) -> None:
        with self._lock:
            if self._young.size + len(kept[1]) > MAX_BYTES:
                self._young, self._old = _Generation(now), self._young
            before = self._young.pages.get(key)
            self._young.size += len(kept[1]) - (0 if before is None else len(before[1]))
            self._young.pages[key] = kept

    def _age(self, now: int) -> None:
        """Begin a new generation in time; a clock that went back begins one too."""
        if not 0 <= now - self._young.begun < GENERATION:
            both = 0 <= now - self._young.begun < 2 * GENERATION
            self._young, self._old = _Generation(now), self._young if both else _Generation(now)
