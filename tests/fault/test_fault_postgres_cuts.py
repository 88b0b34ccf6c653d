"""A connection that is cut at a COMMIT: the city does not know whether it was done, and must not need to."""

from collections.abc import Iterator

import pytest

from tests.support.crash_office import CrashOffice, office_of
from tests.support.crash_points import Points
from tests.support.postgres import postgres
from tests.support.postgres_proxy import PostgresProxy, postgres_proxy

BRIEF = 3
"""Commits of a delivery at which `make test` cuts, each in both ways; `make test-long`: at all of them."""


@pytest.fixture(scope="module")
def cutting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CrashOffice, PostgresProxy]]:
    with (
        postgres() as server,
        postgres_proxy(server.folder / "proxy", server) as proxy,
        office_of(tmp_path_factory, proxy.url(server.database(empty=True))) as office,
    ):
        yield office, proxy


def commits_of_a_delivery(office: CrashOffice, proxy: PostgresProxy, run: str) -> int:
    office.runs.append(run)
    before = proxy.commits
    office.deliver(office.bills(run), run).ended(0)
    return proxy.commits - before


def cut(office: CrashOffice, proxy: PostgresProxy, points: Points, numbers: range) -> None:
    for number in numbers:
        for kept in (False, True):
            run = f"cut-{'kept' if kept else 'lost'}-{number}-of-{len(numbers)}"
            office.runs.append(run)
            proxy.cut_at(number, kept=kept)
            cuts = proxy.cuts
            ran = office.deliver(office.bills(run), run)
            if proxy.cuts > cuts:
                points.add("deliver", "COMMIT", number, "kept" if kept else "lost")
            proxy.heal()
            if ran.code:
                office.recover(run)
            else:
                office.check_receipts(run)
    assert office.city.server.is_running
    office.city.settle()
    office.check_all()


def test_fault_postgres_cut_at_a_commit_of_unknown_outcome(cutting: tuple[CrashOffice, PostgresProxy], points: Points) -> None:
    office, proxy = cutting
    many = commits_of_a_delivery(office, proxy, "some")
    cut(office, proxy, points, range(0, many, max(1, many // BRIEF)))
    assert len(points.seen) >= BRIEF


@pytest.mark.long
def test_fault_postgres_cut_at_every_commit_of_a_delivery(cutting: tuple[CrashOffice, PostgresProxy], points: Points) -> None:
    office, proxy = cutting
    many = commits_of_a_delivery(office, proxy, "every")
    cut(office, proxy, points, range(many))
    assert len(points.seen) >= many
