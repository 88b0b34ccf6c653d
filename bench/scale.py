"""A country at 1/1000: `python -m bench.scale`. 70,000 vaults and a year of 1,000,000 documents on SQLite, on generated rows.

Rows are as long as real ones and are written and brought into the log by the city's own code; bodies are not made, their sizes
are arithmetic. While the city grows, the time of a list, of opening a document, of a receipt and of an overview is taken; at the
end the bytes that each table, with its indexes, and the log take for one row. docs/operate/scale.md draws on it.
"""

import argparse
import os
import random
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from bench.city import found_city
from bench.report import machine, write_results
from bench.sequencing import Sequenced, bring
from bench.workplace import WORK
from voute.app.city import City
from voute.app.documents import list_documents
from voute.app.ports import Holder
from voute.app.receipt import read_receipt
from voute.core.ids import HASH_SIZE, ID_SIZE, DocumentId, Hash, LookupId, MethodId, VaultId
from voute.core.rows import KeyringRow, LookupRow, MethodRow, RecordRow, VaultRow
from voute.server.composition import assemble, log_parts, sequencing
from voute.server.observe.overview import look
from voute.server.settings import Settings

VAULTS: Final = 70_000
DOCUMENTS: Final = 1_000_000
DELIVERY: Final = 20_000
POINTS: Final = 8
"""Sizes at which times are taken, each half of the next."""
ASKED: Final = 200
"""Vaults or documents of one point, drawn anew each time; their median and their slowest of a hundred count."""
PAGE: Final = 50
_RECORD: Final = bytes(1_150)
_KEYRING: Final = bytes(5_200)
"""As long as those of a vault with two ways in."""
_FOR_EVER: Final = 2**62


