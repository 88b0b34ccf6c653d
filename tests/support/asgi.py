"""A synchronous HTTP client of an ASGI application: requests run on an event loop in a thread, without sockets."""

import asyncio
import threading
from typing import Any

import httpx
from typing_extensions import override


class Loop:
    """One event loop in a thread, for all clients of a test run."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


class AppTransport(httpx.BaseTransport):
    """Hands requests to the application; replies are read whole."""

    def __init__(self, app: Any, loop: Loop, peer: str = "127.0.0.1") -> None:  # noqa: ANN401 - any ASGI callable
        self._inner = httpx.ASGITransport(app=app, client=(peer, 50_000), raise_app_exceptions=False)
        self._loop = loop

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(self._call(request), self._loop.loop).result()

    async def _call(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        inner = httpx.Request(request.method, request.url, headers=request.headers.raw, content=body)
        reply = await self._inner.handle_async_request(inner)
        data = b"".join([chunk async for chunk in reply.stream])  # type: ignore[union-attr]
        return httpx.Response(reply.status_code, headers=reply.headers, content=data, extensions=reply.extensions)
