"""The thread that sends what is due, on the server that writes the log, no faster than the setting says."""

import time
from collections import deque
from collections.abc import Callable
from typing import Final

import structlog

from voute.app import notice_work
from voute.app.city import City
from voute.app.notice_work import Outgoing, Sent
from voute.server.jobs.election import Election
from voute.server.jobs.repeating import RepeatingThread
from voute.server.notices.mail import make_mail
from voute.server.notices.smtp import MailServerError, SmtpConnection
from voute.server.observe.signals import SILENT, Signals
from voute.server.settings import Settings

EVERY: Final = 1.0
AFTER_FAILURE: Final = 15.0
"""Seconds of rest after a mail server that did not answer; each mail has its own, longer one."""
BATCH: Final = 20
"""Mails on one connection, and put off together by a crash."""
MINUTE: Final = 60.0

_log = structlog.get_logger("voute.notices")


class Pacer:
    """Counts what was sent in the last minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Take how many may be sent in a minute."""
        self._most = per_minute
        self._clock = clock
        self._sent: deque[float] = deque()

    def room(self) -> int:
        """Return how many may be sent now."""
        while self._sent and self._sent[0] <= self._clock() - MINUTE:
            self._sent.popleft()
        return self._most - len(self._sent)

    def note(self) -> None:
        """Count one."""
        self._sent.append(self._clock())


def send_some(settings: Settings, city: City, pacer: Pacer, signals: Signals = SILENT) -> int:
    """Send what is due, as far as the pace lets it; returns how many were accepted.

    Raises:
        VouteError: a store failed, or the mail server: what was not accepted is tried again.
    """
    kit = city.notices
    room = min(BATCH, pacer.room())
    if kit is None or room < 1:
        return 0
    failure: MailServerError | None = None
    with SmtpConnection(settings) as connection:

        def send(outgoing: Outgoing) -> Sent:
            nonlocal failure
            if failure is not None:
                return Sent.LATER
            pacer.note()
            try:
                outcome = connection.send(make_mail(city, kit, settings.mail_from, outgoing), outgoing.notice.address)
            except MailServerError as error:
                failure = error
                return Sent.LATER
            # Who is told what stays out of the log.
            facts = {"kind": outgoing.mail.kind, "outcome": outcome.value, "tries": outgoing.mail.tries}
            if outcome is Sent.BLOCKED:
                _log.warning("mail", **facts, status=connection.status)
            else:
                _log.info("mail", **facts)
            signals.notice("mail", outcome.value)
            return outcome

        done = notice_work.send_due(city, send, room)
    if failure is not None:
        raise failure
    return done


def notice_sender(settings: Settings, city: City, election: Election, signals: Signals = SILENT) -> RepeatingThread:
    """Make the thread; it rests where another process writes the log."""
    pacer = Pacer(settings.mail_per_minute)

    def work() -> None:
        if election.holds():
            send_some(settings, city, pacer, signals)

    return RepeatingThread("notices", work, EVERY, AFTER_FAILURE, signals)
