"""The way to a push service: https to a public address that was looked up once, one request, the first line of the answer.

The address was given by a browser. It can't be made to reach this city's own network: the host is one that the city named, every
address of it must be public, the connection goes to the address that was judged, no redirect is followed, no proxy is asked.
"""

import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import ClassVar, Final

from voute.app.push import Endpoint
from voute.core.errors import StoreError

TIME_LIMIT: Final = 10.0
"""Seconds for one message, from the first packet to the first line of the answer; a second try comes after two minutes."""
MAX_LINE: Final = 1_024
"""Bytes that are read of an answer for its first line, which is all that counts of most."""
MAX_FIELDS: Final = 8_192
"""Bytes that are read of an answer that asks for patience, for its `Retry-After`."""
_PATIENCE: Final = frozenset({429, 503})
_BLOCK: Final = 512
_UNICAST: Final = IPv6Network("2000::/3")
"""What is given out on the open internet (RFC 4291, section 2.4)."""
_EMBEDDED: Final = tuple(map(IPv6Network, ("2001::/32", "2002::/16")))
"""Those of them that carry an IPv4 address, which would have to be judged too: no push service has one."""

Resolve = Callable[[str, int], Sequence[str]]


_MAX_DIGITS: Final = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """Status of an answer, and how long it asks to be left alone, as it stands there (empty: it does not)."""

    status: int
    retry_after: str = ""


class PushServiceError(StoreError):
    """A push service can't be reached, or did not answer in time; its host is the fact `host`."""

    code: ClassVar[str] = "push-service"


def tls(authorities: Path) -> ssl.SSLContext:
    """Say which certificates are believed: of these authorities (empty: the system's), for a name that stands where it should."""
    context = ssl.create_default_context(cafile=None if authorities == Path() else authorities)
    context.hostname_checks_common_name = False
    return context


def look_up(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver for the addresses of a host; how long it may take is the system's affair.

    Raises:
        OSError: there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(text: str) -> bool:
    """Say whether an address is one of the open internet's: not this machine, not a private network, not a multicast group."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        is_plain = address in _UNICAST and not any(address in one for one in _EMBEDDED)
        if address.scope_id or not is_plain:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def addresses_of(endpoint: Endpoint, resolve: Resolve = look_up) -> Sequence[str]:
    """Return the addresses that may be spoken to; one that is not public refuses them all, but for the city's own services.

    Raises:
        PushServiceError: there are none, or one of them is not public.
    """
    try:
        found = resolve(endpoint.host, endpoint.port)
    except (OSError, UnicodeError) as error:
        raise PushServiceError(type(error).__name__, host=endpoint.host) from error
    if not found or not (endpoint.is_own or all(map(is_public, found))):
        raise PushServiceError("an address that is not public", host=endpoint.host)
    return found


def post(
    endpoint: Endpoint,
    headers: Mapping[str, str],
    body: bytes,
    context: ssl.SSLContext,
    time_limit: float = TIME_LIMIT,
    resolve: Resolve = look_up,
) -> Answer:
    """Hand one message over and return what the service answers.

    Raises:
        PushServiceError: no connection that can be trusted, no answer in time, or none that is HTTP.
    """
    end = time.monotonic() + time_limit
    lines = [f"POST {endpoint.path} HTTP/1.1", f"Host: {endpoint.authority}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode("ascii") + body
    try:
        with _connect(endpoint, addresses_of(endpoint, resolve), end) as plain:
            plain.settimeout(_left(end))
            with context.wrap_socket(plain, server_hostname=endpoint.host) as connection:
                connection.settimeout(_left(end))
                connection.sendall(request)
                return _answer(connection, end)
    except (OSError, ValueError) as error:
        raise PushServiceError(type(error).__name__, host=endpoint.host) from error


def _connect(endpoint: Endpoint, addresses: Sequence[str], end: float) -> socket.socket:
    """Connect to the first address that answers: these addresses, whatever the name says by now."""
    for number, address in enumerate(addresses, start=1):
        try:
            # Each address has its share of what is left: one that is dead leaves time for the next.
            share = _left(end) / (len(addresses) - number + 1)
            return socket.create_connection((address, endpoint.port), timeout=share)
        except OSError:
            if number == len(addresses):
                raise
    raise TimeoutError


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _answer(connection: ssl.SSLSocket, end: float) -> Answer:
    line, rest = _first_line(connection, end)
    status = _status(line)
    return Answer(status, _retry_after(_fields(connection, rest, end)) if status in _PATIENCE else "")


def _first_line(connection: ssl.SSLSocket, end: float) -> tuple[bytes, bytes]:
    """Read the first line, and what came with it."""
    data = bytearray()
    while b"\r\n" not in data:
        if len(data) > MAX_LINE:
            raise ValueError("no end of line")
        # Each read has the time that is left: a service that drips is as dead as one that is silent.
        connection.settimeout(_left(end))
        piece = connection.recv(_BLOCK)
        if not piece:
            raise ConnectionError("no answer")
        data += piece
    line, _, rest = bytes(data).partition(b"\r\n")
    return line, rest


def _fields(connection: ssl.SSLSocket, rest: bytes, end: float) -> bytes:
    """Read the fields of an answer; none if they do not end in time, or in so many bytes: the status is known all the same."""
    data = bytearray(b"\r\n" + rest)
    while b"\r\n\r\n" not in data:
        if len(data) > MAX_FIELDS:
            return b""
        try:
            connection.settimeout(_left(end))
            piece = connection.recv(_BLOCK)
        except OSError:
            return b""
        if not piece:
            return b""
        data += piece
    fields = bytes(data.partition(b"\r\n\r\n")[0])
    return fields if len(fields) <= MAX_FIELDS else b""


def _retry_after(fields: bytes) -> str:
    """Return the first `Retry-After`, as it stands there; empty: none."""
    for line in fields.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"retry-after":
            return value.strip(b" \t").decode("ascii", "replace")
    return ""


def wait_of(retry_after: str, now: int) -> int:
    """Read a `Retry-After` (RFC 9110, section 10.2.3) as seconds from `now`; one that says nothing, or the past, is 0."""
    if retry_after.isascii() and retry_after.isdecimal():
        # As many digits as a day has, many times over: no number is too long to be read.
        return int(retry_after[:_MAX_DIGITS])
    try:
        then = parsedate_to_datetime(retry_after)
        return max(0, int(then.replace(tzinfo=then.tzinfo or UTC).timestamp()) - now)
    except (ValueError, TypeError, OverflowError):
        return 0


def _status(line: bytes) -> int:
    """Read a status line (RFC 9112, section 4)."""
    version, _, rest = line.partition(b" ")
    digits = rest[:3]
    if not version.startswith(b"HTTP/1.") or not digits.isdigit() or rest[3:4] not in {b"", b" "}:
        raise ValueError("not HTTP")
    return int(digits)
