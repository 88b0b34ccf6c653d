"""What a page has on the wire: each request that really went out, with what it weighed; and a line that is slow."""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession

# 400 ms there and back, 400 kbit/s down and up.
SLOW: Final = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


@dataclass
class Asked:
    """One request; `down` stays 0 while its reply is on its way, and when the browser had it; `body` grows as it comes."""

    method: str
    path: str
    up: int
    is_cached: bool = False
    down: int = 0
    body: int = 0


@dataclass
class Wire:
    """The requests of one page, in the order in which they began."""

    cdp: CDPSession
    _asked: dict[str, Asked] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cdp.on("Network.requestWillBeSent", self._begun)
        self.cdp.on("Network.requestServedFromCache", self._had)
        self.cdp.on("Network.responseReceived", self._answered)
        self.cdp.on("Network.dataReceived", self._came)
        self.cdp.on("Network.loadingFinished", self._ended)
        self.cdp.send("Network.enable")

    def slow_down(self) -> None:
        self.cdp.send("Network.emulateNetworkConditions", SLOW)

    @property
    def mark(self) -> int:
        return len(self._asked)

    def since(self, mark: int) -> list[Asked]:
        """Give what went to the city since a mark, without what the browser had."""
        return [one for one in list(self._asked.values())[mark:] if not one.is_cached]

    def begun(self) -> set[str]:
        """Give the paths that were asked for."""
        return {one.path for one in list(self._asked.values())}

    def ended(self) -> set[str]:
        """Give the paths whose reply has come."""
        return {one.path for one in list(self._asked.values()) if one.down > 0}

    def _begun(self, event: dict[str, Any]) -> None:
        request = event["request"]
        url = urlsplit(request["url"])
        if url.scheme in {"http", "https"}:
            self._asked[event["requestId"]] = Asked(request["method"], url.path, len(request.get("postData") or ""))

    def _had(self, event: dict[str, Any]) -> None:
        self._change(event, is_cached=True)

    def _answered(self, event: dict[str, Any]) -> None:
        if event["response"].get("fromDiskCache"):
            self._change(event, is_cached=True)

    def _came(self, event: dict[str, Any]) -> None:
        found = self._asked.get(event["requestId"])
        if found is not None:
            found.body += int(event["dataLength"])

    def _ended(self, event: dict[str, Any]) -> None:
        self._change(event, down=int(event["encodedDataLength"]))

    def _change(self, event: dict[str, Any], **facts: Any) -> None:  # noqa: ANN401 -- fields of Asked
        found = self._asked.get(event["requestId"])
        if found is not None:
            for name, value in facts.items():
                setattr(found, name, value)
