"""Ceph with its S3 gateway, from Debian's packages: one monitor, one manager, one store in a sparse file, one gateway.

`python -m tests.support.s3.ceph FOLDER` starts it, writes its port to its output, and ends it when its input ends.
"""

import base64
import hmac
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final

import httpx

from tests.support.project import ROOT
from tests.support.s3.simulator import write_credentials
from voute.store.s3 import S3Place
from voute.store.s3_credentials import Credential
from voute.store.s3_signing import sign

PACKAGES: Final = ("ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "ceph-common")
COMMANDS: Final = ("ceph", "ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool", "ceph-authtool")
BUCKET: Final = "city"
ACCESS: Final = "cephkey"
SECRET: Final = "cephsecret"
SECONDS: Final = 180
"""Far longer than it takes to be ready, which is 20 s on a machine with nothing else to do."""
SIZE: Final = 30 << 30
"""What the store believes to have; the file is sparse."""
CREDENTIALS: Final = "s3-credentials"


class CephMissingError(Exception):
    """This machine has no Ceph."""


@dataclass
class CephServer:
    """A running gateway with one bucket."""

    port: int
    credentials: Path

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def place(self, prefix: str = "", seconds: float = 30) -> S3Place:
        return S3Place(BUCKET, prefix, self.endpoint, credentials=self.credentials, seconds=seconds)

    def allow(self, rules: list[dict[str, Any]]) -> None:
        """Give the bucket these rules for pages of other origins, as an administrator does, by the older way of signing."""
        names = {"AllowedOrigins": "AllowedOrigin", "AllowedMethods": "AllowedMethod"}
        names |= {"AllowedHeaders": "AllowedHeader", "ExposeHeaders": "ExposeHeader"}
        parts = [
            "".join(f"<{tag}>{one}</{tag}>" for name, tag in names.items() for one in rule[name])
            + f"<MaxAgeSeconds>{rule['MaxAgeSeconds']}</MaxAgeSeconds>"
            for rule in rules
        ]
        inside = "".join(f"<CORSRule>{part}</CORSRule>" for part in parts)
        moment = formatdate(usegmt=True)
        text = f"{'PUT' if rules else 'DELETE'}\n\n\n{moment}\n/{BUCKET}?cors"
        signature = base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha1")).decode()
        reply = httpx.request(
            "PUT" if rules else "DELETE",
            f"{self.endpoint}/{BUCKET}?cors",
            headers={"date": moment, "authorization": f"AWS {ACCESS}:{signature}"},
            content=f"<CORSConfiguration>{inside}</CORSConfiguration>" if rules else None,
            trust_env=False,
        )
        reply.raise_for_status()


def require_ceph() -> None:
    """Say what to install where it is missing; never pass it over in silence."""
    missing = [name for name in COMMANDS if shutil.which(name) is None]
    if missing:
        packages = " ".join(PACKAGES)
        raise CephMissingError(f"{', '.join(missing)} not found. As an administrator: apt-get install {packages}")


@contextmanager
def ceph(folder: Path) -> Iterator[CephServer]:
    """Start it in a process of its own, so that tests without sockets can have it too."""
    require_ceph()
    command = [sys.executable, "-m", "tests.support.s3.ceph", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"Ceph did not start: see what it said above and {folder}"
        yield CephServer(int(line), folder / CREDENTIALS)
        assert process.stdin is not None
        process.stdin.close()


@contextmanager
def cluster(folder: Path) -> Iterator[int]:
    """Start the processes and yield the port of the gateway."""
    monitor, gateway = free_ports(2)
    machine = Machine(folder, monitor, gateway)
    machine.prepare()
    write_credentials(folder / CREDENTIALS, SECRET, ACCESS)
    with ExitStack() as stack:
        stack.callback(machine.stop)
        machine.start("ceph-mon", "-i", "a")
        wait_for_port(monitor)
        store = str(uuid.uuid4())
        machine.run("ceph", "--connect-timeout", "60", "osd", "new", store)
        machine.start("ceph-mgr", "-i", "x")
        machine.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store)
        machine.start("ceph-osd", "-i", "0")
        machine.wait_for_store()
        machine.start("radosgw", "-n", "client.rgw")
        wait_for_port(gateway)
        keys = (f"--access-key={ACCESS}", f"--secret-key={SECRET}")
        machine.run("radosgw-admin", "user", "create", "--uid=city", "--display-name=city", *keys)
        make_bucket(f"127.0.0.1:{gateway}")
        yield gateway


class Machine:
    """The processes of one small cluster, all of whose files are below one folder."""

    def __init__(self, folder: Path, monitor: int, gateway: int) -> None:
        self.folder = folder
        self.monitor = monitor
        self.config = folder / "ceph.conf"
        self.fsid = str(uuid.uuid4())
        self.running: list[subprocess.Popen[bytes]] = []
        for name in ("mon", "osd", "mgr", "rgw"):
            (folder / name).mkdir()
        self.config.write_text(configuration(folder, self.fsid, monitor, gateway), "utf-8")

    def prepare(self) -> None:
        ring, monmap = self.folder / "keyring", self.folder / "monmap"
        ring.touch()
        rights = {
            "mon.": "mon",
            "client.admin": "mon osd mgr",
            "client.rgw": "mon osd mgr",
            "mgr.x": "mon osd",
            "osd.0": "mon osd mgr",
        }
        for who, what in rights.items():
            allowed = [word for part in what.split() for word in ("--cap", part, "allow *")]
            self.run("ceph-authtool", str(ring), "--gen-key", "-n", who, *allowed, configured=False)
        address = f"[v2:127.0.0.1:{self.monitor}]"
        self.run("monmaptool", "--create", "--addv", "a", address, "--fsid", self.fsid, str(monmap), configured=False)
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(monmap), "--keyring", str(ring))

    def run(self, command: str, *arguments: str, configured: bool = True) -> str:
        where = ("-c", str(self.config)) if configured else ()
        environment = {**os.environ, "CEPH_CONF": str(self.config)}
        done = subprocess.run(
            [command, *where, *arguments], capture_output=True, text=True, timeout=SECONDS, env=environment, check=False
        )
        assert done.returncode == 0, f"{command} {arguments}: {done.stderr[-2_000:]}"
        return done.stdout

    def start(self, command: str, *arguments: str) -> None:
        with (self.folder / f"{command}.out").open("wb") as said:
            self.running.append(
                subprocess.Popen([command, "-f", "-c", str(self.config), *arguments], stdout=said, stderr=subprocess.STDOUT)
            )

    def wait_for_store(self) -> None:
        deadline = time.monotonic() + SECONDS
        while " 1 up" not in self.run("ceph", "osd", "stat"):
            assert time.monotonic() < deadline, "the store of Ceph does not come up"
            time.sleep(0.5)

    def stop(self) -> None:
        for process in reversed(self.running):
            process.kill()
            process.wait()


