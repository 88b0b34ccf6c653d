"""The database's disk is full in the middle of a delivery: said by name, nothing acknowledged is lost, goes on with room."""

import pytest

from tests.support.large_office import working
from tests.support.postgres_cramped import cramped_postgres
from tests.support.proxy import Exchange
from tests.support.served_city import serve_city

DOCUMENTS = 300
DRAFT = "PUT /api/deliveries/ID/packs/ID/draft"


@pytest.mark.parametrize(
    "is_log_small",
    [pytest.param(False, id="tables"), pytest.param(True, id="write-ahead-log", marks=pytest.mark.long)],
)
def test_fault_postgres_disk_full_in_a_delivery_is_got_over(
    tmp_path_factory: pytest.TempPathFactory, *, is_log_small: bool
) -> None:
    """Without room for tables it refuses; without room for its log it ends, and is started again by whoever makes room."""
    with cramped_postgres(is_log_small=is_log_small) as (server, disk, url):
        city = serve_city(tmp_path_factory.mktemp("city"), ["finances"], catalogue=url)
        with working(city, tmp_path_factory, DOCUMENTS, references=10) as office:
            full: list[Exchange] = []

            def fill(exchange: Exchange) -> None:
                if exchange.route == DRAFT and not full:
                    full.append(exchange)
                    disk.fill()

            with city.proxy.hooks(before=fill):
                office.start("autumn", office.bills("autumn"), several=False)
                ran = office.forks.wait()
            assert full
            assert ran.code != 0
            said = ran.json["facts"].get("problem")
            assert said == "city-full" or is_log_small
            heard = {one.reply.json["code"] for one in city.proxy.exchanges if one.status == 503 and one.reply is not None}
            assert heard <= {"store-full", "store"}
            assert "store-full" in heard
            disk.free()
            server.ensure()
            office.go_on("autumn")
            city.settle()
            office.check()
            assert city.server.is_running
