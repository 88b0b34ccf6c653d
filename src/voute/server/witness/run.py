"""Serves a witness with Granian until SIGTERM or SIGINT."""

import asyncio
import signal
from pathlib import Path

import structlog
from granian.constants import Interfaces
from granian.server.embed import Server

from voute.server.address import kept_address
from voute.server.logs import set_up_logs
from voute.server.witness.folder import WitnessFolder
from voute.server.witness.http import create_application

_log = structlog.get_logger("voute.witness")


def serve_witness(folder: Path, host: str, port: int, level: str = "info") -> None:
    """Serve the witness of a folder until told to stop; a request in hand is answered.

    Raises:
        VouteError: the folder is not that of a witness, or its address is another's.
    """
    set_up_logs(level)
    witness = WitnessFolder(folder).open()
    for origin in witness.origins:
        if witness.is_lost(origin):
            _log.error("state lost", origin=origin)
    application = create_application(witness)
    with kept_address(host, port):
        asyncio.run(_serve(Server(application, address=host, port=port, interface=Interfaces.ASGI, log_enabled=False)))


async def _serve(server: Server) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve()
