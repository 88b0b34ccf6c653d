"""What is to be done about each pack of a run that was stopped: decided from journal, spool, city and list.

Source: `docs/spec/journal.md`, "Resuming". Pure but for reading the spool and the files that were sealed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from voute.client.preflight import dedupe_parts
from voute.client.sealing import aim_of, plaintext_hash
from voute.client.spool import SealedRow, SentPack
from voute.client.targets import Targets
from voute.client.unfinished import Unfinished
from voute.core.errors import StateError
from voute.core.ids import Hash
from voute.seal.claim import content_id, dedupe_id


class Changed(StrEnum):
    """What is no longer as it was when the run began."""

    LIST = "list"
    FILE = "file"


class ListChangedError(StateError):
    """The list, or a file that was sealed already, is another one now: half of the run would be old, half new."""

    code: ClassVar[str] = "list-changed"


@dataclass(frozen=True, slots=True)
class Plan:
    """The packs that were sealed, by what the city has of them; rows of none of them are sealed now."""

    drafted: tuple[SentPack, ...]
    """Acknowledged whole."""
    undrafted: tuple[SentPack, ...]
    """The city has the bytes; the draft is sent again."""
    absent: tuple[SentPack, ...]
    """The city has no bytes; they are sent again if the spool still holds them."""

    def missing(self, run: Unfinished) -> Iterator[tuple[SentPack, bytes]]:
        """Give each absent pack with its bytes; one whose bytes are lost is left out, and its rows are sealed anew."""
        for pack in self.absent:
            data = run.pack_bytes(pack.pack)
            if data is not None:
                yield pack, data


def plan_resumption(run: Unfinished, at_city: frozenset[Hash], targets: Targets, key: bytes, name: str) -> Plan | None:
    """Decide about each pack; None when the draft must go and everything be sealed anew.

    That is so when the city has a pack that this spool does not know, or when a document that was sealed would go
    elsewhere now: its vault has another key, its code was used, it was delivered by another run.
    Raises `ListChangedError` when a file that was sealed has changed, `JournalDamagedError`.
    """
    sealed = run.packs()
    if not at_city <= sealed.keys():
        return None
    held = [pack for name_, pack in sealed.items() if name_ in at_city]
    covered = {line for pack in held for line, _ in pack.documents()}
    absent = [
        pack
        for name_, pack in sealed.items()
        if name_ not in at_city and covered.isdisjoint(line for line, _ in pack.documents())
    ]
    if not all(_still_meant(one, targets, key, name) for pack in (*held, *absent) for one in pack.rows()):
        return None
    return Plan(
        drafted=tuple(pack for pack in held if pack.pack in run.state.kept),
        undrafted=tuple(pack for pack in held if pack.pack not in run.state.kept),
        absent=tuple(absent),
    )


def _still_meant(sealed: SealedRow, targets: Targets, key: bytes, name: str) -> bool:
    target = targets.at_line(sealed.line)
    if target is None or aim_of(target, dedupe_id(key, *dedupe_parts(target.row, name))) != sealed.aim:
        return False
    if content_id(key, plaintext_hash(target.row)) != sealed.content_id:
        raise ListChangedError("a file has changed", changed=str(Changed.FILE), line=sealed.line)
    return True
