"""Runs `voute` commands, each in a process of its own, forked from one that has loaded the command once.

Reads one JSON request a line (arguments, environment, folder, files for its output), answers one line with the exit
code. What is saved is the second that every start of Python costs. A request may name a mutant (`tests/support/mutants.py`):
its process lacks one check. It may name a file into which every call to a network is written, whoever makes it.
"""

import atexit
import gc
import json
import os
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Never

import typer

from voute.cli.main import app, main
from voute.cli.usage import speak
from voute.core.errors import VouteError
from voute.messages import LANGUAGES, messages

ROOT = Path(__file__).resolve().parents[2]
_NETWORK = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"})
_OF_THE_OPERATOR = frozenset({"admin", "backup", "fsck", "migrate-store", "restore", "status"})
"""Commands that load the server, which a department's never do."""


def _watch_network(path: str) -> None:
    """Write what an audit hook of the interpreter sees of the network to a file; nothing of Python gets past it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def watch(event: str, args: tuple[object, ...]) -> None:
        if event in _NETWORK:
            os.write(handle, f"{event} {args!r}\n".encode())

    sys.addaudithook(watch)


def become_command(request: dict[str, Any]) -> None:
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
    if request.get("mutant"):
        sys.path.insert(0, str(ROOT))
        # Only here: the command itself never sees this project's tests.
        from tests.support.mutants import become  # noqa: PLC0415

        become(request["mutant"])
    if request.get("network"):
        _watch_network(request["network"])
    main()


def run_command(request: dict[str, Any]) -> Never:
    """Run the command in this fork, and end it as Python would, but for taking apart all that was loaded.

    Threads are waited for, what was to be done at the end is done, output is flushed. Taking apart would copy the pages that
    this process shares with the one it was forked from: two thirds of what most commands cost.
    """
    code: object = 0
    try:
        become_command(request)
    except SystemExit as end:
        code = end.code
    # What Python itself does first when a program has ended; there is no other name for it.
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(bool(code)) if not isinstance(code, int) else code & 0xFF)


def warm_up() -> None:
    """Load what a command loads only when it reads its arguments, so that no fork has to do it again."""
    with suppress(VouteError):
        app(["codes", "list", "--as", "nobody", "--home", os.devnull], standalone_mode=False)
    for language in LANGUAGES:
        speak(typer.main.get_command(app), messages(language))
    # Every command puts this together anew: as long as all else that a small one does.
    command = typer.main.get_command(app)
    setattr(typer.main, "get_command", lambda _app: command)  # noqa: B010 -- a function of the library, as `usage.run` sees it
    _share()


@cache
def _load_server() -> None:
    """Load the server's parts before the first fork that needs them."""
    from voute.server import backup, ceremony, inspection  # noqa: F401, PLC0415 -- as the commands do, when they need it
    from voute.server.observe import status  # noqa: F401, PLC0415 -- the same

    _share()


def _share() -> None:
    """Let no fork look for waste in what is loaded here: looking would copy it."""
    gc.collect()
    gc.freeze()


def _serve() -> None:
    warm_up()
    for line in sys.stdin:
        request = json.loads(line)
        if _OF_THE_OPERATOR.intersection(request["args"][:1]):
            _load_server()
        pid = os.fork()
        if pid == 0:
            run_command(request)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
