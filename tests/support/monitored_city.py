"""A city with pages, and between it and its monitor somebody who changes replies."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import httpx
from typing_extensions import override

from tests.support.asgi import AppTransport, Loop
from tests.support.city import CITY, CITY_KEYS, SECOND, DemoCity
from voute.app.release import announce
from voute.app.statements import draft_event
from voute.client.monitor import Monitor, Report, Watched
from voute.client.monitor_state import read_state
from voute.core.ids import Hash, LookupId, hash_of
from voute.core.rows import BoxKind
from voute.core.values import unix_time
from voute.format.event import Event
from voute.format.subject import Revoked, issuer_actor
from voute.format.trust_root import sign_trust_root
from voute.server.http.application import create_application
from voute.server.http.pages import WebFiles
from voute.verify.trust import accept_first

URL = "https://coffre.ville.test"
PAGES = {
    "index.html": b"<!doctype html><title>resident</title>",
    "verify.html": b"<!doctype html><title>verify</title>",
    "verifier.html": b'<!doctype html><script type="application/json" id="trust-root">null</script>',
    "assets/app-0123abcd.js": b"console.log(1);" * 200,
}
ADDRESSES = 11

Lie = Callable[[bytes], bytes | None]


class Liar(httpx.BaseTransport):
    """Between monitor and city: changes replies as the test says, by path, or by path and query; None is a 404."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.lies: dict[str, Lie] = {}
        self.everywhere: Callable[[str], bytes | None] | None = None
        self.is_dead = False

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_dead:
            raise httpx.ConnectError("no route")
        path = request.url.path
        request.headers["accept-encoding"] = "identity"
        reply = self.inner.handle_request(request)
        body: bytes | None = reply.read()
        whole = request.url.raw_path.decode("ascii")
        if (lie := self.lies.get(whole) or self.lies.get(path)) is not None and body is not None:
            body = lie(body)
        elif self.everywhere is not None and path.startswith("/log/"):
            body = self.everywhere(path.removeprefix("/log/"))
        else:
            return reply
        return httpx.Response(404) if body is None else httpx.Response(200, content=body)


@dataclass
class Scene:
    """One city with pages, all in order at first, and a monitor that has a state file."""

    demo: DemoCity
    loop: Loop
    state: Path
    late: int = 0
    liar: Liar = field(init=False)

    def __post_init__(self) -> None:
        self.serve(PAGES)
        self.release()

    def serve(self, pages: dict[str, bytes]) -> None:
        """A server that starts with these pages."""
        folder = self.demo.settings.web
        for name, data in pages.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        web = WebFiles(folder)
        manifest = web.seal()
        assert manifest is not None
        self.manifest = manifest
        self.liar = Liar(AppTransport(create_application(self.demo.city, self.demo.settings, web), self.loop))

    def release(self) -> None:
        assert announce(self.demo.city, "1.0", hash_of(sha256(self.manifest).digest()))
        self.demo.settle()

    def grow(self, count: int) -> None:
        rows = []
        for number in range(count):
            box = LookupId(number.to_bytes(32, "big"))
            event = Event(CITY, unix_time(1_790_000_000), issuer_actor(CITY), Hash(bytes(32)), Revoked(box))
            rows.append(draft_event(event, BoxKind.CLAIM, box, act=None))
        with self.demo.city.catalogue.write() as tx:
            tx.events.add_all(rows)
        self.demo.settle()

    def monitor(self, **options: float) -> Monitor:
        """A new process each time; it does not wait unless a test lets it."""
        watched = Watched(URL, None, accept_first(sign_trust_root(self.demo.root, CITY_KEYS)))
        return Monitor(
            watched,
            self.state,
            patience=options.get("patience", 0),
            now=lambda: self.demo.clock() // SECOND + self.late,
            transport=self.liar,
        )

    def look(self, **options: float) -> Report:
        return self.monitor(**options).look()

    def codes(self, **options: float) -> list[str]:
        return [one.code for one in self.look(**options).problems]

    @property
    def size(self) -> int:
        return read_state(self.state).checkpoints[0].head.size
