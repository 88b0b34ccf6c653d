"""Lines of the log: each is one JSON object, whatever is in it, and one write, so that processes never mix theirs."""

import json
import socket
import subprocess
import sys

_SAYS = """
import structlog
from voute.server.logs import set_up_logs
set_up_logs()
log = structlog.get_logger("some").bind()
log.info("request", route="/api/documents", ms=1.5)
log.error("odd", text="caf\\u00e9 \\ud800", kept={1})
"""


def test_server_logs_write_each_line_at_once() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        # -u takes Python's buffer away, as containers do: what is written in two pieces arrives in two.
        subprocess.run([sys.executable, "-u", "-c", _SAYS], stderr=theirs.fileno(), check=True)
        ours.settimeout(10)
        first, second = ours.recv(4096), ours.recv(4096)
    assert first.endswith(b"}\n")
    assert second.endswith(b"}\n")
    said = [json.loads(line) for line in (first, second)]
    assert [line.pop("timestamp")[-1] for line in said] == ["Z", "Z"]
    assert said == [
        {"event": "request", "level": "info", "route": "/api/documents", "ms": 1.5},
        {"event": "odd", "level": "error", "text": "café \ud800", "kept": "{1}"},
    ]
