"""Everything a visitor's pages ask for, say and complain of; what must not be in it."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, Response, WebError

LOCAL_SCHEMES = frozenset({"blob", "data"})
DEPTH = 4
"""Envelopes in a body: JSON, base64 of an envelope, base64 of its payload, one more."""
_TEXT = re.compile(rb"[A-Za-z0-9+/_=-]{16,}")


@dataclass(frozen=True)
class Sent:
    """One request as it left."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def everything(self) -> bytes:
        head = "\n".join((self.method, self.url, *(f"{key}: {value}" for key, value in self.headers)))
        return head.encode() + b"\n\n" + self.body


@dataclass
class Traffic:
    """Recorder of one context; `faults` must be empty in the end."""

    origin: str
    sent: list[Sent] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    secrets: dict[str, bytes] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()
    """Other addresses that the page may ask for, by what they begin with."""
    _foreseen: list[tuple[int, str]] = field(default_factory=list)
    _offline: bool = False

    def listen(self, context: BrowserContext) -> None:
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("console", self._on_console)
        context.on("weberror", self._on_web_error)

    def watch(self, page: Page) -> None:
        page.on("dialog", self._on_dialog)
        page.on("crash", lambda _: self.faults.append("the page crashed"))

    def _on_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def foresee(self, status: int, path: str) -> None:
        """Say that this path will be answered so, once or more: the browser writes such answers to its console."""
        self._foreseen.append((status, path))

    def foresee_offline(self, *, offline: bool) -> None:
        """Say that requests fail for want of a connection from now on, or no longer."""
        self._offline = offline

    def _on_request(self, request: Request) -> None:
        scheme = urlsplit(request.url).scheme
        if scheme not in LOCAL_SCHEMES and not request.url.startswith((f"{self.origin}/", *self.elsewhere)):
            self.faults.append(f"left the origin: {request.url}")
        headers = tuple(sorted(request.headers.items()))
        # The fragment stays in the browser; the recorder of requests shows it all the same.
        url = urldefrag(request.url).url
        self.sent.append(Sent(request.method, url, headers, request.post_data_buffer or b""))

    def _on_response(self, response: Response) -> None:
        known = (response.status, urlsplit(response.url).path) in self._foreseen
        if response.status >= 400 and not known:
            self.faults.append(f"{response.status} from {response.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning", "assert"}:
            return
        path = urlsplit(message.location.get("url", "")).path
        if message.text.startswith("Failed to load resource"):
            if any(f"status of {status} " in message.text and path == known for status, known in self._foreseen):
                return
            if self._offline and "net::ERR_" in message.text:
                return
        self.faults.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _on_web_error(self, error: WebError) -> None:
        self.faults.append(f"uncaught: {error.error.message}")

    # -- what must not travel

    def leaks(self) -> list[str]:
        """Name every secret that some request carries, in any spelling, however wrapped."""
        found = []
        for request in self.sent:
            layers = list(unwrap(request.everything()))
            for name, secret in self.secrets.items():
                if any(spelling in layer for layer in layers for spelling in spellings(secret)):
                    found.append(f"{name} in {request.method} {request.path}")
            if any(b"clientExtensionResults" in layer or b'"prf"' in layer for layer in layers):
                found.append(f"extension results in {request.method} {request.path}")
        return found


def spellings(secret: bytes) -> Iterator[bytes]:
    """Give a secret raw and as people and programs write it."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for encode in (base64.standard_b64encode, base64.urlsafe_b64encode, base64.b32encode):
        yield encode(secret).rstrip(b"=")


def unwrap(data: bytes, depth: int = DEPTH) -> Iterator[bytes]:
    """Give bytes, and whatever their strings hold when read as hex or base64."""
    yield data
    if depth == 0:
        return
    for match in _TEXT.finditer(_flat(data)):
        text = match.group()
        for decoded in _decoded(text):
            yield from unwrap(decoded, depth - 1)


def _flat(data: bytes) -> bytes:
    """Undo JSON's escapes of a body, so that strings are whole."""
    try:
        return json.dumps(json.loads(data), ensure_ascii=False).encode()
    except (ValueError, UnicodeDecodeError):
        return data


def _decoded(text: bytes) -> Iterator[bytes]:
    if re.fullmatch(rb"(?:[0-9a-fA-F]{2})+", text):
        yield bytes.fromhex(text.decode())
    bare = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        yield base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return
