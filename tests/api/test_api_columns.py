"""Every column of every table changed, one at a time: a holder is shown what the issuer signed, or an error; never the change."""

import base64
import io
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import Column

from tests.api.test_api_documents import deliver_to_vault
from tests.support.city import DemoCity
from tests.support.holder import Resident
from tests.support.issuer import Department
from voute.client.archive import OpenArchive
from voute.core.errors import VouteError
from voute.format.signed_manifest import read_signed
from voute.seal.agefile import open_header, open_payload
from voute.store.schema import metadata

COLUMNS = [(table.name, column) for table in metadata.sorted_tables for column in table.columns]
READ_ANEW = "/api/documents?limit=200"
"""Asked for so, a list is always read from its rows: what is changed behind the city's back moves none of the sums by which
it keeps lists (docs/adr/0048)."""
Shown = Counter[tuple[str, bytes]]
Row = tuple[int, Any]


def another(column: Column[Any], value: Any, number: int) -> Any:  # noqa: ANN401 -- whatever a column holds
    """Another value of the column's kind, plausible, and another for each row."""
    if isinstance(value, bytes) and value:
        return bytes([value[0] ^ 1, *value[1:]])
    if isinstance(value, int):
        return value + 1 + number
    if isinstance(value, str):
        return value + "x" if value else "x"
    kind = column.type.python_type
    return {bytes: b"x" * 32, int: 1, str: "x"}.get(kind, 1)


def renamed(column: Column[Any]) -> Callable[[list[Row]], list[Row]]:
    """Each row gets another value."""
    return lambda rows: [(rowid, another(column, value, number)) for number, (rowid, value) in enumerate(rows)]


def moved(rows: list[Row]) -> list[Row]:
    """Each row gets the value of the next one."""
    values = [value for _, value in rows]
    return [(rowid, value) for (rowid, _), value in zip(rows, [*values[1:], values[0]], strict=True)]


@dataclass
class Tampering:
    """A city whose catalogue is changed between requests, and what its resident is shown."""

    demo: DemoCity
    resident: Resident

    def __post_init__(self) -> None:
        self.path = self.demo.settings.data / "catalogue.sqlite"
        self.kept = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self.path)) as db:
            db.backup(self.kept)

    def put_back(self) -> None:
        """The catalogue as it was, in one transaction: the city has it open."""
        with closing(sqlite3.connect(self.path)) as db:
            self.kept.backup(db)

    def change(self, table: str, column: Column[Any], change: Callable[[list[Row]], list[Row]]) -> int:
        """Change one column; returns how many rows took it (a constraint may refuse)."""
        self.put_back()
        db = sqlite3.connect(self.path)
        try:
            db.execute("PRAGMA ignore_check_constraints = ON")
            rows = db.execute(f'SELECT rowid, "{column.name}" FROM "{table}"').fetchall()  # noqa: S608 -- the schema's names
            done = 0
            for rowid, value in change(rows) if rows else []:
                try:
                    db.execute(f'UPDATE "{table}" SET "{column.name}" = ? WHERE rowid = ?', (value, rowid))  # noqa: S608
                    done += 1
                except sqlite3.IntegrityError:
                    continue
            db.commit()
            return done
        finally:
            db.close()

    def archive(self) -> Shown:
        """What `voute open` shows of the archive that the city hands out."""
        kit = self.resident.kit
        assert kit is not None
        reply = self.resident.client.get("/api/vault/archive")
        if not reply.is_success:
            return Counter()
        try:
            opened = OpenArchive(io.BytesIO(reply.content), kit.encode()).documents()
            return Counter((one.title, one.body) for one in opened if one.error is None)
        except VouteError:
            return Counter()

    def read(self) -> Shown:
        """What a client shows that opens each document of the list."""
        shown: Shown = Counter()
        reply = self.resident.client.get(READ_ANEW)
        for row in reply.json()["documents"] if reply.is_success else []:
            try:
                body = self.resident.read(row["document_id"])
            except (VouteError, AssertionError, KeyError, ValueError):
                continue
            shown[self.title_of(row), body] += 1
        return shown

    def title_of(self, row: dict[str, Any]) -> str:
        """The title as a client takes it: from the card, never from the row."""
        key = open_header(base64.b64decode(row["header"]), self.resident.open_vault.identities())
        return read_signed(open_payload(key, base64.b64decode(row["card"]))).manifest.title


@pytest.fixture
def tampering(demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident) -> Iterator[Tampering]:
    deliver_to_vault(demo, client, issuer, claimed, 3)
    tampering = Tampering(demo, claimed)
    yield tampering
    tampering.kept.close()


@pytest.mark.control("B3")
def test_api_columns_control_untouched_everything_is_shown(tampering: Tampering) -> None:
    shown = tampering.archive()
    assert sum(shown.values()) == 4
    assert tampering.read() == shown


@pytest.mark.attack("B3")
def test_api_columns_each_changed_shows_what_was_signed_or_nothing(tampering: Tampering) -> None:
    true, seen = tampering.archive(), Counter[str]()
    assert len(COLUMNS) > 100
    for table, column in COLUMNS:
        for change in (renamed(column), moved):
            changed = tampering.change(table, column, change)
            seen["columns changed" if changed else "empty, or the change was refused"] += 1
            for shown in (tampering.archive(), tampering.read()):
                assert shown <= true, (table, column.name)
                seen["all shown" if shown == true else "some refused"] += 1
    # The changes reach the readers, and do not merely break everything.
    assert seen["columns changed"] > 100
    assert seen["some refused"] > 10
    assert seen["all shown"] > 100
    sys.stdout.write(f"\n{len(COLUMNS)} columns of {len(metadata.tables)} tables: {dict(seen)}\n")


def hints(tampering: Tampering) -> set[tuple[str, str, str]]:
    """What a client would show that believes the list instead of the cards: who sent what, when."""
    reply = tampering.resident.client.get(READ_ANEW)
    rows = reply.json()["documents"] if reply.is_success else []
    return {(row["document_id"], row["issuer"], row["delivered_at"]) for row in rows}


@pytest.mark.mutant("B3")
def test_api_columns_mutant_that_believes_the_list_shows_what_was_changed(tampering: Tampering) -> None:
    true, fooled = hints(tampering), []
    for table, column in COLUMNS:
        if table in {"deliveries", "documents"}:
            tampering.change(table, column, renamed(column))
            fooled += [column.name] if not hints(tampering) <= true else []
    assert fooled
