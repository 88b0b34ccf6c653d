"""deploy/caddy, read line by line: it says what nginx's file says. It was run by hand; no Caddy is where these tests run."""

import re
from typing import Final

from tests.support.project import ROOT

CADDY: Final = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text("utf-8")
NGINX: Final = (ROOT / "deploy" / "nginx" / "voute.conf").read_text("utf-8")
MIB: Final = 1024 * 1024
NEEDED: Final = (
    "admin off",
    "auto_https disable_redirects",
    "protocols h1 h2",
    "reverse_proxy 127.0.0.1:8100 {",
    "header_up x-forwarded-for {remote_host}",
    "compression off",
    "request delete",
)
# Each would gather bodies, compress them, write people's addresses, or believe what a client says of its own.
FORBIDDEN: Final = (
    "encode",
    "trusted_proxies",
    "buffer_requests",
    "buffer_responses",
    "request_buffers",
    "flush_interval",
    "tls internal",
)


def lines() -> list[str]:
    """Each line that says something, without its indent."""
    return [line.strip() for line in CADDY.splitlines() if line.strip() and not line.strip().startswith("#")]


def test_structure_caddy_says_what_matters_and_nothing_that_undoes_it() -> None:
    assert [one for one in NEEDED if one not in lines()] == []
    assert [line for line in lines() if line.startswith(FORBIDDEN)] == []


def test_structure_caddy_blocks_are_closed() -> None:
    said = lines()
    assert sum(line.endswith("{") for line in said) == sum(line == "}" for line in said)


def test_structure_caddy_leads_the_pages_over_that_nginx_does() -> None:
    found = re.search(r"^\t@pages path (.*)$", CADDY, re.MULTILINE)
    by_nginx = re.search(r"location ~ \^/\(\|(.*)\)\$ \{", NGINX)
    assert found
    assert by_nginx
    assert sorted(found[1].split()) == sorted(["/", *(f"/{one}" for one in by_nginx[1].split("|"))])


def test_structure_caddy_takes_bodies_as_large_as_nginx_does() -> None:
    found, by_nginx = re.search(r"max_size (\d+)MiB", CADDY), re.search(r"client_max_body_size (\d+)m;", NGINX)
    assert found
    assert by_nginx
    assert int(found[1]) * MIB == int(by_nginx[1]) * MIB


def test_structure_caddy_waits_for_the_city_as_long_as_nginx_does() -> None:
    found, by_nginx = re.search(r"response_header_timeout (\d+)s", CADDY), re.search(r"proxy_read_timeout (\d+)s;", NGINX)
    assert found
    assert by_nginx
    assert found[1] == by_nginx[1]