def main() -> None:
    """Measure, print, write `bench/results/scale.json`."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description="A country at 1/1000, on generated rows.")
    parser.add_argument("--vaults", type=int, default=VAULTS)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    given = parser.parse_args()
    folder = WORK / "scale"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    figures = measure(folder, given.vaults, given.documents)
    shutil.rmtree(folder, ignore_errors=True)
    Console().print_json(data=figures)
    name = "scale" if (given.vaults, given.documents) == (VAULTS, DOCUMENTS) else f"scale-{given.documents}"
    Console().print(str(write_results(name, figures | {"machine": machine()})))


def measure(folder: Path, vaults: int, documents: int) -> dict[str, Any]:
    """Found a city in the folder, let it grow, and return the figures."""
    founded = found_city(folder)
    assembled = assemble(founded.settings)
    city = assembled.city
    steps = sequencing(city, log_parts(founded.settings, assembled.stores))
    boxes = make_vaults(city, vaults)
    sizes = {documents >> shift for shift in range(POINTS)}
    drawn = random.Random(1)
    points: list[dict[str, Any]] = []
    done, runs = 0, []
    while done < documents:
        many = min(DELIVERY, max(1, documents // 10), documents - done)
        runs.append(bring(city.slug, steps, [drawn.choice(boxes) for _ in range(many)]))
        done += many
        passed = {size for size in sizes if size <= done}
        sizes -= passed
        if passed:
            points.append(look_at(city, founded.settings, drawn, boxes, done, runs))
            Console(stderr=True).print(points[-1])
    assembled.stores.catalogue.close()
    return {"vaults": vaults, "documents": documents, "points": points, "bytes": sizes_of(founded.settings, vaults, documents)}


def make_vaults(city: City, many: int) -> list[VaultId]:
    """Write vaults with a record, a keyring, two ways in and the code that each came by."""
    made = [VaultId(Hash(os.urandom(HASH_SIZE))) for _ in range(many)]
    for start in range(0, many, 1_000):
        with city.catalogue.write() as tx:
            for vault in made[start : start + 1_000]:
                code = LookupId(Hash(os.urandom(HASH_SIZE)))
                number = tx.vaults.number_for(code, 1)
                tx.vaults.add(VaultRow(vault, number, "person", "open", 1, _hash(), 1, 1, _hash()))
                tx.vaults.add_record(RecordRow(vault, 0, _hash(), _RECORD))
                tx.vaults.put_keyring(KeyringRow(vault, 1, _hash(), _KEYRING))
                passkey = MethodRow(vault, MethodId(os.urandom(ID_SIZE)), "passkey", os.urandom(32), None)
                kit = MethodRow(vault, MethodId(os.urandom(ID_SIZE)), "kit", None, os.urandom(32))
                tx.vaults.replace_methods(vault, (passkey, kit))
                row = (code, "finances", _hash(), "bound", vault, _hash(), 1, 1, 1, None, os.urandom(ID_SIZE), None, None)
                tx.lookups.add_missing([LookupRow._make(row)])
    return made


def _hash() -> Hash:
    return Hash(os.urandom(HASH_SIZE))


def look_at(
    city: City, settings: Settings, drawn: random.Random, boxes: list[VaultId], documents: int, runs: list[Sequenced]
) -> dict[str, Any]:
    """Take times at this size; of sequencing, those of the deliveries since the last point."""
    holders = [Holder(vault, _hash(), _FOR_EVER) for vault in drawn.choices(boxes, k=ASKED)]
    own = [(one, rows[0].document_id) for one in holders if (rows := list_documents(city, one, 0, PAGE))]
    rates = [one.events / one.cpu_s for one in runs]
    runs.clear()
    return {
        "documents": documents,
        "list_ms": times(lambda one: list_documents(city, one, 0, PAGE), holders),
        "receipt_ms": times(lambda pair: read_receipt(city, pair[0], DocumentId(pair[1])), own),
        "overview_ms": times(lambda _: look(city, settings), range(20)),
        "events_a_processor_second": round(statistics.median(rates)),
    }


def times(call: Callable[[Any], object], asked: Any) -> Mapping[str, float]:  # noqa: ANN401 -- what the call takes
    """Return the median and the slowest of a hundred, in milliseconds of processor: other work on the machine does not count."""
    found = []
    for one in asked:
        begin = time.thread_time()
        call(one)
        found.append((time.thread_time() - begin) * 1_000)
    found.sort()
    return {"median": round(statistics.median(found), 2), "p99": round(found[max(0, len(found) * 99 // 100 - 1)], 2)}


def sizes_of(settings: Settings, vaults: int, documents: int) -> dict[str, Any]:
    """Return the bytes of each table with its indexes, for a document or a vault, and of log and ledger for an entry."""
    of_vaults = {"vaults", "vault_records", "keyrings", "methods", "vault_numbers", "lookups"}
    of_documents = {"documents", "document_parts", "events", "chains", "packs"}
    tables: dict[str, int] = {}
    with closing(sqlite3.connect(settings.data / "catalogue.sqlite")) as db:
        owners = dict(db.execute("SELECT name, tbl_name FROM sqlite_schema").fetchall())
        for name, size in db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            owner = owners.get(name, "other")
            tables[owner] = tables.get(owner, 0) + size
    log, ledger = folder_size(settings.log_folder), folder_size(settings.ledger_folder)
    return {
        "catalogue": sum(tables.values()),
        "a_vault": {name: round(tables[name] / vaults, 1) for name in sorted(tables) if name in of_vaults},
        "a_document": {name: round(tables[name] / documents, 1) for name in sorted(of_documents)},
        "log_an_entry": round(log["bytes"] / documents, 1),
        "log_files": log["files"],
        "ledger_an_entry": round(ledger["bytes"] / documents, 1),
        "ledger_files": ledger["files"],
    }


def folder_size(folder: Path) -> dict[str, int]:
    """Return how many files there are below a folder, and their bytes."""
    files = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return {"files": len(files), "bytes": sum(files)}


if __name__ == "__main__":
    main()
