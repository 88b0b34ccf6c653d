"""The thread that has checkpoints stamped (RFC 3161), on the server that writes the log; the log never waits for it."""

import time
from typing import ClassVar, Final

import httpx
import structlog

from voute.app.city import City
from voute.app.stamp import stamp
from voute.core.errors import FormatError, LimitError, StoreError
from voute.outside.http import certificate_problem, open_http
from voute.outside.whole import read_whole
from voute.server.jobs.election import Election
from voute.server.jobs.repeating import RepeatingThread
from voute.server.observe.signals import SILENT, Signals
from voute.server.settings import SettingError, Settings
from voute.tlog.timestamp import MAX_RESPONSE, MEDIA_TYPE, Chain

EVERY: Final = 60.0
"""Seconds between looks whether there is something new."""
TIME_LIMIT: Final = 20.0
"""Seconds for one answer, connecting included: nobody waits for it."""
_HEADERS: Final = {"content-type": MEDIA_TYPE, "accept": "application/timestamp-reply", "accept-encoding": "identity"}
_OK: Final = 200

_log = structlog.get_logger("voute.timestamps")


class TimestampAuthorityError(StoreError):
    """The timestamp authority did not answer, or refused; the checkpoint is published all the same."""

    code: ClassVar[str] = "timestamp-authority"


def ask_authority(address: str, question: bytes, transport: httpx.BaseTransport | None = None) -> bytes:
    """Send a question to an authority and return its answer.

    Raises:
        TimestampAuthorityError: there is none.
    """
    end = time.monotonic() + TIME_LIMIT
    try:
        with (
            open_http(address, timeout=TIME_LIMIT, transport=transport) as http,
            http.stream("POST", address, content=question, headers=_HEADERS) as reply,
        ):
            if reply.status_code != _OK:
                raise TimestampAuthorityError(f"status {reply.status_code}")
            return read_whole(reply.iter_bytes(), MAX_RESPONSE, end)
    except LimitError as error:
        raise TimestampAuthorityError(error.detail) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TimestampAuthorityError(certificate_problem(error) or type(error).__name__) from error


def read_chain(settings: Settings) -> Chain:
    """Read the authority's certificates.

    Raises:
        SettingError: there are none that can be read.
    """
    try:
        return Chain.of_pem(settings.tsa_certificates.read_bytes())
    except (OSError, FormatError) as error:
        raise SettingError("the authority's certificates cannot be read", setting="tsa_certificates") from error


def timestamps(
    settings: Settings, city: City, election: Election, signals: Signals = SILENT, every: float = EVERY
) -> RepeatingThread:
    """Make the thread; it rests where another process writes the log.

    Raises:
        SettingError: the authority's certificates cannot be read.
    """
    chain = read_chain(settings)

    def work() -> None:
        if not election.holds():
            return
        done = stamp(city, lambda question: ask_authority(settings.tsa_url, question), chain)
        if done is not None:
            _log.info("checkpoint stamped", size=done.size)

    return RepeatingThread("timestamps", work, every, every, signals)
