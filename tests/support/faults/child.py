"""Work in a process of its own, forked from this one, that may end at any moment; what it said until then is read."""

import gc
import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

SECONDS: Final = 120
"""Far longer than any run takes, however loaded the machine."""
FAILED: Final = 70

Say = Callable[[str, Any], None]


@dataclass(frozen=True)
class Outcome:
    """How a process ended and what it said, in order."""

    status: int
    said: list[tuple[str, Any]]

    def all(self, word: str) -> list[Any]:
        return [value for said, value in self.said if said == word]

    def require(self, status: int) -> "Outcome":
        """This outcome, if it is the one wanted; else what went wrong is what the test says."""
        assert self.status == status, "\n".join([f"status {self.status}", *self.all("error")])
        return self


def in_child(work: Callable[[Say], None]) -> Outcome:
    """Run `work` in a forked process; it gets a function with which to say things."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _run(work, reader, writer)
    os.close(writer)
    data = _read_all(reader, child)
    os.close(reader)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    lines = [json.loads(line) for line in data.splitlines()]
    return Outcome(status, [(word, value) for word, value in lines])


def _run(work: Callable[[Say], None], reader: int, writer: int) -> None:
    def say(word: str, value: Any) -> None:  # noqa: ANN401 - any JSON
        os.write(writer, json.dumps([word, value]).encode() + b"\n")

    # It ends soon: collecting would only copy the pages that it shares with its parent.
    gc.disable()
    status = FAILED
    try:
        os.close(reader)
        work(say)
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the parent hears of it
        say("error", traceback.format_exc())
    finally:
        os._exit(status)


def _read_all(reader: int, child: int) -> bytes:
    deadline = time.monotonic() + SECONDS
    pieces: list[bytes] = []
    while True:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise TimeoutError("a child does not end")
        piece = os.read(reader, 65_536)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
