"""The way to the mail server: one connection for a handful of mails, encrypted unless it stays on this machine."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from voute.app.notice_work import Sent
from voute.core.errors import StoreError
from voute.server.notices.mail_status import enhanced_of, verdict
from voute.server.settings import Settings

TIMEOUT: Final = 30.0
"""Seconds for each answer; a mail's second try comes after two minutes, so that two tries never overlap."""


class MailServerError(StoreError):
    """The mail server can't be reached, doesn't let us in, or has no encryption."""

    code: ClassVar[str] = "mail-server"


class SmtpConnection:
    """One connection; use as a context. Connects with the first mail."""

    def __init__(self, settings: Settings) -> None:
        """Take where the mail server is."""
        self._settings = settings
        self.status = ""
        """Codes of the last refusal, for the log: never its text, which may name the address."""
        self._server: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, address: str) -> Sent:
        """Hand one mail over, and say what the other side made of it.

        Raises:
            MailServerError: there is no mail server to speak with.
        """
        server = self._server or self._connect()
        try:
            refused = server.send_message(message, self._settings.mail_from, [address])
        except smtplib.SMTPRecipientsRefused as error:
            return self._judge(*error.recipients[address])
        except smtplib.SMTPDataError as error:
            return self._judge(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise MailServerError(type(error).__name__) from error
        return self._judge(*refused[address]) if refused else Sent.ACCEPTED

    def _judge(self, code: int, text: bytes | str) -> Sent:
        words = text if isinstance(text, str) else text.decode("ascii", "replace")
        self.status = f"{code} {enhanced_of(words) or ''}".strip()
        return verdict(code, words)

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        try:
            context = ssl.create_default_context(cafile=None if settings.smtp_ca == Path() else settings.smtp_ca)
            if settings.smtp_security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT, context=context)
            else:
                server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT)
            self._server = server
            if settings.smtp_security == "starttls":
                server.starttls(context=context)
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.read_text("utf-8").strip())
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # Unicode: a name or password beyond ASCII, which the protocol's sign-in does not take.
            self._drop()
            raise MailServerError(type(error).__name__) from error
        return server

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Say goodbye; what was accepted stays accepted."""
        if self._server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._server.quit()
            self._drop()
