"""A PostgreSQL on a network: who comes from there needs TLS and a password (SCRAM), and finds a certificate to check."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, text

from tests.support.ports import free_port
from tests.support.postgres import FAST, UNPRIVILEGED, Postgres, folder_of_a_server, running
from tests.support.push_service import make_certificate

ROLE = DATABASE = "city"
PASSWORD = "correct horse battery staple"
HOST = "localhost"
"""The name in the certificate; 127.0.0.1 is not."""
RULES = f"""local all all trust
hostssl {DATABASE} {ROLE} 127.0.0.1/32 scram-sha-256
"""
BEGIN = "-----BEGIN CERTIFICATE"


@dataclass
class SecurePostgres:
    """A server with one database, its owner, and the files that a client needs."""

    server: Postgres
    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "root.pem"

    @property
    def passwords(self) -> Path:
        """A password file as libpq reads it."""
        return self.folder / "passwords"

    def write_password(self, password: str) -> None:
        self.passwords.write_text(f"*:*:{DATABASE}:{ROLE}:{password}\n", "utf-8")
        self.passwords.chmod(0o600)

    def url(self, host: str = HOST, **query: str) -> str:
        """The address, as docs/operate/postgresql.md has it, but for what differs."""
        usual = {"sslmode": "verify-full", "sslrootcert": str(self.authority), "passfile": str(self.passwords)}
        made = URL.create("postgresql+psycopg", ROLE, host=host, port=self.server.port, database=DATABASE, query=usual | query)
        return made.render_as_string(hide_password=False)


def certificate(path: Path) -> Path:
    """Make a certificate without its key; what has both lies beside it."""
    both = make_certificate(path.with_suffix(".key"), HOST)
    path.write_text(BEGIN + both.read_text("ascii").partition(BEGIN)[2], "ascii")
    return path


@contextmanager
def secure_postgres(folder: Path) -> Iterator[SecurePostgres]:
    """Run such a server; the client's files are in `folder`."""
    with folder_of_a_server() as own:
        options = ("listen_addresses=127.0.0.1", "ssl=on", "ssl_cert_file=server.key", "ssl_key_file=server.key")
        found = SecurePostgres(Postgres(own, (*FAST, *options, "password_encryption=scram-sha-256"), free_port()), folder)
        found.server.initialise()
        path = Path(shutil.copy(certificate(found.authority).with_suffix(".key"), own / "data" / "server.key"))
        path.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(path, UNPRIVILEGED, UNPRIVILEGED)
        (own / "data" / "pg_hba.conf").write_text(RULES, "utf-8")
        with running(found.server):
            with found.server.connected() as operator:
                operator.execute(text(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'"))
                operator.execute(text(f"CREATE DATABASE {DATABASE} OWNER {ROLE} TEMPLATE template0"))
            found.write_password(PASSWORD)
            yield found
