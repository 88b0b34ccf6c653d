"""A catalogue on another machine, as docs/operate/postgresql.md has it: TLS with a certificate that is checked, SCRAM."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.support.large_office import LargeOffice, working
from tests.support.postgres_secure import PASSWORD, SecurePostgres, certificate, secure_postgres
from tests.support.served_city import serve_city
from voute.core.errors import StoreError
from voute.store.sql_catalogue import SqlCatalogue

RUN = "autumn"


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecurePostgres]:
    with secure_postgres(tmp_path_factory.mktemp("secure")) as server:
        yield server


@pytest.fixture(scope="module")
def office(secure: SecurePostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LargeOffice]:
    city = serve_city(tmp_path_factory.mktemp("city"), ["finances"], catalogue=secure.url())
    with working(city, tmp_path_factory, documents=20, references=4) as made:
        yield made


def refusal(url: str) -> str:
    """What is said of a database that cannot be reached so."""
    catalogue = SqlCatalogue(url)
    with pytest.raises(StoreError) as caught:
        catalogue.check()
    catalogue.close()
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


def test_fault_postgres_over_tls_with_a_password_carries_a_delivery(office: LargeOffice, secure: SecurePostgres) -> None:
    """Through a restart of the database, too, by the same server process."""
    office.voute(*office.command(str(office.bills(RUN)), "--run", RUN)).ended(0)
    secure.server.stop()
    secure.server.start()
    office.voute(*office.command(str(office.bills("winter")), "--run", "winter")).ended(0)
    office.city.settle()
    office.check()
    with psycopg.connect(make_url(secure.url()).set(drivername="postgresql").render_as_string(hide_password=False)) as db:
        ask = "SELECT count(*), bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'city'"
        connections, encrypted = db.execute(ask).fetchone() or (0, False)
    assert connections > 1
    assert encrypted
    assert PASSWORD not in office.city.server.log.read_text("utf-8")


def test_fault_postgres_whose_certificate_is_another_ones_is_refused(
    office: LargeOffice, secure: SecurePostgres, tmp_path: Path
) -> None:
    other = certificate(tmp_path / "other.pem")
    assert "certificate verify failed" in refusal(secure.url(sslrootcert=str(other)))
    assert "does not match host name" in refusal(secure.url(host="127.0.0.1"))
    catalogue = SqlCatalogue(secure.url())
    catalogue.check()
    catalogue.close()
    assert office.city.server.is_running


def test_fault_postgres_without_tls_or_with_another_password_lets_nobody_in(
    office: LargeOffice, secure: SecurePostgres, tmp_path: Path
) -> None:
    assert "no encryption" in refusal(secure.url(sslmode="disable"))
    nothing = tmp_path / "nothing"
    nothing.touch(0o600)
    assert "password" in refusal(secure.url(passfile=str(nothing)))
    secure.write_password("another")
    assert "password authentication failed" in refusal(secure.url())
    secure.write_password(PASSWORD)
    assert office.city.server.is_running
