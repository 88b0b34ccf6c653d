"""axe-core on a page, from an isolated world: the page's own policy and scripts are left as they are."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Frame, Page

from tests.support.project import ROOT

SOURCE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""Every rule of these tags runs; none is turned off."""


@dataclass(frozen=True)
class Finding:
    """One rule that one element breaks."""

    rule: str
    element: str
    why: str


def options() -> str:
    """Give the options of `axe.run`, as JSON.

    Frames are not greeted: no axe lives in them, so each run would wait half a second for an answer that never comes.
    `run_in` judges what a frame shows.
    """
    return json.dumps({"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "iframes": False})


def findings_of(result: str) -> list[Finding]:
    """Read what `axe.run` answered."""
    found: dict[str, Any] = json.loads(result)
    assert found["passes"], "axe looked at nothing"
    return [
        Finding(rule["id"], node["html"][:200], node["failureSummary"]) for rule in found["violations"] for node in rule["nodes"]
    ]


def run_in(frame: Frame) -> list[Finding]:
    """Give what the pages in a viewer's frame break; headings and landmarks are those of the page around the frame."""
    frame.evaluate(SOURCE.read_text("utf-8"))
    call = f"axe.run({{ include: ['.page'] }}, {options()}).then((found) => JSON.stringify(found))"
    return findings_of(frame.evaluate(call))


@dataclass
class Axe:
    """axe-core in one page; survives navigations."""

    page: Page
    cdp: CDPSession

    def run(self) -> list[Finding]:
        """Give what the page breaks, by the rules of all tags."""
        world = self._world()
        return findings_of(self._evaluate(f"axe.run(document, {options()}).then((found) => JSON.stringify(found))", world))

    def _world(self) -> int:
        frame = self.cdp.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world: int = self.cdp.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]
        if self._evaluate("typeof axe", world) == "undefined":
            self._evaluate(SOURCE.read_text("utf-8"), world)
        return world

    def _evaluate(self, expression: str, world: int) -> str:
        reply = self.cdp.send(
            "Runtime.evaluate",
            {"expression": expression, "contextId": world, "awaitPromise": True, "returnByValue": True},
        )
        assert "exceptionDetails" not in reply, reply["exceptionDetails"]
        return str(reply["result"].get("value", ""))
