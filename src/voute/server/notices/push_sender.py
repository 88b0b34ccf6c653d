"""The thread that sends messages to devices, on the server that writes the log; mails have one of their own."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from voute.app import push_work
from voute.app.city import City
from voute.app.errors import PushServiceUnknownError
from voute.app.ports import PushKit
from voute.app.push import Endpoint, parse_endpoint
from voute.app.push_work import Pushed, ToDevice
from voute.core.errors import FormatError
from voute.core.values import MICROSECONDS
from voute.server.jobs.election import Election
from voute.server.jobs.repeating import RepeatingThread
from voute.server.keys import read_or_create_push_key
from voute.server.notices.push_encryption import Fresh, encrypt
from voute.server.notices.push_service import TIME_LIMIT, PushServiceError, Resolve, look_up, post, tls
from voute.server.notices.push_words import PADDED, topic_of, words_for
from voute.server.notices.vapid import authorization
from voute.server.observe.signals import SILENT, Signals
from voute.server.settings import Settings

EVERY: Final = 1.0
BATCH: Final = 64
"""Messages taken together, and put off together by a crash."""
AT_ONCE: Final = 8
"""Messages on their way at the same time: they wait for the network, not for this machine."""
REST: Final = 60.0
"""Seconds in which a service that did not answer is not asked again: what waits for others does not wait behind it."""
SLOW: Final = 3.0
"""Seconds after which an answer counts as slow: the service rests too."""
TTL: Final = 7 * 24 * 3600
"""Seconds for which a push service keeps a message for a device that is off."""
_ACCEPTED: Final = frozenset({200, 201, 202, 204})
_GONE: Final = frozenset({404, 410})

_log = structlog.get_logger("voute.push")


class PushSender:
    """Sends messages; remembers which services did not answer."""

    def __init__(
        self,
        settings: Settings,
        city: City,
        kit: PushKit,
        resolve: Resolve = look_up,
        time_limit: float = TIME_LIMIT,
        signals: Signals = SILENT,
    ) -> None:
        """Take the city and its key; `resolve` tells the addresses of a host, `time_limit` is that of one message."""
        self._signals = signals
        self._time_limit = time_limit
        self._city = city
        self._kit = kit
        self._resolve = resolve
        self._key: EllipticCurvePrivateKey = read_or_create_push_key(settings.keys_folder)
        self._mail_from = settings.mail_from
        self._public, self._own = tls(Path()), tls(settings.push_ca)
        self._resting: dict[str, float] = {}
        self._lock = Lock()

    def send_some(self) -> int:
        """Send what is due; returns how many were accepted.

        Raises:
            VouteError: the store failed.
        """
        return push_work.send_due(self._city, self.send_all, BATCH)

    def send_all(self, batch: Sequence[ToDevice]) -> Sequence[Pushed]:
        """Send messages, some at once; says of each, in order, what became of it. Raises nothing that a service can cause."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="push") as threads:
            return list(threads.map(self._send, batch))

    def _send(self, one: ToDevice) -> Pushed:
        try:
            endpoint = parse_endpoint(one.device.endpoint, self._kit)
        except (FormatError, PushServiceUnknownError):
            # The setting changed since: an operator may change it back.
            outcome, status = Pushed.LATER, 0
        else:
            outcome, status = self._ask(one, endpoint)
        # Who is told, and where, stays out of the log.
        _log.info("push", kind=one.message.kind, outcome=outcome.value, status=status, tries=one.message.tries)
        self._signals.notice("device", outcome.value)
        return outcome

    def _ask(self, one: ToDevice, endpoint: Endpoint) -> tuple[Pushed, int]:
        if self.rests(endpoint.authority):
            return Pushed.LATER, 0
        begun = time.monotonic()
        try:
            body = encrypt(words_for(self._city, one), one.device.p256dh, one.device.auth, PADDED, Fresh.draw())
            context = self._own if endpoint.is_own else self._public
            status = post(endpoint, self._headers(one, endpoint), body, context, self._time_limit, self._resolve)
        except PushServiceError as error:
            self._let_rest(endpoint.authority)
            _log.warning("push service", host=endpoint.host, detail=error.detail)
            return Pushed.LATER, 0
        if time.monotonic() - begun > SLOW:
            self._let_rest(endpoint.authority)
        if status in _ACCEPTED:
            return Pushed.ACCEPTED, status
        return (Pushed.GONE if status in _GONE else Pushed.LATER), status

    def _let_rest(self, authority: str) -> None:
        with self._lock:
            self._resting[authority] = time.monotonic() + REST

    def rests(self, authority: str) -> bool:
        """Say whether a service is not asked just now, because it did not answer."""
        with self._lock:
            return self._resting.get(authority, 0.0) > time.monotonic()

    def _headers(self, one: ToDevice, endpoint: Endpoint) -> dict[str, str]:
        origin = self._city.trust().root.origin
        subject = f"mailto:{self._mail_from}" if self._mail_from else origin
        return {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL),
            # The same for all kinds: how urgent a message is would tell which one it is.
            "Urgency": "normal",
            "Topic": topic_of(one),
            "Authorization": authorization(self._key, endpoint.origin, subject, self._city.now() // MICROSECONDS),
        }


def push_sender(settings: Settings, city: City, election: Election, signals: Signals = SILENT) -> RepeatingThread:
    """Make the thread; it rests where another process writes the log."""
    made: list[PushSender] = []

    def work() -> None:
        if city.push is None or not election.holds():
            return
        if not made:
            made.append(PushSender(settings, city, city.push, signals=signals))
        made[0].send_some()

    return RepeatingThread("push", work, EVERY, EVERY, signals)
