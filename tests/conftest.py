"""What every suite shares: no sockets where none belong, and one profile of random tests a kind of run."""

import os
from pathlib import Path

import hypothesis
import pytest

SUITES_WITHOUT_SOCKETS = frozenset({"unit", "property", "vectors", "contract", "structure"})
HERE = Path(__file__).resolve().parent

# The short profile draws the same cases every time, so that a failure belongs to the change under test; the long one
# explores.
hypothesis.settings.register_profile("short", max_examples=40, deadline=None, derandomize=True, database=None)
# Whoever mutates code wants to know that a test fails, not the smallest input that it fails for.
hypothesis.settings.register_profile(
    "mutate", hypothesis.settings.get_profile("short"), phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate]
)
hypothesis.settings.register_profile("long", max_examples=5_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(HERE).parts[0] in SUITES_WITHOUT_SOCKETS:
            item.add_marker(pytest.mark.disable_socket)
