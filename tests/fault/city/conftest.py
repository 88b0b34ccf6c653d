"""One city for all operations, in memory where there is one; the points that were broken are counted and printed."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.faults.runner import Prepared, prepare
from tests.support.faults.stage import Ground, Operation, make_ground
from voute.server.logs import set_up_logs

POINTS = "points"
"""Name of the property in which a test says how many points it broke."""

PreparedOf = Callable[[Operation], Prepared]


@pytest.fixture(scope="session")
def memory_folder() -> Iterator[Path]:
    """What these tests ask of a disk is simulated: a folder in memory is as good, and faster."""
    shared = Path("/dev/shm")  # noqa: S108 - a file system, not a file
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.getreports("passed")
    counts = [value for report in reports for name, value in report.user_properties if name == POINTS]
    if counts:
        terminalreporter.write_line(f"{sum(counts)} distinct points broken (operation, call site, ordinal, kind)")
