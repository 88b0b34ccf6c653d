"""Every operation of the city, broken at each of its steps: docs/security/faults.md says how, and counts the points."""

import pytest

from tests.fault.city.conftest import PreparedOf
from tests.support.faults.operations import OPERATIONS
from tests.support.faults.page import count, read_table
from tests.support.faults.points import Record, break_all
from tests.support.faults.runner import crash, fail
from tests.support.faults.stage import Operation

LEAST = 300
"""Distinct points at which a process must end, of all operations together."""


def name_of(operation: Operation) -> str:
    return operation.name


BRIEF = [one for one in OPERATIONS if not one.is_long]
LENGTHY = [one for one in OPERATIONS if one.is_long]


@pytest.mark.parametrize("operation", BRIEF, ids=name_of)
def test_fault_crash_at_each_step_loses_nothing(prepared_of: PreparedOf, operation: Operation, record_property: Record) -> None:
    prepared = prepared_of(operation)
    break_all(prepared, prepared.crashes(), crash, record_property)


@pytest.mark.long
@pytest.mark.parametrize("operation", LENGTHY, ids=name_of)
def test_fault_crash_at_each_step_of_more_loses_nothing(
    prepared_of: PreparedOf, operation: Operation, record_property: Record
) -> None:
    prepared = prepared_of(operation)
    break_all(prepared, prepared.crashes(), crash, record_property)


@pytest.mark.parametrize("operation", BRIEF, ids=name_of)
def test_fault_refusal_of_each_step_is_got_over(prepared_of: PreparedOf, operation: Operation, record_property: Record) -> None:
    prepared = prepared_of(operation)
    break_all(prepared, prepared.errors(), fail, record_property)


@pytest.mark.long
@pytest.mark.parametrize("operation", LENGTHY, ids=name_of)
def test_fault_refusal_of_each_step_of_more_is_got_over(
    prepared_of: PreparedOf, operation: Operation, record_property: Record
) -> None:
    prepared = prepared_of(operation)
    break_all(prepared, prepared.errors(), fail, record_property)


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
def test_fault_disk_that_stays_broken_is_got_over(prepared_of: PreparedOf, operation: Operation, record_property: Record) -> None:
    prepared = prepared_of(operation)
    break_all(prepared, prepared.sticky(), fail, record_property)


def test_fault_points_are_as_many_as_the_page_says(prepared_of: PreparedOf) -> None:
    counts = {operation.name: count(prepared_of(operation)) for operation in OPERATIONS}
    assert read_table() == counts, "python -m tests.support.faults.page"
    assert sum(one.crashes for one in counts.values()) >= LEAST