def configuration(folder: Path, fsid: str, monitor: int, gateway: int) -> str:
    return f"""[global]
fsid = {fsid}
mon_host = [v2:127.0.0.1:{monitor}]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
run_dir = {folder}
admin_socket = {folder}/$name.asok
log_file = {folder}/$name.log
crash_dir = {folder}
keyring = {folder}/keyring
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
mon_allow_pool_size_one = true
osd_crush_chooseleaf_type = 0
osd_objectstore = bluestore
bluestore_block_size = {SIZE}
bluestore_fsck_on_mount = false
osd_memory_target = 1073741824
rgw_enable_usage_log = false
rgw_dynamic_resharding = false
[mon.a]
mon_data = {folder}/mon
[mgr.x]
mgr_data = {folder}/mgr
mgr_initial_modules =
[osd.0]
osd_data = {folder}/osd
[client.rgw]
rgw_data = {folder}/rgw
rgw_frontends = beast endpoint=127.0.0.1:{gateway} tcp_nodelay=1
"""


def free_ports(many: int) -> list[int]:
    """Ports that nobody has; the kernel gives each out once before it gives any out again."""
    held = [socket.socket() for _ in range(many)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "Ceph does not listen"
            time.sleep(0.2)
        else:
            return


def make_bucket(host: str) -> None:
    """Make the bucket by hand, once: the city never makes one."""
    headers = sign(Credential(ACCESS, SECRET, None), "us-east-1", "PUT", host, f"/{BUCKET}", "", datetime.now(UTC))
    httpx.put(f"http://{host}/{BUCKET}", headers=headers, trust_env=False).raise_for_status()


if __name__ == "__main__":
    with cluster(Path(sys.argv[1])) as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        sys.stdin.read()
