"""A city of its own for a test of what runs beside the requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.asgi import Loop
from tests.support.city import Clock, DemoCity, demo_settings, found_city, open_demo_city


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoCity]:
    settings = demo_settings(tmp_path)
    loop = Loop()
    demo = open_demo_city(settings, found_city(settings), Clock(), loop)
    yield demo
    demo.close()
    loop.close()
