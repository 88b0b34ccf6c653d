"""A real mail server of a test: SMTP over sockets, with or without TLS; keeps what came, refuses what a test says."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.ports import free_port


@dataclass
class MailServer:
    """What came, as bytes; `answers` are given to the next recipients, one each, then 250."""

    port: int = 0
    came: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    asked: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=default) for one in self.came]

    async def handle_RCPT(  # noqa: N802 - the library's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        assert server is not None
        assert options == []
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.encrypted.append(session.ssl is not None)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert server is not None
        assert session.peer is not None
        assert isinstance(envelope.content, bytes)
        self.came.append(envelope.content)
        return "250 OK"


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Serve on a port of its own until the block ends; with `tls`, nothing goes before STARTTLS."""
    kept = MailServer(port=free_port())
    # Named, or the library looks up this machine's name for seconds where nobody resolves it.
    controller = Controller(
        kept,
        hostname="127.0.0.1",
        port=kept.port,
        server_hostname="mail.test",
        tls_context=tls,
        require_starttls=tls is not None,
    )
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()
