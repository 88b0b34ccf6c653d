"""`voute serve`: serves the city that the settings describe (docs/operate/settings.md)."""

import time
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Annotated, Final

import httpx
import typer

from voute.cli.console import Speaker
from voute.cli.options import Json
from voute.cli.words import help_of
from voute.format import dsse
from voute.format.trust_root import parse_trust_root
from voute.outside.http import open_http

_POLL_S: Final = 0.2
"""Half of what the limit of `/health` lets one address ask."""
_ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- what the settings may say, and where this machine asks then


def serve(
    data: Annotated[Path | None, typer.Option("--data", help=help_of("option-data"))] = None,
    port: Annotated[int | None, typer.Option("--port", help=help_of("option-port"))] = None,
    as_json: Json = False,
) -> None:
    """Serve a city until told to stop; settings come from VOUTE_* and the file that VOUTE_CONFIG names."""
    # The whole server takes a second to load: no other command waits for it.
    from voute.server.run import serve as run
    from voute.server.settings import load_settings

    settings = load_settings()
    if data is not None:
        settings = replace(settings, data=data)
    if port is not None:
        settings = replace(settings, port=port)
    if as_json:
        # It ends with the process: a server that never gets ready is not announced.
        Thread(target=_announce, args=(settings.host, settings.port), daemon=True).start()
    run(settings)


def _announce(host: str, port: int) -> None:
    """Give one line once the city answers, and is well: its origin, and where it listens. Logs go to standard error."""
    name = _ANY.get(host, host)
    address = f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
    while (root := _root_when_well(address)) is None:
        time.sleep(_POLL_S)
    origin = parse_trust_root(dsse.parse(root).payload).origin
    Speaker(as_json=True).give({"ready": True, "origin": origin, "address": address})


def _root_when_well(address: str) -> bytes | None:
    try:
        with open_http(address, timeout=5.0) as http:
            if http.get(f"{address}/health").is_success:
                return http.get(f"{address}/api/trust-root").raise_for_status().content
    except httpx.HTTPError:
        pass
    return None
