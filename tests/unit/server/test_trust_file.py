"""The trust root that waits beside the one in force: from its time on, and only if it follows."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.city import CITY_KEYS, demo_settings, found_city
from voute.core.values import unix_time
from voute.format import dsse
from voute.format.dsse import SigningKey, keyid
from voute.format.trust_root import TrustRoot, sign_trust_root
from voute.server.inspection import inspect
from voute.server.settings import Settings
from voute.server.trust_file import TrustFile

WEEK = 7 * 86_400


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return demo_settings(tmp_path)


def following(root: TrustRoot, settings: Settings, after: int) -> TrustRoot:
    previous = dsse.statement_hash(dsse.parse(settings.trust_root_file.read_bytes()).payload)
    return replace(root, number=root.number + 1, previous=previous, effective_at=unix_time(root.effective_at + after))


def waiting(settings: Settings) -> Path:
    return settings.data / "trust-root.next.json"


def test_trust_file_that_waits_counts_from_its_time_on_and_no_start_brings_it_sooner(settings: Settings) -> None:
    root = found_city(settings)
    second = following(root, settings, WEEK)
    now = root.effective_at + 1
    running = TrustFile(settings.trust_root_file, lambda: now)
    assert running().root == root
    waiting(settings).write_bytes(sign_trust_root(second, CITY_KEYS))
    assert running().root == root
    assert TrustFile(settings.trust_root_file, lambda: now)().root == root
    now += WEEK
    assert running().root == second
    assert TrustFile(settings.trust_root_file, lambda: now)().root == second
    # Put in the other's place afterwards, it goes on.
    waiting(settings).replace(settings.trust_root_file)
    assert running().root == second
    assert TrustFile(settings.trust_root_file, lambda: now)().root == second


def test_trust_file_that_came_into_force_is_the_one_of_a_check(settings: Settings) -> None:
    root = found_city(settings)
    signed = sign_trust_root(following(root, settings, 0), CITY_KEYS)
    assert inspect(settings).trust_root == settings.trust_root_file.read_bytes()
    waiting(settings).write_bytes(signed)
    assert inspect(settings).trust_root == signed


@pytest.mark.parametrize("wrong", ["number", "previous", "signed by others", "rubbish"])
def test_trust_file_that_does_not_follow_never_counts(settings: Settings, wrong: str) -> None:
    root = found_city(settings)
    second, keys = following(root, settings, 0), list(CITY_KEYS)
    if wrong == "number":
        second = replace(second, number=root.number + 2)
    elif wrong == "previous":
        second = replace(second, previous=dsse.statement_hash(b"another"))
    elif wrong == "signed by others":
        keys = sorted((SigningKey(bytes([number] * 32)) for number in (91, 92)), key=lambda key: keyid(key.public))
        second = replace(second, keys=tuple(key.public for key in keys))
    signed = b"rubbish" if wrong == "rubbish" else sign_trust_root(second, keys)
    waiting(settings).write_bytes(signed)
    trust = TrustFile(settings.trust_root_file, lambda: root.effective_at + WEEK)
    assert trust().root == root
    waiting(settings).write_bytes(sign_trust_root(following(root, settings, 0), CITY_KEYS))
    assert trust().root.number == root.number + 1


def test_trust_file_keeps_each_root_that_was_in_force_for_who_missed_it(settings: Settings) -> None:
    root = found_city(settings)
    path, now = settings.trust_root_file, root.effective_at + 1
    first, signed = path.read_bytes(), sign_trust_root(following(root, settings, WEEK), CITY_KEYS)
    # A check, a backup, a look at the city leave nothing behind.
    TrustFile(path, lambda: now)()
    assert [one.name for one in path.parent.glob("trust-root*")] == [path.name]
    running = TrustFile(path, lambda: now, keeps=True)
    running()
    waiting(settings).write_bytes(signed)
    now += WEEK
    assert running().root.number == 2
    waiting(settings).replace(path)
    assert [running.earlier(number) for number in (1, 2, 3)] == [first, signed, None]
    # What is put there by a mistake is not handed out.
    path.with_name("trust-root-3.json").write_bytes(first)
    path.with_name("trust-root-4.json").write_bytes(b"{}")
    assert [running.earlier(number) for number in (3, 4)] == [None, None]


def test_trust_file_in_a_folder_that_takes_nothing_serves_all_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = found_city(settings)

    def full(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "no room", str(path), len(data))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert TrustFile(settings.trust_root_file, lambda: root.effective_at + 1, keeps=True)().root == root
