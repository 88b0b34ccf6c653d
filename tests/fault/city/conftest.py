"""One city for all operations, in memory where there is one; the points that were broken are counted and printed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.faults.runner import Prepared, prepare
from tests.support.faults.stage import Ground, Operation, make_ground
from voute.server.logs import set_up_logs

PreparedOf = Callable[[Operation], Prepared]


@pytest.fixture(scope="session")
def ground(memory_folder: Path) -> Ground:
    # Each of the thousand failures below would be logged.
    set_up_logs("critical")
    return make_ground(memory_folder)


@pytest.fixture(scope="session")
def prepared_of(ground: Ground) -> PreparedOf:
    """Prepares an operation once for all tests of it."""
    known: dict[str, Prepared] = {}

    def get(operation: Operation) -> Prepared:
        if operation.name not in known:
            known[operation.name] = prepare(ground, operation)
        return known[operation.name]

    return get
