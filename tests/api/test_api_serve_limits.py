"""Limits of a city that is really served: several processes count together, and nobody hides behind a header."""

import os
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx

from tests.support.issuer import b64
from tests.support.live import LiveServer, live_settings, running

MINUTE = 60
CALLS = 30
"""What a minute allows of `/api/sessions/kit` (docs/spec/api.md)."""


def in_one_minute() -> None:
    """Wait for a fresh minute if this one is nearly over: a window that ends in between would count anew."""
    left = MINUTE - time.time() % MINUTE
    if left < 20:  # What the calls below may take on a busy machine.
        time.sleep(left + 0.1)


def guess() -> dict[str, str]:
    parts = {"vault_id": os.urandom(32).hex(), "method_id": os.urandom(16).hex(), "signature": b64(os.urandom(64))}
    return {"challenge": b64(os.urandom(32)), **parts}


def statuses(server: LiveServer, calls: int, **headers: str) -> Counter[int]:
    """Each call on a connection of its own, so that any process may take it."""
    found = Counter[int]()
    for number in range(calls):
        said = {name.replace("_", "-"): value.format(number) for name, value in headers.items()}
        reply = httpx.post(f"{server.address}/api/sessions/kit", json=guess(), headers={"x-voute": "1", **said})
        found[reply.status_code] += 1
    return found


def test_api_serve_limits_are_shared_by_processes_and_survive_a_restart(tmp_path: Path) -> None:
    settings, root = live_settings(tmp_path)
    settings = replace(settings, workers=2, limit_factor=1, trusted_proxies=())
    in_one_minute()
    with running(settings, root, tmp_path / "server.log") as server:
        assert statuses(server, CALLS - 2) == {401: CALLS - 2}
        server.stop()
    with running(settings, root, tmp_path / "server.log") as server:
        assert statuses(server, 12, x_forwarded_for="203.0.113.{}", forwarded="for=203.0.113.{}") == {401: 2, 429: 10}
        server.stop()
