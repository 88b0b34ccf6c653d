"""A city whose catalogue is on PostgreSQL gets a successor log: the database lived on, the machine with the log did not."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.api.test_api_documents import deliver_to_vault
from tests.api.test_api_succession import ask_no_witness, proven, published, serve_on
from tests.support.asgi import Loop
from tests.support.city import FINANCES, Clock, DemoCity, demo_settings, found_city, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.postgres import FAST, postgres
from tests.support.successor import SECOND_LOG, end_the_log, key_files
from voute.cli.fsck import check_city
from voute.core.ids import Slug
from voute.server.inspection import CityServedError
from voute.server.jobs.election import election_of
from voute.server.succession import succeed


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoCity]:
    loop = Loop()
    with postgres(*FAST) as server:
        settings = replace(demo_settings(tmp_path), catalogue=server.database(empty=True))
        root = found_city(settings)
        yield open_demo_city(settings, root, Clock(), loop)
    loop.close()


def test_fault_postgres_succession_gives_every_place_again(demo: DemoCity, tmp_path: Path) -> None:
    with demo.client() as client:
        issuer = Department(Slug("finances"), FINANCES, b"m" * 32)
        issuer.sign_in(client)
        code, keys, _ = issuer.code("roll-1")
        issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
        demo.settle()
        holder = Resident(client, demo.root)
        holder.claim(code, with_kit=True)
        (kept,) = deliver_to_vault(demo, client, issuer, holder, 1, "before")
        short = published(demo)
        shutil.copytree(demo.settings.log_folder, tmp_path / "log")
        later = deliver_to_vault(demo, client, issuer, holder, 3, "later")
        newest, cookies = published(demo), client.cookies
    shutil.rmtree(demo.settings.log_folder)
    shutil.copytree(tmp_path / "log", demo.settings.log_folder)
    shutil.rmtree(demo.settings.locks_folder)
    end_the_log(demo)
    ask_no_witness(demo)
    # A process of another machine writes the log: only the database knows.
    with election_of(demo.settings) as election:
        assert election.is_elected()
        with pytest.raises(CityServedError):
            succeed(demo.settings, newest.encode())
    assert key_files(demo.settings.keys_folder) == {"log.json", "log.next.json"}
    said = succeed(demo.settings, newest.encode())
    assert (said.record.new, said.record.size, said.record.known) == (SECOND_LOG, short.head.size, newest.head.size)
    # The database has all of it: the record says what the tree began without, nobody has lost anything.
    assert (said.again, said.lost) == (newest.head.size - short.head.size, 0)
    demo = serve_on(demo)
    demo.settle()
    assert (published(demo).head.size, published(demo).head.root) == (newest.head.size, newest.head.root)
    assert check_city(demo.settings).findings == []
    with demo.client() as browser:
        browser.cookies = cookies
        holder.client = browser
        for bill in (kept, *later):
            assert proven(holder, bill, demo.root).head.origin == SECOND_LOG
    demo.close()
