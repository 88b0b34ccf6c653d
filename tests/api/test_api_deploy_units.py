"""The files of deploy/ that nobody serves by: units for systemd, as it judges them itself, and the settings."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.live import live_settings, running
from tests.support.project import ROOT
from tests.support.waiting import SECONDS, wait_for
from voute.server.jobs.scrub import NICE
from voute.server.settings import load_settings

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SERVICE = DEPLOY / "systemd" / "voute.service"
EXPOSURE = 2.0
"""The most that `systemd-analyze security` may find, of 10: what it calls OK."""


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: str(one.name))
def test_deploy_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text()
    copy = tmp_path / unit.name
    # The same unit with a program that exists here: systemd looks whether it can be started.
    copy.write_text(text.replace("/opt/voute/bin/voute", "/bin/true"))
    for other in UNITS:
        if other != unit:
            (tmp_path / other.name).write_text(other.read_text().replace("/opt/voute/bin/voute", "/bin/true"))
    ran = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr


@pytest.mark.parametrize("name", ["voute-fsck.service", "voute-backup.service", "voute-status.service"])
def test_deploy_timers_reach_a_database_or_bucket_of_another_machine_where_told(name: str, tmp_path: Path) -> None:
    for other in UNITS:
        (tmp_path / other.name).write_text(other.read_text().replace("/opt/voute/bin/voute", "/bin/true"))
    beside = tmp_path / f"{name}.d"
    beside.mkdir()
    shutil.copy(DEPLOY / "systemd" / "network.conf", beside)
    ran = subprocess.run(["systemd-analyze", "verify", tmp_path / name], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    unit, more = (DEPLOY / "systemd" / name).read_text(), (beside / "network.conf").read_text()
    closed = dict(re.findall(r"^(PrivateNetwork|RestrictAddressFamilies)=(.*)$", unit, re.MULTILINE))
    opened = dict(re.findall(r"^(\w+)=(.*)$", more, re.MULTILINE))
    assert closed == {"PrivateNetwork": "yes", "RestrictAddressFamilies": "AF_UNIX"}
    # Families of both files count.
    assert (opened["PrivateNetwork"], opened["RestrictAddressFamilies"]) == ("no", "AF_INET AF_INET6")
    guide = (DEPLOY.parent / "docs" / "operate" / "install.md").read_text()
    assert f"{name}.d`" in guide


@pytest.mark.parametrize("name", ["voute.service", "voute-witness.service"])
def test_deploy_service_may_touch_little(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(DEPLOY / "systemd" / name)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", ran.stdout)
    assert found, ran.stdout + ran.stderr
    assert float(found[1]) <= EXPOSURE


def test_deploy_server_lives_with_the_calls_that_its_unit_leaves_it(tmp_path: Path) -> None:
    settings, root = live_settings(tmp_path)
    confined = (sys.executable, "-m", "tests.support.call_filter", str(SERVICE))
    with running(replace(settings, workers=2), root, tmp_path / "server.log", under=confined) as server:
        workers = _children(server.process.pid)
        assert len(workers) == 2
        # The thread that reads all bytes again has stepped back: it asks for that after the first answers.
        wait_for(lambda: any(nice == NICE for child in workers for nice in _niceness(child)) or server.process.poll() is not None)
        assert server.process.poll() is None, server.log.read_text()
        with server.client() as client:
            assert client.get("/health").is_success
        assert server.stop() == 0, server.log.read_text()


def test_deploy_calls_outside_of_the_unit_end_a_program() -> None:
    confined = [sys.executable, "-m", "tests.support.call_filter", str(SERVICE), sys.executable, "-c"]
    assert subprocess.run([*confined, "import os; os.setpriority(0, 0, 1)"], check=False).returncode == 0
    refused = [*confined, "import os; os.sched_setaffinity(0, {0})"]
    assert subprocess.run(refused, check=False).returncode == -signal.SIGSYS


def test_deploy_worker_that_is_killed_is_told_in_the_log(tmp_path: Path) -> None:
    settings, root = live_settings(tmp_path)
    with running(replace(settings, workers=2), root, tmp_path / "server.log") as server:
        os.kill(_children(server.process.pid)[-1], signal.SIGKILL)
        assert server.process.wait(SECONDS) == 1
    assert [line["workers"] for line in server.lines() if line["event"] == "worker ended"] == [2]


def _children(pid: int) -> list[int]:
    """The processes that answer a server's requests; Python's own helper beside them is another program."""
    found = [int(one) for children in Path(f"/proc/{pid}/task").glob("*/children") for one in children.read_text().split()]
    return [one for one in found if b"resource_tracker" not in Path(f"/proc/{one}/cmdline").read_bytes()]


def _niceness(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/stat")
    return [int(one.read_text().rpartition(") ")[2].split()[16]) for one in threads]


def test_deploy_settings_file_is_read() -> None:
    path = DEPLOY / "voute.toml"
    settings = load_settings({"VOUTE_CONFIG": str(path)})
    assert settings.data not in settings.locks_folder.parents, "locks must not be in what is backed up"
    assert {str(one) for one in settings.trusted_proxies} == {"127.0.0.1/32", "::1/128"}
    assert set(tomllib.loads(path.read_text())) <= {*settings.__slots__}


def test_deploy_programs_of_one_machine_listen_at_ports_of_their_own() -> None:
    settings = tomllib.loads((DEPLOY / "voute.toml").read_text())
    nginx = re.findall(r"^ *listen (?:\S+:)?(\d+)", (DEPLOY / "nginx" / "voute.conf").read_text(), re.MULTILINE)
    assert {"80", "443"} < set(nginx)
    assert not {str(settings["port"]), settings["metrics"]} & set(nginx)
    assert str(settings["port"]) != settings["metrics"]
    monitoring = (DEPLOY.parent / "docs" / "operate" / "monitoring.md").read_text()
    assert f'targets: ["127.0.0.1:{settings["metrics"]}"]' in monitoring


def test_deploy_units_leave_nginx_its_way_to_the_packs() -> None:
    """systemd sets the folder's mode at each start: a mask of `---` would take away what `setfacl` gave (direct-reads.md)."""
    units = [one.read_text() for one in UNITS if "\nStateDirectory=voute\n" in one.read_text()]
    assert len(units) == 4
    assert {mode for text in units for mode in re.findall(r"^StateDirectoryMode=(.*)$", text, re.MULTILINE)} == {"0710"}
    guide = (DEPLOY.parent / "docs" / "operate" / "install.md").read_text()
    assert "-m 710 /var/lib/voute\n" in guide


def test_deploy_units_and_guide_name_what_the_wheel_brings() -> None:
    shared = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    places = {target: DEPLOY.parent / source for source, target in shared["shared-data"].items()}
    (guide,) = re.findall(
        r"^Documentation=file:/opt/voute/(.*)$", (DEPLOY / "systemd" / "voute.service").read_text(), re.MULTILINE
    )
    (place,) = [place for place in places if guide.startswith(f"{place}/")]
    assert (places[place] / guide.removeprefix(f"{place}/")).is_file()
    assert "cd /opt/voute/share/voute\n" in (DEPLOY.parent / "docs" / "operate" / "install.md").read_text()
