"""What the fault suite shares: distinct crash points are counted by module and printed when it ends."""

from collections.abc import Iterator

import pytest

from tests.support.crash_points import Points


@pytest.fixture(scope="module")
def points(request: pytest.FixtureRequest) -> Iterator[Points]:
    found = Points()
    yield found
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n{request.module.__name__.rpartition('.')[2]}: {found}")  # noqa: T201 -- the figure is asked for
