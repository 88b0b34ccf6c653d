"""The least that the same server can do: `python -m bench.plain_server FILE PORT WORKERS` answers with the bytes of a file."""

import os
import sys
from pathlib import Path

from granian.constants import Interfaces
from granian.server import Server
from litestar import Litestar, get

_FILE = "BENCH_BYTES"


def create() -> Litestar:
    """Make the application of one worker."""
    data = Path(os.environ[_FILE]).read_bytes()

    @get("/", media_type="application/json")
    async def same() -> bytes:
        return data

    return Litestar([same], openapi_config=None)


def main() -> None:
    """Serve until told to stop."""
    path, port, workers = sys.argv[1:]
    os.environ[_FILE] = path
    Server(
        "bench.plain_server:create",
        factory=True,
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.ASGI,
        workers=int(workers),
        websockets=False,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
