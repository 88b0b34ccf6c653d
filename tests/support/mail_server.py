"""A real mail server of a test: SMTP over sockets, with or without TLS; keeps what came, refuses what a test says."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.ports import free_port


@dataclass
class MailServer:
    """What came, as bytes; `answers` are given to the next recipients, one each, then 250."""

    port: int = 0
    came: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    asked: int = 0
    mechanisms: list[str] = field(default_factory=list)
    """How somebody signed in, each time."""

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
def mail_server(
    tls: ssl.SSLContext | None = None, *, implicit: bool = False, password: tuple[bytes, bytes] | None = None
) -> Iterator[MailServer]:
    """Serve on a port of its own until the block ends; with `tls`, nothing goes before STARTTLS, or before TLS when `implicit`.

    With `password` (name and password) nothing goes before signing in either.
    """
    kept = MailServer(port=free_port())

    def let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        assert (server, session, envelope) is not None
        kept.mechanisms.append(mechanism)
        # Not handled: the library itself answers who is not let in; otherwise nobody does.
        return AuthResult(success=(data.login, data.password) == password, handled=False)

    # Named, or the library looks up this machine's name for seconds where nobody resolves it.
    controller = Controller(
        kept,
        hostname="127.0.0.1",
        port=kept.port,
        server_hostname="mail.test",
        tls_context=None if implicit else tls,
        require_starttls=tls is not None and not implicit,
        ssl_context=tls if implicit else None,
        authenticator=let_in,
        # The library knows of encryption that STARTTLS began alone: with another, it can only be asked to let people sign in.
        auth_required=password is not None and not implicit,
        auth_require_tls=not implicit,
    )
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()


@dataclass
class Stripper:
    """Somebody between city and mail server who takes the encryption away; `heard` are the lines that came in the clear."""

    port: int
    heard: list[str] = field(default_factory=list)


@contextmanager
def stripper(offers: tuple[str, ...], answer: str) -> Iterator[Stripper]:
    """Speak plain SMTP for one visit: these extensions, this answer to STARTTLS, and 250 to everything else."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        kept = Stripper(listening.getsockname()[1])

        def serve() -> None:
            visitor, _ = listening.accept()
            with visitor, visitor.makefile("rb") as lines, suppress(OSError):
                visitor.sendall(b"220 mail.test\r\n")
                for raw in lines:
                    line = raw.decode("latin-1").strip()
                    kept.heard.append(line)
                    said = [answer] if line.upper() == "STARTTLS" else ["250 OK"]
                    if line.upper().startswith("EHLO"):
                        said = [*(f"250-{one}" for one in offers), "250 8BITMIME"]
                    visitor.sendall("".join(f"{one}\r\n" for one in said).encode())

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield kept
    thread.join(10)
