"""Brings a registry's codes to what the city says of them between runs (`docs/spec/claim.md`, "Registry")."""

from collections.abc import Sequence
from dataclasses import replace

from voute.client.answers import Json
from voute.client.match_answers import BATCH, Answer, Asker, says_same
from voute.client.pins import Pins
from voute.client.registry_file import Book
from voute.client.stored import Stored
from voute.client.vault_proof import Prover
from voute.core.errors import FormatError
from voute.format.registry import Entry, EntryState


class CodeLook:
    """Looks at the codes of one department."""

    def __init__(self, asker: Asker, book: Book, prover: Prover, pins: Pins) -> None:
        """Take what asks, the book, and what proves and pins."""
        self._asker = asker
        self._book = book
        self._prover = prover
        self._pins = pins

    def look(self, entries: Sequence[Entry], acts: Stored[bytes]) -> dict[tuple[str, str, int], str]:
        """Change the book in memory; gives by entry what the city says and does not prove. Acts for new bindings are added."""
        doubts: dict[tuple[str, str, int], str] = {}
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            pinned = {entry.lookup_id: entry.binding.record_head for entry in batch if entry.binding is not None}
            answer = self._asker.ask([entry.lookup_id for entry in batch], (), pinned)
            for entry in batch:
                doubt = self._look(entry, answer.found[entry.lookup_id], answer, acts)
                if doubt is not None:
                    doubts[entry.key] = doubt
        return doubts

    def _look(self, entry: Entry, said: Json, answer: Answer, acts: Stored[bytes]) -> str | None:
        state = said["state"]
        if state == "frozen":
            self._book.put(replace(entry, state=EntryState.FROZEN))
        elif state == "bound":
            return self._look_at_vault(entry, said, answer, acts)
        elif entry.state is EntryState.BOUND:
            return "binding-denied"
        elif state == "revoked":
            self._book.put(replace(entry, state=EntryState.REVOKED))
        return None

    def _look_at_vault(self, entry: Entry, said: Json, answer: Answer, acts: Stored[bytes]) -> str | None:
        if isinstance(answer.checkpoint, str):
            return answer.checkpoint
        if says_same(said):
            # Nothing to pin: it is pinned. Of a code whose pin was not sent it says nothing.
            return None if entry.lookup_id in answer.pinned else FormatError.code
        proven = self._prover.try_to_prove(entry, said.get("binding"), answer.checkpoint)
        if isinstance(proven, str):
            return proven
        self._pins.pin(entry, proven, acts)
        return None
