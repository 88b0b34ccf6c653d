"""Debian's Firefox ESR, started with a profile of its own and driven by its own remote control."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.marionette import Marionette
from tests.support.waiting import wait_for

FIREFOX: Final = "/usr/bin/firefox-esr"
SCRIPT_TIMEOUT_MS: Final = 45_000
"""Below what the connection waits for an answer, so that Firefox says what was slow."""
PREFERENCES: Final = {
    "marionette.port": 0,
    "security.webauth.webauthn_enable_softtoken": True,
    "security.webauth.webauthn_enable_usbtoken": False,
    "browser.download.folderList": 2,
    "browser.download.always_ask_before_handling_new_types": False,
    "browser.download.alwaysOpenPanel": False,
    "pdfjs.disabled": True,
    "ui.prefersReducedMotion": 1,
    # A busy machine is no endless script.
    "dom.max_script_run_time": 0,
    "dom.ipc.cancel_content_js_when_navigating": False,
}
"""A free port; authenticators of software alone; downloads without a question, PDFs among them; a page that is left while it
computes is not broken off, which Firefox would write down as a fault of the page."""


@dataclass
class Firefox:
    """One running Firefox."""

    remote: Marionette
    version: str
    downloads: Path

    def chrome(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 whatever the script returns
        """Run a script with the rights of the browser itself, as its own parts have them."""
        self.remote.send("Marionette:SetContext", value="chrome")
        try:
            return self.remote.send("WebDriver:ExecuteScript", script=script, args=list(arguments), sandbox="system")
        finally:
            self.remote.send("Marionette:SetContext", value="content")

    def prefer(self, name: str, value: str | int | bool) -> None:  # noqa: FBT001 a preference is one of the three
        kind = {bool: "Bool", int: "Int", str: "String"}[type(value)]
        self.chrome(f"Services.prefs.set{kind}Pref(arguments[0], arguments[1])", name, value)


@contextmanager
def launched_firefox(folder: Path, *, language: str = "fr-CA") -> Iterator[Firefox]:
    """Start Firefox with a new profile in a folder; it ends with the context."""
    downloads, profile = folder / "downloads", folder / "profile"
    downloads.mkdir()
    profile.mkdir()
    wanted = {**PREFERENCES, "browser.download.dir": str(downloads), "intl.accept_languages": f"{language}, {language[:2]}"}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items()]
    (profile / "user.js").write_text("".join(lines), "utf-8")
    command = [FIREFOX, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", str(profile)]
    # A home of its own: Firefox refuses to run where the home belongs to somebody else.
    environment = {**os.environ, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        remote = Marionette(_port(profile, process))
        session = remote.send("WebDriver:NewSession", capabilities={})
        remote.send("WebDriver:SetTimeouts", script=SCRIPT_TIMEOUT_MS)
        yield Firefox(remote, session["capabilities"]["browserVersion"], downloads)
        remote.close()
    finally:
        process.terminate()
        process.wait(timeout=30)


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    file = profile / "MarionetteActivePort"

    def written() -> bool:
        assert process.poll() is None, "Firefox ended at once"
        return file.exists() and file.read_text("ascii").strip().isdigit()

    wait_for(written)
    return int(file.read_text("ascii"))
