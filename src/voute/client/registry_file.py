"""The registry on disk: verified when read, written before anything is sealed, one writer at a time."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from voute.client.disk import DISK
from voute.client.home import IssuerHome
from voute.core.errors import StateError
from voute.core.ids import Hash, Slug, VaultId
from voute.core.values import UnixTime
from voute.format.dsse import MAX_REGISTRY_ENVELOPE, SigningKey, parse, statement_hash
from voute.format.registry import Entry, Registry, SeenConsent, open_registry, seal_registry


class RegistryBusyError(StateError):
    """Another run of this issuer is writing the registry."""

    code: ClassVar[str] = "registry-busy"


@dataclass(slots=True)
class Book:
    """The registry's entries by key, with what changed since it was read."""

    city: Slug
    issuer: Slug
    number: int
    head: Hash | None
    entries: dict[tuple[str, str, int], Entry]
    consents: dict[tuple[bytes, str], SeenConsent] = field(default_factory=dict)
    changed: bool = False
    _by_place: dict[tuple[str, int], list[Entry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in self.entries.values():
            self._by_place.setdefault((entry.reference, entry.slot), []).append(entry)

    def get(self, reference: str, party: str, slot: int) -> Entry | None:
        """Return the entry of this party, or None."""
        return self.entries.get((reference, party, slot))

    def at(self, reference: str, slot: int) -> tuple[Entry, ...]:
        """Return every party that ever stood at this reference and slot."""
        return tuple(self._by_place.get((reference, slot), ()))

    def put(self, entry: Entry) -> None:
        """Add an entry or replace the one of the same key."""
        place = self._by_place.setdefault((entry.reference, entry.slot), [])
        place[:] = [other for other in place if other.key != entry.key] + [entry]
        self.entries[entry.key] = entry
        self.changed = True

    def seen_consent(self, vault_id: VaultId, document_type: str) -> SeenConsent | None:
        """Return the newest choice of a vault that was seen for a document type, or None."""
        return self.consents.get((vault_id, document_type))

    def see_consent(self, seen: SeenConsent) -> None:
        """Pin a choice."""
        if self.consents.get(seen.key) != seen:
            self.consents[seen.key] = seen
            self.changed = True


def read_book(home: IssuerHome, city: Slug, keys: Iterable[bytes]) -> Book:
    """Read and verify the registry; an empty book when there is none yet.

    Raises a `VerificationError` or `FormatError` when the file was changed by anybody but the issuer's key.
    """
    try:
        raw = home.registry_path.read_bytes()
    except FileNotFoundError:
        return Book(city, home.issuer, 0, None, {})
    registry, head = open_registry(raw, keys)
    entries = {entry.key: entry for entry in registry.entries}
    consents = {seen.key: seen for seen in registry.consents}
    return Book(registry.city, registry.issuer, registry.number, head, entries, consents)


def write_book(home: IssuerHome, book: Book, key: SigningKey, now: UnixTime) -> None:
    """Write the next registry durably, keeping the one before as `registry.json.1`; nothing when nothing changed."""
    if not book.changed:
        return
    entries = tuple(book.entries[name] for name in sorted(book.entries))
    consents = tuple(book.consents[name] for name in sorted(book.consents))
    raw = seal_registry(Registry(book.city, book.issuer, book.number + 1, book.head, now, entries, consents), key)
    if home.registry_path.exists():
        DISK.replace(home.registry_path.with_name("registry.json.1"), home.registry_path.read_bytes())
    DISK.replace(home.registry_path, raw)
    book.number += 1
    book.head = statement_hash(parse(raw, MAX_REGISTRY_ENVELOPE).payload)
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
