"""What a letter says about its reader's choice between paper and none, in both languages (docs/spec/consent.md)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from voute.client.choice import Reason
from voute.client.preflight import Row
from voute.client.print_list import DeliveredLists
from voute.core.values import Names, parse_time
from voute.messages import messages

_SAID: Final = frozenset({Reason.CHOSEN, Reason.NOT_CHOSEN, Reason.REVOKED, Reason.DOUBTFUL})
"""Reasons that a letter names; the others have letters of their own."""


def choice_sentences(lists: DeliveredLists, types: Mapping[str, Names], row: Row) -> Sequence[Names]:
    """Say what the holder of the vault behind a row has chosen; nothing for who has none, or before the delivery.

    `types` are the names of the issuer's document types.
    """
    found = lists.reason(row)
    if found is None or found[0] not in _SAID:
        return ()
    reason, at = found
    names = types.get(row.type) or Names(en=row.type, fr=row.type)
    return (Names(en=_say("en", reason, names.en, at), fr=_say("fr", reason, names.fr, at)),)


def _say(language: str, reason: Reason, kind: str, at: str) -> str:
    # The day is the one in the receipt, in UTC: an hour of the evening may stand on the next day.
    when = datetime.fromtimestamp(parse_time(at), UTC).date() if at else None
    return messages(language).text(f"letter-choice-{reason}", {"type": kind} | ({"when": when} if when else {}))
