"""What a browser still holds of a page: storage, what the page shows, every live object and buffer of page and workers."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page

Send = Callable[[str, dict[str, Any]], dict[str, Any]]
Place = tuple[str, bytes]
_PATIENCE_S = 60

_STORES = """async () => {
  const found = { local: { ...localStorage }, session: { ...sessionStorage }, history: history.state, name: window.name };
  found.caches = [];
  for (const key of await caches.keys()) {
    for (const request of await (await caches.open(key)).keys()) found.caches.push([key, request.url]);
  }
  found.databases = {};
  for (const { name } of await indexedDB.databases()) {
    const open = indexedDB.open(name);
    await new Promise((done) => { open.onsuccess = done; });
    for (const store of open.result.objectStoreNames) {
      const all = open.result.transaction(store).objectStore(store).getAll();
      await new Promise((done) => { all.onsuccess = done; });
      found.databases[`${name}/${store}`] = all.result.map((one) => one instanceof Uint8Array ? [...one] : one);
    }
    open.result.close();
  }
  return found;
}"""
# The browser's tools give out no buffer of a page, but every object that holds one: properties, entries, elements.
_BUFFERS = """function () {
  const buffers = new Set();
  const take = (one) => {
    if (one instanceof ArrayBuffer) buffers.add(one);
    else if (ArrayBuffer.isView(one)) buffers.add(one.buffer);
  };
  for (const held of this) {
    try {
      take(held);
      for (const { value } of Object.values(Object.getOwnPropertyDescriptors(held))) take(value);
      if (held instanceof Map) held.forEach((value, key) => { take(value); take(key); });
      if (held instanceof Set) held.forEach(take);
    } catch { /* an object of another realm */ }
  }
  return [...buffers].map((one) => {
    const bytes = new Uint8Array(one.byteLength === 0 ? 0 : one);
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  });
}"""
_ROOTS = ("Object.prototype", "ArrayBuffer.prototype", "Uint8Array.prototype")
_STORE = "system / JSArrayBufferData"


def stores_of(page: Page) -> dict[str, Any]:
    """Give everything that this origin keeps in the browser, by kind of store."""
    found: dict[str, Any] = page.evaluate(_STORES)
    return found


def shown_of(page: Page) -> Iterator[Place]:
    """Give the document of the page and of its frames, and the addresses that it knows."""
    for number, frame in enumerate(page.frames):
        yield f"document {number}", frame.content().encode()
    yield "title and address", f"{page.title()} {page.url}".encode()


@dataclass
class Realm:
    """One place where script lives, reached over its own session."""

    name: str
    send: Send
    chunks: list[str]
    largest: int = 0
    """Bytes behind the largest live buffer, at the last look."""

    def live(self) -> Iterator[Place]:
        """Give all live objects and the content of all live buffers."""
        self.send("HeapProfiler.enable", {})
        self.send("HeapProfiler.collectGarbage", {})
        self.chunks.clear()
        self.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
        snapshot = json.loads("".join(self.chunks))
        yield f"heap of {self.name}", "\n".join(snapshot["strings"]).encode("utf-8", "surrogatepass")
        self.largest = max(_stores(snapshot), default=0)
        for prototype in _ROOTS:
            for number, data in enumerate(self._buffers(prototype)):
                yield f"buffer {number} below {prototype} of {self.name}", data

    def _buffers(self, prototype: str) -> Iterator[bytes]:
        root = self.send("Runtime.evaluate", {"expression": prototype})["result"]["objectId"]
        objects = self.send("Runtime.queryObjects", {"prototypeObjectId": root})["objects"]["objectId"]
        asked = {"objectId": objects, "functionDeclaration": _BUFFERS, "returnByValue": True}
        for text in self.send("Runtime.callFunctionOn", asked)["result"]["value"]:
            yield base64.b64decode(text)
        self.send("Runtime.releaseObject", {"objectId": objects})


def _stores(snapshot: dict[str, Any]) -> Iterator[int]:
    """Give the size of what is behind every live buffer, whoever holds it."""
    fields = snapshot["snapshot"]["meta"]["node_fields"]
    name, size = fields.index("name"), fields.index("self_size")
    nodes, strings = snapshot["nodes"], snapshot["strings"]
    for at in range(0, len(nodes), len(fields)):
        if strings[nodes[at + name]] == _STORE:
            yield nodes[at + size]


class Memory:
    """The page and its workers, now: ask for `realms` again after anything began or ended."""

    def __init__(self, page: Page, cdp: CDPSession) -> None:
        self._shown = page
        self._cdp = cdp
        self._attached: dict[str, Realm] = {}
        self._replies: dict[int, dict[str, Any]] = {}
        self._last = 0
        self.page = Realm("page", cdp.send, [])
        cdp.on("HeapProfiler.addHeapSnapshotChunk", lambda event: self.page.chunks.append(event["chunk"]))
        cdp.on("Target.attachedToTarget", self._on_attached)
        cdp.on("Target.detachedFromTarget", self._on_detached)
        cdp.on("Target.receivedMessageFromTarget", self._on_message)
        cdp.send("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False})

    def realms(self) -> list[Realm]:
        return [self.page, *self._attached.values()]

    def live(self) -> Iterator[Place]:
        for realm in self.realms():
            yield from realm.live()

    def _on_attached(self, event: dict[str, Any]) -> None:
        session, kind = event["sessionId"], event["targetInfo"]["type"]
        name = f"{kind} {event['targetInfo'].get('title', '')}"
        self._attached[session] = Realm(name, lambda method, params: self._ask(session, method, params), [])

    def _on_detached(self, event: dict[str, Any]) -> None:
        self._attached.pop(event["sessionId"], None)

    def _on_message(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._replies[message["id"]] = message
        elif message["method"] == "HeapProfiler.addHeapSnapshotChunk" and event["sessionId"] in self._attached:
            self._attached[event["sessionId"]].chunks.append(message["params"]["chunk"])

    def _ask(self, session: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        mine = self._last
        message = json.dumps({"id": mine, "method": method, "params": params})
        self._cdp.send("Target.sendMessageToTarget", {"sessionId": session, "message": message})
        end = time.monotonic() + _PATIENCE_S
        while mine not in self._replies:
            assert time.monotonic() < end, f"{method} has no answer"
            self._shown.wait_for_timeout(20)
        reply = self._replies.pop(mine)
        assert "error" not in reply, reply
        result: dict[str, Any] = reply["result"]
        return result
