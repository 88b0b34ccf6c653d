"""The registry on disk: verified when read, written before anything is sealed, one writer at a time."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from voute.client.disk import DISK, read_pieces
from voute.client.home import IssuerHome
from voute.client.stored import pack_values, unpack_values
from voute.core.errors import StateError
from voute.core.ids import Hash, Slug, VaultId
from voute.core.values import UnixTime, text_of
from voute.format import dsse, registry
from voute.format.dsse import SigningKey
from voute.format.registry import (
    Binding,
    Entry,
    EntryState,
    Registry,
    RegistryFullError,
    SeenConsent,
    open_registry_stream,
    seal_registry_stream,
)

_HEAD_ROOM: Final = 1_000
"""Bytes that a registry and its envelope take without codes and choices: some 500."""
_BOUND_ROOM: Final = 350
"""Bytes that an entry takes in the file once it is bound, beyond its reference and what it takes packed: 228 to 340."""
_CONSENT_ROOM: Final = 300
"""Bytes that a choice takes in the file: some 220, its document type has at most 40."""


class RegistryBusyError(StateError):
    """Another run of this issuer is writing the registry."""

    code: ClassVar[str] = "registry-busy"


_Place = tuple[bytes, ...]
"""The entries of one reference, packed."""


class Book:
    """The registry's entries, with what changed since it was read; an entry takes its bytes, and is made anew when asked for."""

    def __init__(self, city: Slug, issuer: Slug, number: int, head: Hash | None) -> None:
        """Begin with no entries, after the registry of this number and hash."""
        self.city = city
        self.issuer = issuer
        self.number = number
        self.head = head
        self.changed = False
        self._places: dict[str, bytes | _Place] = {}
        self._runs: set[str] = set()
        self._consents: dict[tuple[bytes, str], SeenConsent] = {}

    def get(self, reference: str, party: str, slot: int) -> Entry | None:
        """Return the entry of this party, or None."""
        return next((entry for entry in self.of(reference) if (entry.party, entry.slot) == (party, slot)), None)

    def at(self, reference: str, slot: int) -> tuple[Entry, ...]:
        """Return every party that ever stood at this reference and slot."""
        return tuple(entry for entry in self.of(reference) if entry.slot == slot)

    def of(self, reference: str) -> Iterator[Entry]:
        """Return every entry of a reference."""
        place = self._places.get(reference, ())
        for packed in (place,) if isinstance(place, bytes) else place:
            yield _unpack(reference, packed)

    def __len__(self) -> int:
        """How many entries there are."""
        return sum(1 if isinstance(place, bytes) else len(place) for place in self._places.values())

    def __iter__(self) -> Iterator[Entry]:
        """All entries by reference, party and slot."""
        for reference in sorted(self._places):
            yield from sorted(self.of(reference), key=lambda entry: entry.key)

    def put(self, entry: Entry) -> None:
        """Add an entry or replace the one of the same key; raises `FormatError` for a run that could never be read again."""
        if entry.run not in self._runs:
            self._runs.add(text_of(entry.run, registry.MAX_RUN))
        others = tuple(_pack(other) for other in self.of(entry.reference) if other.key != entry.key)
        self._places[entry.reference] = (*others, _pack(entry)) if others else _pack(entry)
        self.changed = True

    def expect_room(self) -> None:
        """Raise `RegistryFullError` unless the next registry has room for all codes, and will when each of them is bound.

        To be asked before new codes go out: a code whose vault could not be pinned any more would be of no use.
        """
        self.expect_few()
        size = _HEAD_ROOM + len(self._consents) * _CONSENT_ROOM
        for reference, place in self._places.items():
            for packed in (place,) if isinstance(place, bytes) else place:
                size += len(reference.encode()) + len(packed) + _BOUND_ROOM
        if size // 3 * 4 > dsse.MAX_REGISTRY_ENVELOPE:
            raise RegistryFullError("no room for more codes")

    def expect_few(self) -> None:
        """Raise `RegistryFullError` for more codes or choices than a registry may have."""
        if len(self) > registry.MAX_ENTRIES or len(self._consents) > registry.MAX_CONSENTS:
            raise RegistryFullError("too many codes")

    def seen_consent(self, vault_id: VaultId, document_type: str) -> SeenConsent | None:
        """Return the newest choice of a vault that was seen for a document type, or None."""
        return self._consents.get((vault_id, document_type))

    def see_consent(self, seen: SeenConsent) -> None:
        """Pin a choice."""
        if self._consents.get(seen.key) != seen:
            self._consents[seen.key] = seen
            self.changed = True

    def consents(self) -> list[SeenConsent]:
        """All choices by vault and document type."""
        return [self._consents[key] for key in sorted(self._consents)]


def _pack(entry: Entry) -> bytes:
    bound = entry.binding
    pins = None if bound is None else (bound.vault_id, bound.record_head, bound.bind, bound.bound_at)
    return pack_values((entry.party, entry.slot, entry.run, entry.code_epoch, str(entry.state.value), entry.lookup_id, pins))


def _unpack(reference: str, packed: bytes) -> Entry:
    party, slot, run, epoch, state, lookup_id, pins = unpack_values(packed)
    return Entry(reference, party, slot, run, epoch, EntryState(state), lookup_id, None if pins is None else Binding(*pins))


def read_book(home: IssuerHome, city: Slug, keys: Iterable[bytes]) -> Book:
    """Read and verify the registry; an empty book when there is none yet.

    Raises a `VerificationError` or `FormatError` when the file was changed by anybody but the issuer's key.
    """
    try:
        file = home.registry_path.open("rb")
    except FileNotFoundError:
        return Book(city, home.issuer, 0, None)
    with file:
        stream, head = open_registry_stream(file, keys)
    found = stream.registry
    book = Book(found.city, found.issuer, found.number, head)
    for seen in stream.consents:
        book.see_consent(seen)
    for entry in stream.entries:
        book.put(entry)
    book.changed = False
    return book


def write_book(home: IssuerHome, book: Book, key: SigningKey, now: UnixTime) -> None:
    """Write the next registry durably, keeping the one before as `registry.json.1`; nothing when nothing changed.

    Raises `RegistryFullError` before anything is written.
    """
    if not book.changed:
        return
    book.expect_few()
    following = Registry(book.city, book.issuer, book.number + 1, book.head, now, ())
    consents = book.consents()
    raw, head = seal_registry_stream(following, book, consents, key, with_consents=bool(consents))
    if home.registry_path.exists():
        DISK.replace(home.registry_path.with_name("registry.json.1"), read_pieces(home.registry_path))
    DISK.replace(home.registry_path, raw)
    book.number += 1
    book.head = head
    book.changed = False


_locks: set[int] = set()


def _leave_locks() -> None:
    # A forked process would hold the lock for as long as it lives, an instant longer than a run that was killed.
    for handle in _locks:
        os.close(handle)
    _locks.clear()


os.register_at_fork(after_in_child=_leave_locks)


@contextmanager
def one_writer(home: IssuerHome) -> Iterator[None]:
    """Hold the issuer's folder for one run; raises `RegistryBusyError` when another run holds it."""
    handle = os.open(home.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    _locks.add(handle)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RegistryBusyError("another run is at work", path=str(home.folder)) from error
        DISK.sweep(home.folder)
        yield
    finally:
        if handle in _locks:
            _locks.remove(handle)
            os.close(handle)
