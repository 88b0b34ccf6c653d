"""What residents wait for: the list of a vault with 50 documents, and the body of one, beside the least that can serve them.

The list is asked of the real city by a signed-in holder, then the same bytes of a route that does nothing, on the same server
software with as many workers; the body of 100 KB, then the same range of the same pack from nginx. All in turn, round by round,
with the load generator on the same cores: what counts is the ratio. Processor time is that of the servers alone.
"""

import getpass
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import httpx

from bench.city import ADDRESS, HOST, Founded, found_city, free_port, served, wait_for_port
from bench.delivery import command_of, deliver
from bench.documents import holder, make_folder, write_list
from bench.front import fronted
from bench.holders import claim_all
from bench.load import Load, put_load, request
from bench.memory import family_of
from bench.report import spread
from bench.usage import process_seconds
from bench.workplace import WORK, environment

DOCUMENTS: Final = 50
BODY: Final = 100_000
WORKERS: Final = 2
ROUNDS: Final = 3
SECONDS: Final = 4.0
THROUGH: Final = "body, through nginx"
"""As residents get it: nginx, set up as deployed, passes on what the city reads."""
BY: Final = "body, by nginx"
"""The same, but nginx reads it (`direct_reads`)."""

_NGINX: Final = """\
user {user}; worker_processes {workers}; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{ access_log off; sendfile on; keepalive_requests 1000000; client_body_temp_path {folder}; proxy_temp_path {folder};
fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
server {{ listen 127.0.0.1:{port}; root {root}; }} }}
"""


@dataclass(frozen=True, slots=True)
class Served:
    """One load on one server, and the processor time that an answer took of it, in microseconds."""

    load: Load
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Target:
    """Something that answers: a port, what is asked, the status, and whose processor time it is, and who else's."""

    name: str
    port: int
    asked: bytes
    process: int
    status: int = 200
    others: tuple[int, ...] = ()


def measure_serving(rounds: int = ROUNDS, seconds: float = SECONDS) -> dict[str, Any]:
    """Found a city with one full vault, serve it, and measure; returns the figures that are kept."""
    folder = WORK / "serving"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    city = found_city(folder)
    with served(city, folder / "first.log"):
        cookie = fill_vault(city, folder)
    many = replace(city, settings=replace(city.settings, workers=WORKERS))
    with ExitStack() as stack:
        process = stack.enter_context(served(many, folder / "server.log"))
        targets = _targets(many, folder, process, cookie, stack)
        runs: dict[str, list[Served]] = {target.name: [] for target in targets}
        for _ in range(rounds):
            for target in targets:
                runs[target.name].append(measure_target(target, seconds))
        half = put_load(targets[0].port, targets[0].asked, seconds, rate=runs["list"][-1].load.per_second / 2)
    return _figures(runs, half, rounds)


def fill_vault(city: Founded, folder: Path) -> str:
    """Give one holder a vault and 50 documents of 100 KB in it; returns the cookie of the session."""
    files = make_folder(WORK / f"bodies-{DOCUMENTS}", DOCUMENTS, BODY)
    deliver(command_of(city, write_list(folder / "letter.csv", [holder(0)]), files))
    (owner,) = claim_all(city)
    deliver(command_of(city, write_list(folder / "rest.csv", [holder(0)] * (DOCUMENTS - 1)), files))
    return owner.cookie


def _targets(city: Founded, folder: Path, process: int, cookie: str, stack: ExitStack) -> list[Target]:
    headers = {"cookie": cookie, "x-voute": "1"}
    port = city.settings.port
    listed = httpx.get(f"{city.origin}/api/documents", headers=headers).raise_for_status()
    documents = json.loads(listed.content)["documents"]
    if len(documents) != DOCUMENTS:
        raise ValueError(f"{len(documents)} documents in the vault")
    host = f"{HOST}:{port}"
    own = {"cookie": cookie, "x_voute": "1"}
    targets = [Target("list", port, request("/api/documents", host, **own), process)]
    targets.append(stack.enter_context(_plain(folder, listed.content)))
    body = request(f"/api/documents/{documents[-1]['document_id']}/body", host, **own)
    targets.append(Target("body", port, body, process))
    if shutil.which("nginx"):
        targets.append(stack.enter_context(_nginx(folder, city.settings.data / "packs", int(documents[-1]["size"]))))
        for name, is_direct in ((THROUGH, False), (BY, True)):
            behind = fronted(city, folder / f"front-{is_direct}", WORKERS, is_direct=is_direct)
            front, processes = stack.enter_context(behind)
            status = 206 if is_direct else 200
            targets.append(Target(name, front, body, processes[0], status, processes[1:]))
    return targets


@contextmanager
def _plain(folder: Path, data: bytes) -> Iterator[Target]:
    path, port = folder / "list.json", free_port()
    path.write_bytes(data)
    command = [sys.executable, "-m", "bench.plain_server", str(path), str(port), str(WORKERS)]
    with _running(command, folder / "plain.log") as process:
        wait_for_port(port)
        yield Target("no-op", port, request("/", f"{HOST}:{port}"), process)


@contextmanager
def _nginx(folder: Path, packs: Path, size: int) -> Iterator[Target]:
    """Serve the packs with nginx; a range as long as the body is asked for of the largest one."""
    pack = max(packs.rglob("*.pack"), key=lambda path: path.stat().st_size)
    port = free_port()
    path = folder / "nginx.conf"
    path.write_text(_NGINX.format(user=getpass.getuser(), workers=WORKERS, folder=folder, port=port, root=packs))
    with _running(["nginx", "-p", str(folder), "-c", str(path)], folder / "nginx.out") as process:
        wait_for_port(port)
        asked = request(f"/{pack.relative_to(packs)}", f"{ADDRESS}:{port}", range=f"bytes=0-{size - 1}")
        yield Target("nginx", port, asked, process, status=206)


@contextmanager
def _running(command: Sequence[str], log: Path) -> Iterator[int]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def measure_target(target: Target, seconds: float) -> Served:
    """Put a load on a target, and see what an answer took of its processes."""

    def used() -> float:
        return sum(process_seconds(process) for root in (target.process, *target.others) for process in family_of(root))

    before = used()
    load = put_load(target.port, target.asked, seconds, status=target.status)
    return Served(load, (used() - before) / len(load.times) * 1e6)


def _figures(runs: Mapping[str, Sequence[Served]], half: Load, rounds: int) -> dict[str, Any]:
    def rates(name: str) -> list[float]:
        return [one.load.per_second for one in runs[name]]

    def ratio(one: str, other: str, figure: Callable[[Served], float]) -> dict[str, float]:
        return spread([figure(a) / figure(b) for a, b in zip(runs[one], runs[other], strict=True)], 2)

    figures: dict[str, Any] = {
        "documents": DOCUMENTS,
        "rounds": rounds,
        "workers": WORKERS,
        "per_second": {name: spread(rates(name)) for name in runs},
        "server_cpu_us": {name: spread([one.cpu_us for one in runs[name]]) for name in runs},
        "list_to_no_op": ratio("list", "no-op", lambda one: one.load.per_second),
        "list_cpu_to_no_op": ratio("list", "no-op", lambda one: one.cpu_us),
        "list_p99_ms_at_half_load": round(half.percentile_ms(0.99), 1),
        "list_p50_ms_at_half_load": round(half.percentile_ms(0.50), 1),
    }
    if "nginx" in runs:
        figures["body_to_nginx"] = ratio("body", "nginx", lambda one: one.load.per_second)
        figures["behind_to_nginx"] = {name: ratio(name, "nginx", lambda one: one.load.per_second) for name in (THROUGH, BY)}
    return figures
