"""The public log: C2SP tlog-tiles, read by everyone, served from the tile store."""

import re
from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from voute.app.city import City
from voute.app.limit import Limit
from voute.core.ports_log import TileMissingError
from voute.server.http.access import public
from voute.server.http.given import TheCity
from voute.tlog.sequencer import CHECKPOINT_PATH

_LIMIT: Final = Limit("log", 6_000, step=50)
# C2SP tlog-tiles: level or `entries`, the index in groups of three digits, the width of a partial tile.
_TILE: Final = re.compile(r"(?:entries|[0-9]{1,2})(?:/x[0-9]{3}){0,5}/[0-9]{3}(?:\.p/[0-9]{1,3})?")
# The size of a tree, in groups of three digits.
_STAMP: Final = re.compile(r"latest|(?:x[0-9]{3}/){0,5}[0-9]{3}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_IMMUTABLE: Final = {"cache-control": "public, max-age=31536000, immutable"}


@get("/log/checkpoint", opt=public(_LIMIT), media_type="text/plain", sync_to_thread=True)
def read_checkpoint(city: TheCity) -> Response[bytes]:
    """Return the signed checkpoint."""
    return Response(_read(city, CHECKPOINT_PATH), media_type="text/plain")


@get("/log/tile/{tile:path}", opt=public(_LIMIT), media_type="application/octet-stream", sync_to_thread=True)
def read_tile(city: TheCity, tile: FromPath[str]) -> Response[bytes]:
    """Return a tile of hashes, or a bundle of entries."""
    name = tile.removeprefix("/")
    if _TILE.fullmatch(name) is None:
        raise NotFoundException
    return Response(_read(city, f"tile/{name}"), media_type="application/octet-stream", headers=_IMMUTABLE)


@get("/log/timestamp/{stamp:path}", opt=public(_LIMIT), media_type="text/plain", sync_to_thread=True)
def read_timestamp(city: TheCity, stamp: FromPath[str]) -> Response[bytes]:
    """Return a checkpoint that a timestamp authority stamped, of a tree size, or the `latest`."""
    name = stamp.removeprefix("/")
    if _STAMP.fullmatch(name) is None:
        raise NotFoundException
    headers = {} if name == "latest" else _IMMUTABLE
    return Response(_read(city, f"timestamp/{name}"), media_type="text/plain", headers=headers)


@get("/log/succession/{origin_hash:str}", opt=public(_LIMIT), media_type="application/json", sync_to_thread=True)
def read_succession(city: TheCity, origin_hash: FromPath[str]) -> Response[bytes]:
    """Return what became of an earlier log of the city, by the SHA-256 of its origin."""
    if _HASH.fullmatch(origin_hash) is None:
        raise NotFoundException
    return Response(_read(city, f"succession/{origin_hash}"), media_type="application/json")


def _read(city: City, path: str) -> bytes:
    try:
        return city.tiles.get(path)
    except TileMissingError:
        raise NotFoundException from None
