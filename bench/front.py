"""nginx in front of a city, as `deploy/nginx/voute.conf` sets it up, but for TLS: what bodies cost through it, and by it.

Both servers count: a body that nginx reads from the disk (`direct_reads = "x-accel-redirect"`) is still asked of the city.
"""

import getpass
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from bench.city import ADDRESS, Founded, free_port, served, wait_for_port
from bench.workplace import environment
from voute.server.settings import X_ACCEL_REDIRECT

_DEPLOYED: Final = Path(__file__).parents[1] / "deploy" / "nginx" / "voute.conf"
_TLS: Final = re.compile(r"^ *(?:ssl_\w+ .*|listen \[::\].*)\n", re.MULTILINE)
_MAIN: Final = """\
{user}worker_processes {workers}; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{ keepalive_requests 1000000; client_body_temp_path {folder}; proxy_temp_path {folder};
fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
{text} }}
"""


@contextmanager
def fronted(city: Founded, folder: Path, workers: int, *, is_direct: bool) -> Iterator[tuple[int, tuple[int, int]]]:
    """Serve a city behind nginx, which hands out bodies itself or passes them on; yields nginx's port and both processes."""
    folder.mkdir()
    proxies = (ip_network(f"{ADDRESS}/32"),)
    chosen = replace(city.settings, port=free_port(), direct_reads=X_ACCEL_REDIRECT if is_direct else "", trusted_proxies=proxies)
    port = free_port()
    path = folder / "nginx.conf"
    path.write_text(_configured(port, replace(city, settings=chosen), folder, workers), "utf-8")
    with served(replace(city, settings=chosen, origin=f"http://{ADDRESS}:{chosen.port}"), folder / "server.log") as process:
        with (folder / "nginx.out").open("wb") as output:
            command = ["nginx", "-p", str(folder), "-c", str(path)]
            nginx = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            wait_for_port(port)
            yield port, (process, nginx.pid)
        finally:
            nginx.terminate()
            nginx.wait()


def _configured(port: int, city: Founded, folder: Path, workers: int) -> str:
    text = _TLS.sub("", _DEPLOYED.read_text("utf-8"))
    for old, new in (
        ("listen 80;", f"listen {ADDRESS}:{free_port()};"),
        ("listen 443 ssl http2;", f"listen {ADDRESS}:{port};"),
        ("127.0.0.1:8100", f"{ADDRESS}:{city.settings.port}"),
        ("127.0.0.1:8101", f"{ADDRESS}:{free_port()}"),
        ("/var/lib/voute/city/packs", str(city.settings.packs_folder)),
        ("/var/log/nginx", str(folder)),
    ):
        if old not in text:
            raise ValueError(old)
        text = text.replace(old, new)
    return _MAIN.format(user=f"user {getpass.getuser()}; ", workers=workers, folder=folder, text=text)
