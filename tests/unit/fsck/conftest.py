"""One small city that has lived through everything, made once; each test damages a copy in memory."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kept_city import KeptCity, keep_city


@pytest.fixture(scope="session")
def memory() -> Iterator[Path]:
    shared = Path("/dev/shm")  # noqa: S108 - a file system, not a file
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def whole(memory: Path) -> KeptCity:
    return keep_city(memory / "whole")


@pytest.fixture
def kept(whole: KeptCity, memory: Path) -> Iterator[KeptCity]:
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield whole.copy(Path(folder))


@pytest.fixture(scope="session")
def few(memory: Path) -> KeptCity:
    return keep_city(memory / "few", many=8, deleting=True)


@pytest.fixture
def small(few: KeptCity, memory: Path) -> Iterator[KeptCity]:
    """The same with fewer documents, where their number does not matter."""
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield few.copy(Path(folder))
