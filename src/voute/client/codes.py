"""A department's codes between runs: look one up, show it, revoke it."""

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from voute.client.api import ACT_LIMIT, CityApi
from voute.client.home import IssuerHome
from voute.client.matching import CodeMaker
from voute.client.phases import sign_in
from voute.client.registry_file import one_writer, read_book, write_book
from voute.client.trust import read_pin
from voute.core.errors import StateError
from voute.core.ids import HASH_SIZE, Hash
from voute.core.values import unix_time
from voute.format.act import Act
from voute.format.dsse import SigningKey
from voute.format.registry import Entry, EntryState
from voute.format.subject import Revoked, issuer_actor


class ReferenceUnknownError(StateError):
    """The registry holds no code for this reference."""

    code: ClassVar[str] = "reference-unknown"


class CodeDesk:
    """The registry of one issuer, for people at a desk."""

    def __init__(self, home: IssuerHome) -> None:
        """Read the registry; verifies it with the department's own key."""
        self._home = home
        self._settings = home.settings()
        self._secrets = home.secrets()
        self._signer = SigningKey(self._secrets.signing_seed)
        self._codes = CodeMaker(self._secrets.master, self._settings.city, self._settings.issuer)

    def entries(self) -> Sequence[Entry]:
        """Return all entries by reference, party and slot."""
        book = read_book(self._home, self._settings.city, (self._signer.public,))
        return [book.entries[key] for key in sorted(book.entries)]

    def at(self, reference: str) -> Sequence[Entry]:
        """Return the entries of a reference; raises `ReferenceUnknownError` when there is none."""
        found = [entry for entry in self.entries() if entry.reference == reference]
        if not found:
            raise ReferenceUnknownError("no code", reference=reference)
        return found

    def code(self, entry: Entry) -> bytes:
        """Return an entry's code (15 bytes): a secret."""
        return self._codes.code(entry)

    def link(self, code: str) -> str:
        """Return the link that a QR code holds; the code is in the fragment, which no browser sends."""
        return f"{read_pin(self._home).root.origin}/ouvrir#{code}"

    def revoke(self, reference: str) -> Sequence[Entry]:
        """Revoke the codes of a reference that nobody used: the city first, then the registry; repeatable."""
        unused = [entry for entry in self.at(reference) if entry.state is EntryState.ISSUED]
        now = unix_time(int(time.time()))
        acts = [
            Act(
                self._settings.city,
                issuer_actor(self._settings.issuer),
                Revoked(entry.lookup_id),
                now,
                Hash(os.urandom(HASH_SIZE)),
            ).sign(self._signer)
            for entry in unused
        ]
        with CityApi(self._settings.server) as api, one_writer(self._home):
            sign_in(api, self._settings, self._signer)
            for start in range(0, len(acts), ACT_LIMIT):
                api.revoke(acts[start : start + ACT_LIMIT])
            book = read_book(self._home, self._settings.city, (self._signer.public,))
            revoked = [replace(entry, state=EntryState.REVOKED) for entry in unused]
            for entry in revoked:
                book.put(entry)
            write_book(self._home, book, self._signer, now)
        return revoked
