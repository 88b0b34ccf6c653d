"""What the fault suite shares: distinct crash points are counted by module and printed when it ends."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.crash_points import Points
from tests.support.faults.points import POINTS

STORES = {"fault/city": "files and SQLite", "fault/s3": "S3", "fault_postgres": "PostgreSQL"}


@pytest.fixture(scope="module")
def points(request: pytest.FixtureRequest) -> Iterator[Points]:
    found = Points()
    yield found
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n{request.module.__name__.rpartition('.')[2]}: {found}")  # noqa: T201 -- the figure is asked for


@pytest.fixture(scope="session")
def memory_folder() -> Iterator[Path]:
    """What these tests ask of a disk is simulated: a folder in memory is as good, and faster."""
    shared = Path("/dev/shm")  # noqa: S108 - a file system, not a file
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == POINTS:
                counts[next(store for part, store in STORES.items() if part in report.nodeid)] += value
    for store, number in counts.items():
        terminalreporter.write_line(f"{number} distinct points broken on {store} (operation, call site, ordinal, kind)")
