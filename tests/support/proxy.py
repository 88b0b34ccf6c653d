"""A proxy before the real city: forwards byte for byte, keeps every exchange, and can hold, cut or rewrite one.

HTTP/1.1 only, store and forward: a request is read whole before it goes on, a reply before it comes back.
"""

import contextlib
import json
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Self

_NO_BODY = frozenset({204, 304})
_IDS = re.compile(r"[0-9a-f]{32,64}|(?<=/tile/).*|(?<=/assets/).*")


@dataclass(frozen=True)
class Message:
    """One side of an exchange: its first line, its head, its body without framing, and the bytes that travelled."""

    first: str
    head: bytes
    body: bytes
    raw: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 -- JSON is any
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.encode():
                return value.strip().decode("latin-1")
        return None

    def with_body(self, body: bytes, first: str | None = None) -> "Message":
        """The same message with another body and, if given, another first line."""
        lines = self.head.rstrip(b"\r\n").split(b"\r\n")[1:]
        kept = [line for line in lines if line.partition(b":")[0].lower() not in {b"content-length", b"transfer-encoding"}]
        start = self.first if first is None else first
        head = b"\r\n".join([start.encode("latin-1"), *kept, b"content-length: %d" % len(body), b"", b""])
        return Message(start, head, body, head + body)

    def without(self, name: str) -> "Message":
        """The same message without a header."""
        head = b"\r\n".join(line for line in self.head.split(b"\r\n") if line.partition(b":")[0].strip().lower() != name.encode())
        return Message(self.first, head, self.body, head + self.raw[len(self.head) :])

    def with_json(self, value: object) -> "Message":
        return self.with_body(json.dumps(value).encode())


@dataclass(frozen=True)
class Exchange:
    """A request and the reply that its sender saw; None when it saw none."""

    request: Message
    reply: Message | None

    @property
    def method(self) -> str:
        return self.request.first.split(" ")[0]

    @property
    def path(self) -> str:
        return self.request.first.split(" ")[1].partition("?")[0]

    @property
    def route(self) -> str:
        """Method and path with ids left out."""
        return f"{self.method} {_IDS.sub('ID', self.path)}"

    @property
    def status(self) -> int:
        return int(self.reply.first.split(" ")[1]) if self.reply else 0


class Cut(Exception):  # noqa: N818 -- a hook's word, not an error
    """Raised by a hook: the connection is cut there, after the bytes that it carries if any."""

    def __init__(self, said: bytes = b"") -> None:
        super().__init__("cut")
        self.said = said


Before = Callable[[Exchange], Message | None]
After = Callable[[Exchange], Message | None]


@dataclass
class Proxy:
    """Listens on a port of 127.0.0.1 and forwards to another; `before` and `after` are hooks of the test at hand.

    `before` may give another request to send on, `after` another reply.
    """

    port: int
    upstream: int
    exchanges: list[Exchange] = field(default_factory=list)
    before: Before | None = None
    after: After | None = None

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    @contextlib.contextmanager
    def hooks(self, before: Before | None = None, after: After | None = None) -> Iterator[None]:
        """Hold, cut or rewrite for as long as the context lasts."""
        self.before, self.after = before, after
        try:
            yield
        finally:
            self.before = self.after = None

    def since(self, mark: int) -> list[Exchange]:
        return self.exchanges[mark:]

    @property
    def mark(self) -> int:
        return len(self.exchanges)

    def routes(self) -> Counter[str]:
        return Counter(one.route for one in self.exchanges)

    # -- one connection

    def _accept(self) -> None:
        while not self._closing:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.upstream))
        except OSError:
            client.close()
            return
        with self._lock:
            self._open |= {client, server}
        try:
            # Nothing of ours is told when a side goes away: the client under test has its own words for it.
            with contextlib.suppress(OSError, EOFError, Cut), client.makefile("rb") as asked, server.makefile("rb") as said:
                while True:
                    self._exchange(client, server, asked, said)
        finally:
            with self._lock:
                self._open -= {client, server}
            client.close()
            server.close()

    def _exchange(self, client: socket.socket, server: socket.socket, asked: BinaryIO, said: BinaryIO) -> None:
        request = read_message(asked, has_body=True)
        exchange = Exchange(request, None)
        place = self._keep(exchange)
        changed = None if self.before is None else self.before(exchange)
        server.sendall((changed or request).raw)
        reply = read_message(said, has_body=exchange.method != "HEAD")
        exchange = self.exchanges[place] = replace(exchange, reply=reply)
        if self.after is not None:
            try:
                reply = self.after(exchange) or reply
            except Cut as cut:
                client.sendall(cut.said)
                raise
            self.exchanges[place] = replace(exchange, reply=reply)
        client.sendall(reply.raw)

    def _keep(self, exchange: Exchange) -> int:
        with self._lock:
            self.exchanges.append(exchange)
            return len(self.exchanges) - 1


def read_message(stream: BinaryIO, *, has_body: bool) -> Message:
    """Read a request or a reply; raises `EOFError` when the other side has gone."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            raise EOFError
        head += line
    first = head.split(b"\r\n", 1)[0].decode("latin-1")
    message = Message(first, head, b"", head)
    if first.startswith("HTTP/") and (not has_body or int(first.split(" ")[1]) in _NO_BODY):
        return message
    if "chunked" in (message.header("transfer-encoding") or ""):
        body, raw = _read_chunks(stream)
        return replace(message, body=body, raw=head + raw)
    body = _read_exactly(stream, int(message.header("content-length") or 0))
    return replace(message, body=body, raw=head + body)


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


def _read_chunks(stream: BinaryIO) -> tuple[bytes, bytes]:
    body: list[bytes] = []
    raw: list[bytes] = []
    while True:
        line = stream.readline()
        if not line:
            raise EOFError
        size = int(line.partition(b";")[0], 16)
        data = _read_exactly(stream, size + 2)
        raw += [line, data]
        if size == 0:
            return b"".join(body), b"".join(raw)
        body.append(data[:-2])
