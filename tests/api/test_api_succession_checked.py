"""What `voute status` and `voute fsck` say of a log that ends, has ended, or was taken over."""

import shutil
from pathlib import Path

import httpx
import pytest

from tests.api.test_api_documents import deliver_to_vault
from tests.api.test_api_log_restored import back_up, deliver, restore, told
from tests.api.test_api_succession import ask_no_witness, proven, published, serve_on
from tests.support.city import DemoCity
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.successor import SECOND_LOG, end_the_log, ended_for, put_in_force
from voute.cli.fsck import check_city, rebuild_city
from voute.server.composition import now_seconds
from voute.server.keys import LOG_FILE
from voute.server.observe.overview import look
from voute.server.observe.verdict import judge
from voute.server.succession import prepare_successor, succeed


def told_by_status(demo: DemoCity) -> dict[str, tuple[str, str]]:
    """What `voute status` says of the log and its end: level, and which log is the next one."""
    found = {one.name: one for one in judge(look(demo.city, demo.settings), is_served=True)}
    return {name: (one.level.value, str(one.facts.get("next", ""))) for name, one in found.items() if name.startswith("log")}


def test_api_succession_status_says_what_the_log_waits_for(demo: DemoCity, tmp_path: Path) -> None:
    well = {"log": ("well", "")}
    assert told_by_status(demo) == well
    log = prepare_successor(demo.settings, SECOND_LOG).log
    assert told_by_status(demo) == {"log-prepared": ("soon", SECOND_LOG), **well}
    put_in_force(demo, ended_for(demo.root, log, now_seconds() + 3_600))
    demo = demo.restart()
    assert told_by_status(demo) == {"log-changes": ("soon", SECOND_LOG), **well}
    seeds = demo.settings.keys_folder / "log.next.json"
    shutil.copytree(demo.settings.keys_folder, tmp_path / "keys")
    seeds.unlink()
    assert told_by_status(demo) == {"log-ends": ("soon", ""), **well}
    demo.clock.advance(3_600)
    assert told_by_status(demo) == {"log-over-alone": ("now", "")}
    shutil.copy(tmp_path / "keys" / "log.next.json", seeds)
    assert told_by_status(demo) == {"log-over": ("now", SECOND_LOG)}


def test_api_succession_status_where_the_new_keys_did_not_come_along(demo: DemoCity, tmp_path: Path) -> None:
    shutil.copytree(demo.settings.keys_folder, tmp_path / "keys")
    end_the_log(demo)
    succeed(demo.settings)
    demo = demo.restart()
    assert told_by_status(demo) == {"log": ("well", "")}
    shutil.copy(tmp_path / "keys" / LOG_FILE, demo.settings.keys_folder / LOG_FILE)
    assert told_by_status(demo) == {"log-elsewhere": ("now", SECOND_LOG)}
    # A machine that has no keys at all looks at what is published.
    (demo.settings.keys_folder / LOG_FILE).unlink()
    assert told_by_status(demo) == {"log": ("well", "")}


def found(demo: DemoCity) -> set[str]:
    """What `voute fsck` names."""
    return {one.code for one in check_city(demo.settings).findings}


def test_api_succession_of_a_log_that_signed_on_since_the_root_came_late(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, tmp_path: Path
) -> None:
    (late,) = deliver_to_vault(demo, client, issuer, claimed, 1, "late")
    log = prepare_successor(demo.settings, SECOND_LOG).log
    size = published(demo).head.size
    put_in_force(demo, ended_for(demo.root, log, now_seconds() - 60))
    demo = demo.restart()
    assert found(demo) == {"checkpoint-bad", "log-state-differs"}
    assert succeed(demo.settings).record.size == size
    demo = serve_on(demo)
    demo.settle()
    assert found(demo) == set()
    assert proven(claimed, late, demo.root).head.origin == SECOND_LOG
    counts, report = rebuild_city(demo.settings, tmp_path / "new.sqlite")
    assert (counts["events"], report.findings) == (size, [])


@pytest.mark.parametrize("newest_known", [True, False])
def test_api_succession_with_a_catalogue_that_lived_on_gives_every_lost_place_again(
    demo: DemoCity, client: httpx.Client, issuer: Department, claimed: Resident, tmp_path: Path, *, newest_known: bool
) -> None:
    """The database is on another machine: only the folder of the log came back from the backup, and the locks are gone."""
    (kept,) = deliver_to_vault(demo, client, issuer, claimed, 1, "before")
    short = published(demo)
    demo = back_up(demo, tmp_path)
    deliver(demo, issuer, claimed, 3, "later")
    newest = published(demo)
    demo = restore(demo, tmp_path, "tiles")
    shutil.rmtree(demo.settings.locks_folder)
    end_the_log(demo)
    ask_no_witness(demo)
    said = succeed(demo.settings, (newest if newest_known else short).encode())
    assert (said.record.size, said.again, said.lost) == (short.head.size, 3 if newest_known else 0, 0)
    assert found(demo) == {"event-beyond-log", "log-behind"}
    demo = serve_on(demo)
    demo.settle()
    assert found(demo) == set()
    # The same entries in the same places: whoever kept the old log's head finds it in the new one.
    assert (published(demo).head.size, published(demo).head.root) == (newest.head.size, newest.head.root)
    assert told(demo) == ""
    with demo.client() as browser:
        browser.cookies = claimed.client.cookies
        claimed.client = browser
        assert proven(claimed, kept, demo.root).head.origin == SECOND_LOG


def test_api_succession_counts_as_lost_what_the_catalogue_does_not_have_either(
    demo: DemoCity, issuer: Department, claimed: Resident, tmp_path: Path
) -> None:
    """The database, on another machine, lost an hour; the log's folder lost two."""
    deliver(demo, issuer, claimed, 1, "before")
    short = published(demo)
    demo = back_up(demo, tmp_path / "log")
    deliver(demo, issuer, claimed, 2, "kept")
    demo = back_up(demo, tmp_path / "catalogue")
    deliver(demo, issuer, claimed, 1, "lost")
    newest = published(demo)
    demo = restore(restore(demo, tmp_path / "log", "tiles"), tmp_path / "catalogue", "catalogue")
    shutil.rmtree(demo.settings.locks_folder)
    end_the_log(demo)
    ask_no_witness(demo)
    said = succeed(demo.settings, newest.encode())
    assert (said.record.behind, said.again, said.lost) == (3, 2, 1)
    demo = serve_on(demo)
    demo.settle()
    assert published(demo).head.size == short.head.size + 2
    assert told(demo) == ""
