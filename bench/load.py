"""A load generator: connections that are kept, each asking again as soon as it was answered, or at a steady rate."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

CONNECTIONS: Final = 16
_MS: Final = 1_000


class LoadFailedError(Exception):
    """An answer was not what was asked for: its time would mean nothing."""


@dataclass(slots=True)
class Load:
    """What a load gave: answers, over how many seconds, and how long each took, in seconds."""

    seconds: float
    times: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Return the time that this share of the answers took at most."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * _MS


def request(path: str, host: str, **headers: str) -> bytes:
    """Write a request to be asked again and again."""
    lines = [f"GET {path} HTTP/1.1", f"host: {host}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def put_load(port: int, asked: bytes, seconds: float, *, status: int = 200, rate: float | None = None) -> Load:
    """Ask for so many seconds over `CONNECTIONS` connections, all together `rate` times a second or as fast as it goes.

    Raises `LoadFailedError`.
    """
    return asyncio.run(_put_load(port, asked, seconds, b"HTTP/1.1 %d" % status, rate))


async def _put_load(port: int, asked: bytes, seconds: float, wanted: bytes, rate: float | None) -> Load:
    load, start = Load(seconds), time.perf_counter()
    pause = CONNECTIONS / rate if rate else 0.0
    ways = (_connection(port, asked, wanted, load, start + seconds, pause, number) for number in range(CONNECTIONS))
    await asyncio.gather(*ways)
    load.seconds = time.perf_counter() - start
    return load


async def _connection(port: int, asked: bytes, wanted: bytes, load: Load, end: float, pause: float, number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    due = time.perf_counter() + pause * number / CONNECTIONS
    while (now := time.perf_counter()) < end:
        if pause and due > now:
            await asyncio.sleep(due - now)
        begun = max(due, time.perf_counter()) if pause else now
        due += pause
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(wanted):
            raise LoadFailedError(head.decode("latin-1"))
        await reader.readexactly(_length(head))
        load.times.append(time.perf_counter() - begun)
    writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise LoadFailedError("an answer without a length")
