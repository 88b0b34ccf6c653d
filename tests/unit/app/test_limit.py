from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.breaking import NoRoom
from voute.app.errors import TooManyError
from voute.app.limit import Limit, Limiter
from voute.store.migrate import upgrade
from voute.store.sql_catalogue import SqlCatalogue

MINUTE = 60_000_000


class Clock:
    def __init__(self) -> None:
        self.now = 100 * MINUTE

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True)
class Parts:
    """What a limiter needs of a city."""

    catalogue: SqlCatalogue
    now: Clock


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[SqlCatalogue]:
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    upgrade(url)
    catalogue = SqlCatalogue(url)
    yield catalogue
    catalogue.close()


def calls(limiter: Limiter, limit: Limit, client: str, most: int = 100) -> int:
    """How many calls pass before one is refused."""
    for n in range(most):
        try:
            limiter.check(limit, client)
        except TooManyError:
            return n
    return most


def test_limit_counts_by_route_and_client_and_window(catalogue: SqlCatalogue) -> None:
    clock = Clock()
    limiter = Limiter(Parts(catalogue, clock))
    limit = Limit("a", 5)
    assert calls(limiter, limit, "x") == 5
    assert calls(limiter, limit, "y") == 5
    assert calls(limiter, Limit("b", 5), "x") == 5
    clock.now += MINUTE
    assert calls(limiter, limit, "x") == 5


def test_limit_says_when_to_come_back(catalogue: SqlCatalogue) -> None:
    clock = Clock()
    clock.now += 45_500_000
    limiter = Limiter(Parts(catalogue, clock))
    limiter.check(Limit("a", 1), "x")
    with pytest.raises(TooManyError) as caught:
        limiter.check(Limit("a", 1), "x")
    assert caught.value.facts == {"seconds": 15}


def test_limit_in_steps_never_lets_more_through(catalogue: SqlCatalogue) -> None:
    clock = Clock()
    limit = Limit("a", 50, step=20)
    first, second = Limiter(Parts(catalogue, clock)), Limiter(Parts(catalogue, clock))
    first.check(limit, "x")
    assert calls(second, limit, "x") == 20
    assert calls(first, limit, "x") == 19


def test_limit_factor_multiplies(catalogue: SqlCatalogue) -> None:
    assert calls(Limiter(Parts(catalogue, Clock()), factor=3), Limit("a", 5), "x") == 15


def test_limit_forgets_leases_when_there_are_too_many(catalogue: SqlCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voute.app.limit.MAX_LEASES", 2)
    limiter = Limiter(Parts(catalogue, Clock()))
    limit = Limit("a", 4, step=2)
    for client in ("x", "y", "z"):
        limiter.check(limit, client)
    assert calls(limiter, limit, "x") == 2


def test_limit_goes_on_counting_in_each_process_while_the_catalogue_has_no_room(
    catalogue: SqlCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    limiter = Limiter(Parts(catalogue, clock))
    limit, wide = Limit("a", 5), Limit("b", 50, step=20)
    with monkeypatch.context() as full:
        full.setattr(catalogue, "_watch", NoRoom())
        assert calls(limiter, limit, "x") == 5
        assert calls(limiter, limit, "y") == 5
        assert calls(limiter, wide, "x") == 40
        clock.now += MINUTE
        assert calls(limiter, limit, "x") == 5
        full.setattr("voute.app.limit.MAX_LEASES", 2)
        assert calls(limiter, limit, "z") == 5
        # For another that comes one goes, and not everybody begins anew.
        limiter.check(limit, "w")
        assert calls(limiter, limit, "z") == 0
    assert calls(limiter, limit, "x") == 5
