"""Every commit of the city's operations on PostgreSQL, lost and kept but reported lost; as `tests/fault/city` does on SQLite."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.crash_points import Points
from tests.support.faults.operations import OPERATIONS
from tests.support.faults.points import break_all
from tests.support.faults.runner import end_or_fail, prepare
from tests.support.faults.stage import Ground, Operation, make_ground
from tests.support.postgres import Postgres, postgres
from voute.server.logs import set_up_logs

MAIN = frozenset({"deliver", "commit", "claim", "destroy", "sequence"})
"""Operations that every `make test` breaks; the others are as much like one of these as two can be."""


@pytest.fixture(scope="module")
def databases() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="module")
def ground(databases: Postgres) -> Iterator[Ground]:
    set_up_logs("critical")
    with tempfile.TemporaryDirectory() as folder:
        yield make_ground(Path(folder), databases)


@pytest.mark.parametrize(
    "operation",
    [pytest.param(one, id=one.name, marks=[] if one.name in MAIN else [pytest.mark.long]) for one in OPERATIONS],
)
def test_fault_postgres_commit_that_is_lost_or_kept(
    ground: Ground, operation: Operation, points: Points, record_property: Callable[[str, object], None]
) -> None:
    prepared = prepare(ground, operation)
    cases = list(prepared.commits())
    assert cases
    for case in cases:
        points.add(operation.name, case.point.site, case.at, str(case.kind))
    break_all(prepared, iter(cases), end_or_fail, record_property)
