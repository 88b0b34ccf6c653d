"""The S3 server of most tests: starts it, scripts its faults, looks at what it keeps."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from tests.support.project import ROOT
from tests.support.s3.server import ACCESS_KEY
from voute.store.s3 import S3Place

BUCKET = "city"
SECRET = "the-secret-of-a-test"


@dataclass
class S3Simulator:
    """One server with one bucket."""

    process: "subprocess.Popen[str]"
    port: int
    credentials: Path
    lock: Lock

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def place(self, prefix: str = "", seconds: float = 5) -> S3Place:
        return S3Place(BUCKET, prefix, self.endpoint, credentials=self.credentials, seconds=seconds)

    def say(self, word: str, **given: Any) -> Any:  # noqa: ANN401 - any JSON
        with self.lock:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.write(json.dumps([word, given]) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

    def break_next(self, pattern: str, kind: str, *, skip: int = 0, times: int = 1, seconds: float = 0) -> None:
        self.say("fault", pattern=pattern, kind=kind, skip=skip, times=times, seconds=seconds)

    def heal(self) -> None:
        self.say("heal")

    def empty(self) -> None:
        self.say("empty")
        self.say("secret", secret=SECRET)
        write_credentials(self.credentials)

    def requests(self) -> list[str]:
        """What came since this was asked for last."""
        found: list[str] = self.say("requests")
        return found

    def allow(self, rules: list[dict[str, Any]]) -> None:
        """Give the bucket these rules for pages of other origins."""
        self.say("cors", rules=rules)

    def visits(self) -> list[dict[str, str]]:
        """What browsers sent from pages since this was asked for last: `:line`, and the headers in small letters."""
        found: list[dict[str, str]] = self.say("visits")
        return found

    def kept(self) -> list[str]:
        found: list[str] = self.say("keys")
        return found

    def read(self, key: str) -> bytes:
        return bytes.fromhex(self.say("read", key=key))

    def write(self, key: str, data: bytes) -> None:
        self.say("write", key=key, data=data.hex())

    def uploads(self) -> list[list[str]]:
        found: list[list[str]] = self.say("uploads")
        return found


def write_credentials(path: Path, secret: str = SECRET, key: str = ACCESS_KEY) -> None:
    path.write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n", "utf-8")


@contextmanager
def simulator(folder: Path) -> Iterator[S3Simulator]:
    credentials = folder / "s3-credentials"
    write_credentials(credentials)
    command = [sys.executable, "-m", "tests.support.s3.server", BUCKET, SECRET]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield S3Simulator(process, int(process.stdout.readline()), credentials, Lock())
        finally:
            process.kill()
