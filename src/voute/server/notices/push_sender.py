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
from voute.app.push_work import Pushed, ToDevice, Tried
from voute.core.errors import FormatError
from voute.core.values import MICROSECONDS
from voute.server.jobs.election import Election
from voute.server.jobs.repeating import RepeatingThread
from voute.server.keys import read_or_create_push_key
from voute.server.notices.push_encryption import Fresh, encrypt
from voute.server.notices.push_service import TIME_LIMIT, Answer, PushServiceError, Resolve, look_up, post, tls, wait_of
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
LONGEST_REST: Final = 3_600.0
"""Seconds for which a service that says so itself (503 with `Retry-After`) is not asked: no single answer stops it for longer."""
SLOW: Final = 3.0
"""Seconds after which an answer counts as slow: the service rests too."""
TTL: Final = 7 * 24 * 3600
"""Seconds for which a push service keeps a message for a device that is off."""
_ACCEPTED: Final = frozenset({200, 201, 202, 204})
_GONE: Final = frozenset({404, 410})
_UNAVAILABLE: Final = 503

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
        slow: float = SLOW,
        signals: Signals = SILENT,
    ) -> None:
        """Take the city and its key; `resolve` tells the addresses of a host.

        `time_limit` is that of one message, an answer that takes longer than `slow` lets its service rest (seconds).
        """
        self._signals = signals
        self._time_limit, self._slow = time_limit, slow
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

    def send_all(self, batch: Sequence[ToDevice]) -> Sequence[Tried]:
        """Send messages, some at once; says of each, in order, what became of it. Raises nothing that a service can cause."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="push") as threads:
            return list(threads.map(self._send, batch))

    def _send(self, one: ToDevice) -> Tried:
        try:
            endpoint = parse_endpoint(one.device.endpoint, self._kit)
        except (FormatError, PushServiceUnknownError):
            # The setting changed since: an operator may change it back.
            tried, status = Tried(Pushed.LATER), 0
        else:
            tried, status = self._ask(one, endpoint)
        outcome = tried.outcome
        # Who is told, and where, stays out of the log.
        _log.info("push", kind=one.message.kind, outcome=outcome.value, status=status, tries=one.message.tries)
        self._signals.notice("device", outcome.value)
        return tried

    def _ask(self, one: ToDevice, endpoint: Endpoint) -> tuple[Tried, int]:
        left = self._rest_of(endpoint.authority)
        if left > 0:
            return Tried(Pushed.LATER, int(left * MICROSECONDS)), 0
        begun = time.monotonic()
        try:
            body = encrypt(words_for(self._city, one), one.device.p256dh, one.device.auth, PADDED, Fresh.draw())
            context = self._own if endpoint.is_own else self._public
            answer = post(endpoint, self._headers(one, endpoint), body, context, self._time_limit, self._resolve)
        except PushServiceError as error:
            self._let_rest(endpoint.authority, REST)
            _log.warning("push service", host=endpoint.host, detail=error.detail)
            return Tried(Pushed.LATER), 0
        if time.monotonic() - begun > self._slow:
            self._let_rest(endpoint.authority, REST)
        return self._judge(answer, endpoint.authority), answer.status

    def _judge(self, answer: Answer, authority: str) -> Tried:
        if answer.status in _ACCEPTED:
            return Tried(Pushed.ACCEPTED)
        if answer.status in _GONE:
            return Tried(Pushed.GONE)
        wait = wait_of(answer.retry_after, self._city.now() // MICROSECONDS)
        if wait and answer.status == _UNAVAILABLE:
            # 429 may be about one device; 503 is about the service.
            self._let_rest(authority, min(wait, LONGEST_REST))
        return Tried(Pushed.LATER, wait * MICROSECONDS)

    def _let_rest(self, authority: str, seconds: float) -> None:
        with self._lock:
            self._resting[authority] = max(self._resting.get(authority, 0.0), time.monotonic() + seconds)

    def _rest_of(self, authority: str) -> float:
        with self._lock:
            return self._resting.get(authority, 0.0) - time.monotonic()

    def rests(self, authority: str) -> bool:
        """Say whether a service is not asked just now, because it did not answer, or asked for it."""
        return self._rest_of(authority) > 0

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
