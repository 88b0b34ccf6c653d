"""Having the published checkpoint stamped by a timestamp authority, when it is another one than the last that was."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from voute.app.city import City
from voute.core.ports_log import TileMissingError
from voute.core.ports_seen import MarkRow
from voute.core.ports_store import Transaction
from voute.tlog.checkpoint import SignedCheckpoint
from voute.tlog.timestamp import LATEST, Chain, Query, Stamped, stamp_path, verify_response

MARK: Final = "timestamp"

Ask = Callable[[bytes], bytes]
"""Sends a question to the authority and gives its answer; raises `VouteError` when there is none."""


@dataclass(frozen=True, slots=True)
class LastStamp:
    """The size that was last stamped, and the authority's time (seconds)."""

    size: int
    time: int


def last_stamp(tx: Transaction) -> LastStamp | None:
    """Return what was last stamped, or None."""
    row = tx.marks.get(MARK)
    try:
        return None if row is None else LastStamp(*(int(one) for one in json.loads(row.data)))
    except (ValueError, TypeError):
        return None


def stamp(city: City, ask: Ask, chain: Chain) -> LastStamp | None:
    """Have the published checkpoint stamped, verify and keep the answer; None: there was nothing new.

    Raises:
        VouteError: the authority did not answer, or wrongly, or a store failed: nothing counts, the next call asks again.
    """
    with city.catalogue.read() as tx:
        state, last = tx.log_states.get(), last_stamp(tx)
    if state is None or (last is not None and last.size >= state.size):
        return None
    checkpoint = SignedCheckpoint.parse(state.checkpoint.encode())
    stamped = _kept(city, checkpoint.head.size)
    if stamped is None or stamped.checkpoint.head != checkpoint.head:
        query = Query.about(checkpoint.head)
        stamped = Stamped(ask(query.body), checkpoint)
        time = verify_response(stamped.response, checkpoint.head, chain, query.nonce)
        city.tiles.put(stamp_path(checkpoint.head.size), stamped.encode())
    else:
        # A crash came between keeping it and noting it.
        time = verify_response(stamped.response, checkpoint.head, chain)
    city.tiles.put_mutable(LATEST, stamped.encode())
    done = LastStamp(checkpoint.head.size, time)
    with city.catalogue.write(durable=False) as tx:
        tx.marks.put(MarkRow(MARK, json.dumps([done.size, done.time]).encode(), city.now()))
    return done


def _kept(city: City, size: int) -> Stamped | None:
    try:
        return Stamped.parse(city.tiles.get(stamp_path(size)))
    except TileMissingError:
        return None
