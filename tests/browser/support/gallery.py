"""The gallery of every state of the pages, built from `web/` and served under the city's own policy."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page
from typing_extensions import override

from tests.support.project import ROOT
from voute.server.http.pages import policy_of

BUILT = ROOT / "build" / "web-gallery"
STATES = ROOT / "web" / "resident"
_STATE = re.compile(r"\bid: '([a-z0-9-]+)',\s*path: ")

# A fragment that is there already would be no change.
BEGIN = """(query) => {
  delete document.documentElement.dataset.begun;
  history.replaceState(null, '', location.pathname + location.search);
  location.hash = `?${query}`;
}"""


def table() -> str:
    """Give the text of all tables: `states.ts`, and those it takes from beside it."""
    return "\n".join(path.read_text("utf-8") for path in sorted(STATES.glob("states*.ts")))


def states() -> list[str]:
    """List the states as the pages' own tables name them."""
    return _STATE.findall(table())


def build() -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["npm", "run", "--silent", "gallery", "--", "--logLevel", "warn"]
    subprocess.run(command, cwd=ROOT / "web", env=environment, check=True, capture_output=True)


Samples = Mapping[str, Callable[[], bytes]]


class _Handler(SimpleHTTPRequestHandler):
    """Files of the build, with the policy that the city sends; `/NAME.pdf` is a document that states show."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript", ".js": "text/javascript"}  # noqa: RUF012 the class of the library has it so

    def __init__(self, samples: Samples, *arguments: object, **options: object) -> None:
        self._samples = samples
        super().__init__(*arguments, **options)  # type: ignore[arg-type]

    @override
    def end_headers(self) -> None:
        self.send_header("content-security-policy", policy_of((BUILT / "gallery.html").read_bytes()))
        super().end_headers()

    @override
    def do_GET(self) -> None:
        make = self._samples.get(self.path.removeprefix("/").removesuffix(".pdf"))
        if make is None:
            super().do_GET()
            return
        sample = make()
        self.send_response(200)
        self.send_header("content-length", str(len(sample)))
        self.end_headers()
        self.wfile.write(sample)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Gallery:
    """Where the gallery is served."""

    origin: str

    def address(self, state: str, locale: str, scheme: str = "auto", sample: str = "sample") -> str:
        pdf = f"&pdf=/{sample}.pdf" if state.startswith(("document", "evidence")) and not state.startswith("documents") else ""
        return f"{self.origin}/gallery.html?state={state}&lang={locale}&scheme={scheme}{pdf}"

    def show(self, page: Page, state: str, locale: str) -> None:
        """Show a state until its heading is there: built anew in the gallery that this page has open, else loaded.

        What stood there is gone as with a load (`test_browser_state_built_anew_is_as_it_is_loaded`); scripts and styles stay.
        """
        address = self.address(state, locale)
        if page.url.startswith(f"{self.origin}/gallery.html"):
            page.evaluate(BEGIN, urlsplit(address).query)
            page.wait_for_function("() => document.documentElement.dataset.begun === location.hash.slice(1)")
        else:
            page.goto(address)
        page.locator("h1").wait_for()


@contextmanager
def serve_gallery(samples: Samples) -> Iterator[Gallery]:
    """Build and serve; the server ends with the context."""
    build()
    handler = partial(_Handler, samples, directory=str(BUILT))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Gallery(f"http://localhost:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
