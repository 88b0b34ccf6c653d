"""Asks the city what became of codes, and reads its answer: states, and the one checkpoint by which all of it may be proven."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voute.client.api import CityApi, CityRefusedError, Json
from voute.core.errors import FormatError, VouteError
from voute.core.ids import Hash, LookupId
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.policy import CheckpointVerdict, NoQuorumError

BATCH: Final = 1_000
"""Lookup ids in one call, of the 10,000 that are allowed: an answer has some 10 kB for each that is bound and not the same as
pinned, held several times over on both sides while it is written and read."""

NO_CHECKPOINT: Final = "checkpoint"
_NO_QUORUM: Final = "no-quorum"
_QUORUM_REST_S: Final = 1.0
_STATES: Final = frozenset({"unknown", "waiting", "bound", "revoked", "frozen"})

VerifyCheckpoint = Callable[[SignedCheckpoint], CheckpointVerdict]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the city says of a batch, by lookup id, and by which checkpoint it may be proven; or the check that failed."""

    found: Mapping[LookupId, Json]
    checkpoint: CheckpointVerdict | str
    pinned: Mapping[LookupId, Hash]
    """The heads that stood in the very question: of no other code says `same` anything."""


def says_same(one: Json) -> bool:
    """Tell whether the city says of a bound code that its vault's head is the one that was asked about, if one was."""
    return one.get("same") is not None


NOTHING_ASKED: Final = Answer({}, NO_CHECKPOINT, {})


class Asker:
    """Asks for one run; where the quorum of witnesses is missing, again while there is patience."""

    def __init__(self, api: CityApi, verify: VerifyCheckpoint, patience: float) -> None:
        """Take the connection, what verifies a checkpoint and requires its quorum, and seconds to wait for one in all."""
        self._api = api
        self._verify = verify
        self._patience = patience
        self._waited = 0.0
        self._takes_pins = True

    def ask(self, lookups: Sequence[LookupId], types: Sequence[str], pinned: Mapping[LookupId, Hash]) -> Answer:
        """Ask about codes; of those whose head is pinned, the city may say only that it is the same.

        Raises `CityRefusedError`, `CityUnreachableError`, and `FormatError` for an answer that is none.
        """
        while True:
            said, asked = self._match(lookups, types, pinned)
            found = dict(_answers(said, lookups))
            checkpoint = self._checkpoint(said) if any(one["state"] == "bound" for one in found.values()) else NO_CHECKPOINT
            if checkpoint != _NO_QUORUM or not self._may_wait():
                return Answer(found, checkpoint, asked)

    def _match(
        self, lookups: Sequence[LookupId], types: Sequence[str], pinned: Mapping[LookupId, Hash]
    ) -> tuple[Json, Mapping[LookupId, Hash]]:
        """Return the answer, and the heads that the question had."""
        if pinned and self._takes_pins:
            try:
                return self._api.match(lookups, types, [pinned.get(lookup) for lookup in lookups]), pinned
            except CityRefusedError as error:
                if error.problem != "request-invalid":
                    raise
                # A city of an earlier release refuses members that it does not know; it shows everything in full.
                self._takes_pins = False
        return self._api.match(lookups, types), {}

    def _may_wait(self) -> bool:
        """Rest a second while there is patience left for the witnesses, and say whether there was."""
        if self._waited >= self._patience:
            return False
        time.sleep(_QUORUM_REST_S)
        self._waited += _QUORUM_REST_S
        return True

    def _checkpoint(self, said: Json) -> CheckpointVerdict | str:
        """Verify the checkpoint of an answer, its quorum included; else say which check failed."""
        try:
            return self._verify(SignedCheckpoint.parse(str(said.get("checkpoint", "")).encode()))
        except NoQuorumError:
            return _NO_QUORUM
        except VouteError:
            return NO_CHECKPOINT


def _answers(said: Json, asked: Sequence[LookupId]) -> Iterator[tuple[LookupId, Json]]:
    entries = said.get("entries")
    if not isinstance(entries, list) or len(entries) != len(asked):
        raise FormatError("the city did not answer for each lookup id")
    for lookup_id, entry in zip(asked, entries, strict=True):
        if not isinstance(entry, dict) or entry.get("lookup_id") != lookup_id.hex():
            raise FormatError("the city answered for another lookup id")
        state = entry.get("state")
        if not isinstance(state, str) or state not in _STATES:
            raise FormatError("the city gives an unknown state")
        yield lookup_id, entry
