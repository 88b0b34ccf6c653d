"""A PostgreSQL on a disk of a few megabytes, which a test fills and empties: a file system in memory that only it sees."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from tests.support.postgres import UNPRIVILEGED, Postgres, folder_of_a_server, running

MEGABYTES = 48
WAL = ("--wal-segsize=1",)
SMALL_WAL = ("min_wal_size=2MB", "max_wal_size=8MB")


@dataclass(frozen=True)
class Cramped:
    """A view of the disks in which `folder` is small; made by a process that waits for as long as the view is needed."""

    folder: Path
    holder: "subprocess.Popen[bytes]"

    @property
    def way_in(self) -> tuple[str, ...]:
        more = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        return "nsenter", f"--target={self.holder.pid}", "--mount", *more, "--"

    def run(self, script: str) -> None:
        subprocess.run([*self.way_in, "sh", "-c", script], check=True, capture_output=True, cwd="/", stdin=subprocess.DEVNULL)

    def fill(self) -> None:
        """Leave not a byte."""
        self.run(f"cat /dev/zero >{self.folder}/ballast 2>/dev/null; true")

    def free(self) -> None:
        self.run(f"rm {self.folder}/ballast")


@contextmanager
def cramped(folder: Path) -> Iterator[Cramped]:
    """Make a folder small; where we are not root, as a user who is one in a world of its own."""
    folder.mkdir()
    more = () if os.geteuid() == 0 else ("--user", "--map-current-user", "--keep-caps")
    script = f"mount -t tmpfs -o size={MEGABYTES}m,mode=0777 none {folder} && echo ready && cat"
    command = ["unshare", "--mount", *more, "sh", "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        yield Cramped(folder, holder)
        # Its standard input ends here, and with it the process and the disk.


@contextmanager
def cramped_postgres(*, is_log_small: bool) -> Iterator[tuple[Postgres, Cramped, str]]:
    """Run a server with an empty database: either the database is on the small disk, or the write-ahead log of all is."""
    with folder_of_a_server() as own, cramped(own / "small") as disk:
        server = Postgres(own, SMALL_WAL if is_log_small else (), within=disk.way_in)
        if is_log_small:
            server.init = (*WAL, f"--waldir={disk.folder}/wal")
        server.initialise()
        with running(server):
            if is_log_small:
                yield server, disk, server.database(empty=True)
                return
            owner = f"-o {UNPRIVILEGED}" if os.geteuid() == 0 else ""
            disk.run(f"install -d {owner} {disk.folder}/space")
            with server.connected() as operator:
                operator.execute(text(f"CREATE TABLESPACE small LOCATION '{disk.folder}/space'"))
                operator.execute(text("CREATE DATABASE cramped TEMPLATE template0 TABLESPACE small"))
            yield server, disk, server.url("cramped")
