"""The frame of every request, in plain ASGI: its id and client, security headers on every reply, one line in the log."""

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, cast

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from voute.server.http.client_address import Network, client_address
from voute.server.observe.signals import SILENT, Signals

API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_NOBODYS: Final = (
    "accelerometer autoplay browsing-topics clipboard-read compute-pressure display-capture encrypted-media fullscreen gamepad "
    "geolocation gyroscope hid identity-credentials-get idle-detection keyboard-map local-fonts magnetometer microphone midi "
    "otp-credentials payment picture-in-picture screen-wake-lock serial storage-access sync-xhr usb window-management "
    "xr-spatial-tracking"
)
"""Abilities of a browser that no page of ours uses: a script that got in has none of them either."""
_OURS: Final = "camera publickey-credentials-get publickey-credentials-create"
_PERMISSIONS: Final = ", ".join(
    [*(f"{name}=(self)" for name in _OURS.split()), *(f"{name}=()" for name in _NOBODYS.split())],
)
_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-embedder-policy", b"require-corp"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", _PERMISSIONS.encode()),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
_DEFAULTS: Final = ((b"cache-control", b"no-store"), (b"content-security-policy", API_POLICY.encode()))
_MS: Final = 1000
_ID: Final = 8
"""Bytes of a request's id."""
_IDS: Final = 128
"""Ids that are drawn at once: each way to the system lets other threads have the interpreter first (docs/adr/0069)."""
_KNOWN: Final = 1_000
"""Addresses of which a process remembers whose they are: reading one takes as long as finding a session."""
_ONE_ADDRESS: Final = 45
"""Characters of the longest address; what is longer is a chain of proxies, or rubbish, and read anew each time."""

_log = structlog.get_logger("voute.http")


class Frame:
    """ASGI middleware; reads no body, changes no status."""

    def __init__(self, app: ASGIApp, *, trusted: Sequence[Network], is_https: bool, signals: Signals = SILENT) -> None:
        """Take the application, the trusted proxies, whether the city's origin is https, and who hears of each request."""
        self._app = app
        self._trusted = tuple(trusted)
        self._signals = signals
        self._known = lru_cache(_KNOWN)(self._read_client)
        self._always = (*_ALWAYS, _HSTS) if is_https else _ALWAYS
        self._ids = _draw_ids()
        # Bound once: by its name a logger is made anew for each line.
        self._log = _log.bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        values = cast("dict[str, Any]", scope)
        if values["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        name = next(self._ids)
        values["voute_request_id"] = name
        values["voute_client"] = self._client(scope)
        status = 500

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._headers(message["headers"], name)
            await send(message)

        with self._signals.span("request") as span:
            try:
                await self._app(scope, receive, send_framed)
            finally:
                seconds = time.perf_counter() - begun
                method, route = values["method"], values.get("path_template", "")
                facts = {"id": name, "method": method, "route": route, "status": status, "ms": round(seconds * _MS, 1)}
                self._log.info("request", **facts, **({"trace": span.trace} if span.trace else {}))
                span.called(f"{method} {route}", facts)
                self._signals.request(method, route, status, seconds)

    def _client(self, scope: Scope) -> str:
        peer = scope.get("client")
        forwarded = b",".join([value for key, value in scope["headers"] if key == b"x-forwarded-for"])
        read = self._known if len(forwarded) <= _ONE_ADDRESS else self._read_client
        return read(peer[0] if peer else "", forwarded)

    def _read_client(self, peer: str, forwarded: bytes) -> str:
        return client_address(peer, forwarded.decode("latin-1"), self._trusted)

    def _headers(self, given: Iterable[tuple[bytes, bytes]], name: str) -> list[tuple[bytes, bytes]]:
        headers = [(key, value) for key, value in given if key != b"server"]
        present = {key.lower() for key, _ in headers}
        headers += [pair for pair in _DEFAULTS if pair[0] not in present]
        return [*headers, *self._always, (b"x-request-id", name.encode())]


def _draw_ids() -> Iterator[str]:
    """Yield random ids without end."""
    while True:
        drawn = secrets.token_hex(_ID * _IDS)
        for at in range(0, len(drawn), 2 * _ID):
            yield drawn[at : at + 2 * _ID]
