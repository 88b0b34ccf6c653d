"""Dovecot from Debian as the nearest real service: mass delivery into mailboxes, each encrypted under its own public key.

Messages go in by LMTP with the document as a MIME part; mail_crypt encrypts each to a key pair that the server makes and holds
for the mailbox, and each message is flushed before it is acknowledged. Readers list by IMAP. Started below a folder of its own,
as root, since it changes to the users that own the mail.
"""

import base64
import imaplib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.city import ADDRESS, free_port, wait_for_port
from bench.memory import family_of
from bench.usage import process_seconds

USERS: Final = 40
"""Mailboxes: 2,000 documents make lists of 50, as long as those that a vault's list is measured with."""
CONNECTIONS: Final = 4

_PROGRAM: Final = Path("/usr/sbin/dovecot")
_MODULES: Final = Path("/usr/lib/dovecot/modules")
NEEDED: Final = (
    _PROGRAM,
    Path("/usr/lib/dovecot/lmtp"),
    Path("/usr/lib/dovecot/imap"),
    _MODULES / "lib10_mail_crypt_plugin.so",
)
_PASSWORD: Final = "bench"  # noqa: S105 (of made-up mailboxes, on this machine alone)
_TIMES_LISTED: Final = 9
_CONF: Final = """\
base_dir = {work}/run
log_path = {work}/log
protocols = lmtp imap
listen = {address}
ssl = no
disable_plaintext_auth = no
first_valid_uid = 8
mail_uid = mail
mail_gid = mail
mail_home = {work}/mail/%u
mail_location = maildir:~/box
mail_attribute_dict = file:%h/attributes
mail_plugins = $mail_plugins mail_crypt
plugin {{
  mail_crypt_curve = prime256v1
  mail_crypt_save_version = 2
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={work}/mail/%u allow_all_users=yes
}}
service lmtp {{
  process_min_avail = 2
  inet_listener lmtp {{
    address = {address}
    port = {lmtp}
  }}
}}
service imap-login {{
  inet_listener imap {{
    address = {address}
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
postmaster_address = postmaster@localhost
hostname = localhost
"""


def is_there() -> bool:
    """Whether all its parts are installed, and whether we may start it."""
    return os.geteuid() == 0 and all(path.exists() for path in NEEDED)


class MailRefusedError(Exception):
    """Dovecot did not take a message, or kept it as it was: its time would mean nothing."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A Dovecot that runs."""

    process: int
    lmtp: int
    imap: int
    folder: Path

    def deliver_all(self, documents: Sequence[Path]) -> tuple[float, float]:
        """Deliver each document to the next mailbox in turn; returns seconds and processor time of server and client.

        Raises:
            MailRefusedError: one was refused, or lies there in clear.
        """
        self._fan([(number, b"first") for number in range(USERS)])
        letters = [(number % USERS, path.read_bytes()) for number, path in enumerate(documents)]
        cpu, start = self._used(), time.perf_counter()
        self._fan(letters)
        seconds, used = time.perf_counter() - start, self._used() - cpu
        if not _is_sealed(max(self.folder.rglob("*,S=*"), key=lambda path: path.stat().st_size)):
            raise MailRefusedError("a message lies there in clear")
        return seconds, used

    def time_a_list(self) -> tuple[int, float]:
        """Return how many messages a mailbox has, and the least time of several lists of it, in milliseconds."""
        box = imaplib.IMAP4(ADDRESS, self.imap)
        box.login("u1", _PASSWORD)
        times, listed = [], 0
        for _ in range(_TIMES_LISTED):
            start = time.perf_counter()
            box.select("INBOX", readonly=True)
            listed = len(box.fetch("1:*", "(UID ENVELOPE)")[1])
            times.append(time.perf_counter() - start)
        box.logout()
        return listed, min(times) * 1_000

    def _fan(self, letters: Sequence[tuple[int, bytes]]) -> None:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(self._send, (letters[start::CONNECTIONS] for start in range(CONNECTIONS))))

    def _send(self, letters: Sequence[tuple[int, bytes]]) -> None:
        with socket.create_connection((ADDRESS, self.lmtp)) as connection, connection.makefile("rb") as answers:

            def say(words: bytes, replies: int = 1) -> None:
                connection.sendall(words)
                for _ in range(replies):
                    line = answers.readline()
                    while line[3:4] == b"-":
                        line = answers.readline()
                    if line[:1] not in {b"2", b"3"}:
                        raise MailRefusedError(line.decode("latin-1"))

            say(b"", 1)
            say(b"LHLO bench\r\n")
            for user, body in letters:
                say(b"MAIL FROM:<city@localhost>\r\nRCPT TO:<u%d>\r\nDATA\r\n" % user, 3)
                say(_message(body))

    def _used(self) -> float:
        """Return the processor time of all its processes and of this one."""
        total = time.process_time()
        for process in family_of(self.process):
            # A worker may end between listing and reading.
            with suppress(ProcessLookupError):
                total += process_seconds(process)
        return total


@contextmanager
def running(work: Path) -> Iterator[Mail]:
    """Run it below a folder, which the user `mail` can reach; what it delivered stays there."""
    folder = work / "mail"
    folder.mkdir()
    folder.chmod(0o777)
    lmtp, imap = free_port(), free_port()
    conf = work / "dovecot.conf"
    conf.write_text(_CONF.format(work=work, address=ADDRESS, lmtp=lmtp, imap=imap, password=_PASSWORD))
    with (work / "out").open("wb") as output:
        server = subprocess.Popen([_PROGRAM, "-F", "-c", str(conf)], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        wait_for_port(lmtp)
        yield Mail(server.pid, lmtp, imap, folder)
    finally:
        server.terminate()
        server.wait()


def _message(body: bytes) -> bytes:
    head = (
        b"From: city@localhost\r\nTo: u@localhost\r\nSubject: Compte de taxes\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return head + base64.encodebytes(body).replace(b"\n", b"\r\n") + b".\r\n"


def _is_sealed(path: Path) -> bool:
    return path.read_bytes().startswith(b"CRYPTED")
