"""Every operation of a city on S3, broken at each request that changes the bucket (docs/security/faults.md)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.faults.operations import OPERATIONS
from tests.support.faults.points import Record, break_all
from tests.support.faults.runner import Case, Prepared, crash, fail, prepare
from tests.support.faults.s3 import S3Ground, moved_to_s3
from tests.support.faults.stage import Operation, make_ground
from tests.support.s3.simulator import simulator
from voute.server.logs import set_up_logs

ON_S3 = [
    one
    for one in OPERATIONS
    if one.name
    in {"deliver", "cancel", "cancel-and-send-again", "index", "destroy", "sequence", "recover", "sequence-over-a-tile"}
]
"""Those that change the bucket; the others change the catalogue alone."""
BRIEF = [one for one in ON_S3 if one.name in {"deliver", "destroy"}]
LENGTHY = [one for one in ON_S3 if one not in BRIEF]
LEAST = 80
"""Distinct points at which a process must end, of all operations together."""


@pytest.fixture(scope="module")
def ground(memory_folder: Path) -> Iterator[S3Ground]:
    set_up_logs("critical")
    folder = memory_folder / "s3"
    folder.mkdir()
    with simulator(folder) as server:
        yield moved_to_s3(make_ground(folder), server)


PreparedOf = Callable[[Operation], Prepared]


@pytest.fixture(scope="module")
def prepared_of(ground: S3Ground) -> PreparedOf:
    known: dict[str, Prepared] = {}

    def get(operation: Operation) -> Prepared:
        if operation.name not in known:
            known[operation.name] = prepare(ground, operation)
        return known[operation.name]

    return get


def of_the_bucket(cases: Iterator[Case]) -> Iterator[Case]:
    return (case for case in cases if case.point.step.startswith("s3-"))


def name_of(operation: Operation) -> str:
    return operation.name


def crash_at_each_request(prepared: Prepared, record: Record) -> None:
    break_all(prepared, of_the_bucket(prepared.crashes()), crash, record)


@pytest.mark.parametrize("operation", BRIEF, ids=name_of)
def test_fault_s3_crash_at_each_request_loses_nothing(
    prepared_of: PreparedOf, operation: Operation, record_property: Record
) -> None:
    crash_at_each_request(prepared_of(operation), record_property)


@pytest.mark.long
@pytest.mark.parametrize("operation", LENGTHY, ids=name_of)
def test_fault_s3_crash_at_each_request_of_more_loses_nothing(
    prepared_of: PreparedOf, operation: Operation, record_property: Record
) -> None:
    crash_at_each_request(prepared_of(operation), record_property)


@pytest.mark.long
@pytest.mark.parametrize("operation", ON_S3, ids=name_of)
def test_fault_s3_failure_of_each_request_is_got_over(
    prepared_of: PreparedOf, operation: Operation, record_property: Record
) -> None:
    prepared = prepared_of(operation)
    break_all(prepared, of_the_bucket(prepared.errors()), fail, record_property)


@pytest.mark.long
def test_fault_s3_points_are_many(prepared_of: PreparedOf) -> None:
    points = [case for one in ON_S3 for case in of_the_bucket(prepared_of(one).crashes())]
    assert len(points) >= LEAST, points
