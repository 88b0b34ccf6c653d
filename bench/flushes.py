"""Counts the flushes of one delivery with strace, on both sides; in a run of its own, since counting slows what it counts."""

import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.workplace import environment

CALLS: Final = ("fsync", "fdatasync", "sync_file_range", "syncfs", "sync")
_STRACE: Final = ("strace", "-f", "-c", "-U", "name,calls", "-e", f"trace={','.join(CALLS)}")
_ATTACHED_WITHIN_S: Final = 10.0
_POLL_S: Final = 0.05


def count_flushes(server: int, client: Sequence[str], folder: Path) -> dict[str, int] | None:
    """Count the flushes of server and client in one delivery; None where there is no strace."""
    if shutil.which("strace") is None:
        return None
    of_server, of_client = folder / "server.strace", folder / "client.strace"
    watcher = subprocess.Popen([*_STRACE, "-o", str(of_server), "-p", str(server)], stderr=subprocess.DEVNULL)
    try:
        _wait_until_traced(server)
        command = [*_STRACE, "-o", str(of_client), *client]
        subprocess.run(command, check=True, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    finally:
        watcher.send_signal(signal.SIGINT)
        watcher.wait()
    return {"server": add_calls(of_server.read_text()), "client": add_calls(of_client.read_text())}


def add_calls(summary: str) -> int:
    """Add the calls of a summary whose lines are a call's name and count."""
    rows = (line.split() for line in summary.splitlines())
    return sum(int(row[1]) for row in rows if len(row) == 2 and row[0] in CALLS)


def _wait_until_traced(process: int) -> None:
    end = time.monotonic() + _ATTACHED_WITHIN_S
    while time.monotonic() < end:
        if "TracerPid:\t0" not in Path(f"/proc/{process}/status").read_text("ascii"):
            return
        time.sleep(_POLL_S)
