"""Every commit of the city's operations on PostgreSQL, lost and kept but reported lost; as `tests/fault/city` does on SQLite."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.crash_points import Points
from tests.support.faults.injector import Kind
from tests.support.faults.operations import OPERATIONS
from tests.support.faults.points import Record, break_all
from tests.support.faults.runner import end_or_fail, prepare
from tests.support.faults.stage import Ground, Operation, make_ground
from tests.support.postgres import FAST, Postgres, postgres
from voute.server.logs import set_up_logs

MAIN = frozenset({"deliver", "claim", "sequence"})
"""Operations that `make test` breaks: bulk rows, most tables in one transaction, the log's. All of them: `make test-long`."""
BRIEF = (Kind.LOST, Kind.EIO_KEPT)
WHOLE = (Kind.LOST, Kind.KEPT, Kind.EIO, Kind.EIO_KEPT)


@pytest.fixture(scope="module")
def databases() -> Iterator[Postgres]:
    # Its own processes are not broken here, so it need not flush.
    with postgres(*FAST) as server:
        yield server


@pytest.fixture(scope="module")
def ground(databases: Postgres) -> Iterator[Ground]:
    set_up_logs("critical")
    with tempfile.TemporaryDirectory() as folder:
        yield make_ground(Path(folder), databases)


def break_commits(ground: Ground, operation: Operation, kinds: Sequence[Kind], points: Points, record: Record) -> None:
    prepared = prepare(ground, operation)
    cases = list(prepared.commits(kinds))
    assert cases
    for case in cases:
        points.add(operation.name, case.point.site, case.at, str(case.kind))
    break_all(prepared, iter(cases), end_or_fail, record)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.name in MAIN], ids=lambda one: one.name)
def test_fault_postgres_commit_that_is_lost_or_kept(
    ground: Ground, operation: Operation, points: Points, record_property: Record
) -> None:
    break_commits(ground, operation, BRIEF, points, record_property)


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_fault_postgres_commit_of_every_operation(
    ground: Ground, operation: Operation, points: Points, record_property: Record
) -> None:
    break_commits(ground, operation, WHOLE, points, record_property)
