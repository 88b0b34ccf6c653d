"""Pins proven vaults in a department's registry: the first valid one of a code, and its newest record from then on."""

import os
from dataclasses import replace

from voute.client.registry_file import Book
from voute.client.stored import Stored
from voute.client.vault_proof import Vault
from voute.core.ids import HASH_SIZE, Hash
from voute.core.values import UnixTime
from voute.format.act import Act
from voute.format.dsse import SigningKey
from voute.format.registry import Binding, Entry, EntryState
from voute.format.subject import Bound, issuer_actor


class Pins:
    """Changes the book in memory; an act for each new binding goes into a list."""

    def __init__(self, book: Book, signer: SigningKey, now: UnixTime) -> None:
        """Take the book, the department's key, and when acts are signed."""
        self._book = book
        self._signer = signer
        self._now = now

    def pin(self, entry: Entry, proven: Vault, acts: Stored[bytes]) -> Entry:
        """Pin what is proven of an entry's vault; returns the entry with its pin."""
        binding = binding_of(proven)
        if entry.binding == binding:
            return entry
        if entry.binding is None:
            subject = Bound(entry.lookup_id, binding.vault_id, binding.record_head)
            nonce = Hash(os.urandom(HASH_SIZE))
            act = Act(self._book.city, issuer_actor(self._book.issuer), subject, self._now, nonce)
            acts.append(act.sign(self._signer))
        pinned = replace(entry, state=EntryState.BOUND, binding=binding)
        self._book.put(pinned)
        return pinned


def binding_of(proven: Vault) -> Binding:
    """Return what a registry pins of a vault."""
    return Binding(proven.vault_id, proven.head, proven.bind, proven.claimed_at)
