"""Waits for what another thread or process does: on the event itself, with a limit for a busy machine."""

import time
from collections.abc import Callable

SECONDS = 60


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
