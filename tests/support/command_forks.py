"""Runs `voute` commands, each in a process of its own, forked from one that has loaded the command once.

Reads one JSON request a line (arguments, environment, folder, files for its output), answers one line with the exit
code. What is saved is the second that every start of Python costs.
"""

import json
import os
import sys
from typing import Any

from voute.cli.main import main


def _become(request: dict[str, Any]) -> None:
    """Turn the fork into the command; never returns."""
    for number, name in ((1, "out"), (2, "err")):
        handle = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
        os.close(handle)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["voute", *request["args"]]
    main()


def _serve() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
            sys.exit(0)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
