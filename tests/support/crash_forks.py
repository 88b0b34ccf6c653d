"""Runs `voute` commands on a disk that breaks, each in a process of its own, forked from one that has loaded the command.

Reads one JSON request a line: what `command_forks` takes, `disk` (see `crash_disk.breaker`), `report` (a file for the
names of the steps), `documents` (how many a pack holds, so that a small list makes several). Answers with the process id
at once and with the exit code when it has ended. With `share` (bytes) several processes seal.
"""

import atexit
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.support.command_forks import run_command, warm_up
from tests.support.crash_disk import breaker
from voute.client import sealers, sealing
from voute.client.disk import DISK


def _serve() -> None:
    warm_up()
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _break(request)
            run_command(request)
        _say(pid)
        _, status = os.waitpid(pid, 0)
        _say(os.waitstatus_to_exitcode(status))


def _break(request: dict[str, Any]) -> None:
    disk = breaker(request["disk"])
    DISK.watch = disk
    atexit.register(lambda: Path(request["report"]).write_text("\n".join(disk.steps), "utf-8"))
    setattr(sealing, "PACK_DOCUMENTS", request["documents"])  # noqa: B010 -- a constant of the product, for a small list
    if request["share"] is not None:
        setattr(sealers, "PACK_TARGET", request["share"])  # noqa: B010 -- the same


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
