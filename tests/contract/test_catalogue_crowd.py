"""Many transactions at once: no code is missing under a document, no place in the log is given twice or left out.

Deliveries share their codes, most are cancelled, a writer gives places meanwhile, and codes are frozen and numbered.
"""

import random
import threading
from collections.abc import Callable
from contextlib import suppress

from tests.contract.conftest import OpenCatalogue
from tests.support import rows
from voute.core.ports_store import Catalogue
from voute.core.rows import LookupRow, NumberedEvent
from voute.store.sql_raw import SqlRawCatalogue

CODES = [rows.lookup(f"code {n}") for n in range(40)]
TOGETHER = 15
ROUNDS = 12
SEED = 7


def deliver(catalogue: Catalogue, chance: random.Random) -> None:
    name = f"run {chance.random()}"
    key = rows.delivery(name).delivery_id
    with catalogue.write() as tx:
        tx.deliveries.add(rows.delivery(name, name))
    for _ in range(2):
        keep_draft(catalogue, name, chance.sample(CODES, TOGETHER))
    with catalogue.write() as tx:
        if chance.random() < 0.7:
            tx.deliveries.remove(key)
        else:
            tx.deliveries.get(key, lock=True)
            assert tx.deliveries.commit(key, 2 * TOGETHER, 1, 5)


class GoneError(Exception):
    """A code went while it was looked at."""


def keep_draft(catalogue: Catalogue, name: str, codes: list[LookupRow]) -> None:
    """As `voute.app.delivery_draft` does: all over again where a code went while it was looked at."""
    while True:
        with suppress(GoneError):
            keep_draft_once(catalogue, name, codes)
            return


def keep_draft_once(catalogue: Catalogue, name: str, codes: list[LookupRow]) -> None:
    key = rows.delivery(name).delivery_id
    with catalogue.write() as tx:
        tx.deliveries.get(key, lock=True)
        known = tx.lookups.get_many([code.lookup_id for code in codes])
        tx.lookups.add_missing([code._replace(created_delivery=key) for code in codes if code.lookup_id not in known])
        if len(tx.lookups.hold([code.lookup_id for code in codes])) != len(codes):
            raise GoneError
        numbers = tx.events.add_all([rows.event(name, code.lookup_id) for code in codes])
        documents = [
            rows.document(f"{name} {number}", number, name, code.lookup_id) for number, code in zip(numbers, codes, strict=True)
        ]
        tx.documents.add_all(documents)


def sequence(catalogue: Catalogue, _chance: random.Random) -> None:
    with catalogue.write() as tx:
        tx.events.hold_log()
        first = tx.events.next_index()
        links = enumerate(tx.events.pending(50))
        tx.events.number([NumberedEvent(row.event_id, rows.hash_of("link"), first + n) for n, row in links])
    with catalogue.write() as tx:
        tx.events.hold_log()
        tx.events.set_logged(tx.events.next_index())
        for delivery in tx.deliveries.committed():
            tx.deliveries.publish(delivery.delivery_id, 9)


def touch(catalogue: Catalogue, chance: random.Random) -> None:
    code = chance.choice(CODES).lookup_id
    with catalogue.write() as tx:
        row = tx.lookups.get(code, lock=True)
        if row is not None and row.frozen_at is None:
            assert tx.lookups.freeze(code, 5, 1)
        tx.vaults.number_for(code, 5)


def test_contract_crowd_leaves_what_one_after_the_other_would(open_catalogue: OpenCatalogue, catalogue_url: str) -> None:
    failures: list[BaseException] = []

    def work(catalogue: Catalogue, do: Callable[[Catalogue, random.Random], None], number: int) -> None:
        chance = random.Random(SEED + number)
        try:
            for _ in range(ROUNDS):
                do(catalogue, chance)
        except BaseException as error:  # noqa: BLE001 -- whatever it is, the test tells
            failures.append(error)

    drivers = [open_catalogue(None), open_catalogue(None)]
    kinds = (deliver, sequence, touch)
    threads = [threading.Thread(target=work, args=(drivers[n % 2], kinds[n % 3], n)) for n in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for _ in range(1 + 9 * ROUNDS * TOGETHER // 50):
        sequence(drivers[0], random.Random(SEED))
    with SqlRawCatalogue(catalogue_url).view() as view:
        boxes = {row[0] for row in view.scan("documents", ("box_id",), ("event_id",))}
        assert boxes <= {row[0] for row in view.scan("lookups", ("lookup_id",), ("lookup_id",))}
        places = [row[0] for row in view.scan("events", ("log_index",), ("log_index",))]
        assert places == list(range(len(places)))
        positions = [row[0] for row in view.scan("documents", ("position",), ("position",))]
        assert len(set(positions)) == len(positions) == len(places)
        assert None not in positions
