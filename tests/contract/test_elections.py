"""Elections: one winner at a time, handed over by whoever ends; on a file of one machine, and on a lock of the database."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.contract.conftest import ENGINES
from tests.support.postgres import Postgres
from tests.support.waiting import wait_for
from voute.core.errors import StoreError
from voute.server.inspection import CityServedError, alone, is_served
from voute.server.jobs.election import Election, election_of
from voute.server.settings import Settings

Candidate = Callable[[], Election]
CUT = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'voute election%'")


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("postgres_catalogue_url") if request.param == "postgres" else ""
    return replace(Settings(), data=tmp_path, locks=tmp_path, catalogue=url)


@pytest.fixture
def candidate(settings: Settings) -> Iterator[Candidate]:
    made: list[Election] = []

    def make() -> Election:
        made.append(election_of(settings))
        return made[-1]

    yield make
    for one in made:
        one.step_down()


def test_contract_election_has_one_winner_and_hands_over(candidate: Candidate) -> None:
    with candidate() as second:
        with candidate() as first:
            assert not first.holds()
            assert first.is_elected()
            assert first.is_elected()
            assert first.holds()
            assert not second.is_elected()
            assert not second.holds()
        assert second.is_elected()
        second.step_down()
        assert not second.holds()
        assert first.is_elected()


def test_contract_election_is_looked_at_and_never_taken(settings: Settings, candidate: Candidate) -> None:
    assert not is_served(settings)
    with candidate() as first:
        assert first.is_elected()
        assert is_served(settings)
        with pytest.raises(CityServedError), alone(settings):
            pass
    assert not is_served(settings)
    with alone(settings):
        assert not candidate().is_elected()


def test_contract_election_batches_are_one_at_a_time(candidate: Candidate) -> None:
    first, second = candidate(), candidate()
    assert first.is_elected()
    order: list[str] = []

    def batch() -> None:
        with second.working():
            order.append("second")

    with first.working():
        waiting = threading.Thread(target=batch)
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_contract_election_is_lost_with_its_connection(postgres_server: Postgres, postgres_catalogue_url: str) -> None:
    settings = replace(Settings(), catalogue=postgres_catalogue_url)
    with election_of(settings) as first, election_of(settings) as second:
        assert first.is_elected()
        assert not second.is_elected()
        with postgres_server.connected() as operator:
            operator.execute(CUT)
        # It finds out with the next question, whichever that is; who comes first then is elected.
        with pytest.raises(StoreError):
            first.is_elected()
        assert not first.holds()
        with pytest.raises(StoreError):
            second.is_elected()
        wait_for(second.is_elected)
        assert not first.is_elected()


def test_contract_election_is_lost_in_the_middle_of_a_batch(postgres_server: Postgres, postgres_catalogue_url: str) -> None:
    settings = replace(Settings(), catalogue=postgres_catalogue_url)
    with election_of(settings) as first, election_of(settings) as second:
        assert first.is_elected()
        with pytest.raises(StoreError), first.working(), postgres_server.connected() as operator:
            operator.execute(CUT)
        assert not first.holds()
        wait_for(second.is_elected)
