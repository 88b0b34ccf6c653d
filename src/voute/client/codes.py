"""A department's codes between runs: look one up, show it, ask the city about them, revoke or freeze one."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import ClassVar

from voute.client.api import ACT_LIMIT, CityApi, CityRefusedError
from voute.client.code_look import CodeLook
from voute.client.code_maker import CodeMaker
from voute.client.home import IssuerHome
from voute.client.issuer_session import sign_in
from voute.client.match_answers import Asker
from voute.client.outbox import hand_over, put_out
from voute.client.pins import Pins
from voute.client.registry_file import Book, one_writer, read_book, write_book
from voute.client.stored import Stored
from voute.client.trust import TrustNotPinnedError, read_pin, read_pinned
from voute.client.vault_proof import Prover
from voute.core.errors import StateError
from voute.core.ids import HASH_SIZE, Hash
from voute.core.values import UnixTime, unix_time
from voute.format.act import Act
from voute.format.dsse import SigningKey
from voute.format.registry import Entry, EntryState
from voute.format.subject import Revoked, issuer_actor

_OPEN = frozenset({EntryState.ISSUED, EntryState.BOUND})
"""States that may change; revoked and frozen are for ever."""


class ReferenceUnknownError(StateError):
    """The registry holds no code for this reference."""

    code: ClassVar[str] = "reference-unknown"


class CodeUsedError(StateError):
    """A code of the reference was used: it can't be revoked any more, it can be frozen."""

    code: ClassVar[str] = "code-used"


class CodeUnsentError(StateError):
    """The city knows no such code: no document ever went behind it."""

    code: ClassVar[str] = "code-unsent"


@dataclass(frozen=True, slots=True)
class Looked:
    """All entries as the city has them now; `doubts` by entry: what the city says and does not prove."""

    entries: Sequence[Entry]
    doubts: Mapping[tuple[str, str, int], str]


class CodeDesk:
    """The registry of one issuer, for people at a desk."""

    def __init__(self, home: IssuerHome) -> None:
        """Read the registry; verifies it with the department's own keys: this one, and those that the pinned root gives it.

        The registry was signed with the key before until something is written after `issuer switch-key`, or `recover`.
        """
        self._home = home
        self._settings = home.settings()
        self._secrets = home.secrets()
        self._signer = SigningKey(self._secrets.signing_seed)
        self._codes = CodeMaker(self._secrets.master, self._settings.city, self._settings.issuer)

    def entries(self) -> Sequence[Entry]:
        """Return all entries by reference, party and slot, as they were known last."""
        return _sorted(self._book())

    def at(self, reference: str) -> Sequence[Entry]:
        """Return the entries of a reference; raises `ReferenceUnknownError` when there is none."""
        return _at(self._book(), reference)

    def code(self, entry: Entry) -> bytes:
        """Return an entry's code (15 bytes): a secret."""
        return self._codes.code(entry)

    def link(self, code: str) -> str:
        """Return the link that a QR code holds; the code is in the fragment, which no browser sends."""
        return f"{read_pin(self._home).root.origin}/ouvrir#{code}"

    def look(self) -> Looked:
        """Ask the city about every code that may have changed, and keep what it proves: used, frozen, revoked."""
        with self._at_work() as (api, book, now):
            sign_in(api, self._settings, self._signer)
            asker = Asker(api, read_pin(self._home).verify_checkpoint, patience=0)
            acts = Stored[bytes](self._home.folder, bytes, bytes)
            look = CodeLook(asker, book, Prover(book, self._codes), Pins(book, self._signer, now))
            doubts = look.look([entry for entry in _sorted(book) if entry.state in _OPEN], acts)
            put_out(self._home, acts)
            write_book(self._home, book, self._signer, now)
            hand_over(api, self._home, book)
        return Looked(_sorted(book), doubts)

    def revoke(self, reference: str) -> Sequence[Entry]:
        """Revoke the codes of a reference that nobody used: the city first, then the registry; repeatable.

        Raises `CodeUsedError` when one was used since the city was last asked: nothing is revoked then.
        """
        with self._at_work() as (api, book, now):
            unused = [entry for entry in _at(book, reference) if entry.state is EntryState.ISSUED]
            acts = [self._revoked(entry, now) for entry in unused]
            sign_in(api, self._settings, self._signer)
            try:
                for start in range(0, len(acts), ACT_LIMIT):
                    api.revoke(acts[start : start + ACT_LIMIT])
            except CityRefusedError as error:
                if error.problem == "claim-used":
                    raise CodeUsedError("used since", reference=reference) from error
                raise
            return self._keep(book, unused, EntryState.REVOKED, now)

    def freeze(self, reference: str, party: str | None = None, slot: int | None = None) -> Sequence[Entry]:
        """Freeze the codes of a reference, used or not: nothing new goes by them to any vault; repeatable.

        The department makes each code again and shows its token, as whoever holds the letter may (`docs/spec/claim.md`).
        Raises `CodeUnsentError` when the city knows none of that name.
        """
        with self._at_work() as (api, book, now):
            chosen = [
                entry
                for entry in _at(book, reference)
                if entry.state in _OPEN and party in {None, entry.party} and slot in {None, entry.slot}
            ]
            for entry in chosen:
                keys = self._codes.keys(entry)
                try:
                    api.freeze(keys.lookup_id, keys.token)
                except CityRefusedError as error:
                    if error.problem == "claim-unknown":
                        raise CodeUnsentError("nothing was ever sent behind it", reference=reference) from error
                    raise
            return self._keep(book, chosen, EntryState.FROZEN, now)

    @contextmanager
    def _at_work(self) -> Iterator[tuple[CityApi, Book, UnixTime]]:
        """Hold the registry, as it is now, and a connection to the city."""
        with CityApi(self._settings.server) as api, one_writer(self._home):
            yield api, self._book(), unix_time(int(time.time()))

    def _book(self) -> Book:
        keys = [self._signer.public]
        with suppress(TrustNotPinnedError):
            keys += read_pinned(self._home.trust_root_path).issuer_keys(self._home.issuer)
        return read_book(self._home, self._settings.city, keys)

    def _revoked(self, entry: Entry, now: UnixTime) -> bytes:
        actor, subject = issuer_actor(self._settings.issuer), Revoked(entry.lookup_id)
        return Act(self._settings.city, actor, subject, now, Hash(os.urandom(HASH_SIZE))).sign(self._signer)

    def _keep(self, book: Book, entries: Sequence[Entry], state: EntryState, now: UnixTime) -> Sequence[Entry]:
        changed = [replace(entry, state=state) for entry in entries]
        for entry in changed:
            book.put(entry)
        write_book(self._home, book, self._signer, now)
        return changed


def _sorted(book: Book) -> Sequence[Entry]:
    return list(book)


def _at(book: Book, reference: str) -> Sequence[Entry]:
    found = sorted(book.of(reference), key=lambda entry: entry.key)
    if not found:
        raise ReferenceUnknownError("no code", reference=reference)
    return found
