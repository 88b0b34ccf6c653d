"""Reading from an S3 that fails in the middle: the reader is told, no half counts as whole, and nothing of it is kept."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from tests.support.city import FINANCES, check, demo_settings, found_city
from tests.support.holder import Resident
from tests.support.issuer import Department
from tests.support.live import running
from tests.support.ports import free_port
from tests.support.s3.simulator import S3Simulator, simulator
from tests.support.s3.stores import on_s3
from tests.support.served_city import browser
from voute.core.ids import Slug

SIZES = (2_000, 5_000_000)
"""One that is read whole before it is answered, one that is answered as it comes."""
SECONDS = 60
FOREVER = 1_000
CODES = {"store-unreachable", "store-refused", "store-full"}


@dataclass
class Read:
    """Addresses of a city on S3 that is served, and what each gives."""

    s3: S3Simulator
    client: httpx.Client
    good: dict[str, httpx.Response]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("reads")
    with simulator(folder) as s3:
        here = replace(demo_settings(folder / "city"), port=free_port(), limit_factor=1_000)
        settings = on_s3(here, s3, "city", seconds=1)
        root = found_city(settings, f"http://localhost:{settings.port}", "localhost")
        with running(settings, root, folder / "log"), browser(root.origin) as client:
            issuer = Department(Slug("finances"), FINANCES, origin=root.origin)
            issuer.sign_in(client)
            code, keys, _ = issuer.code("roll-1")
            bills = [issuer.bill_for_code(keys, f"bill-{size}", b"%PDF" + bytes(size)) for size in SIZES]
            issuer.deliver(client, bills)
            resident, end = Resident(client, root), time.monotonic() + SECONDS
            while not any("/log/tile/entries/" in key for key in s3.kept()):
                assert time.monotonic() < end, Path(folder / "log").read_text("utf-8")
                time.sleep(0.1)
            resident.claim(code)
            for bill in bills:
                assert resident.read(bill.sealed.document_id.hex()) == bill.plaintext
            paths = [f"/api/documents/{bill.sealed.document_id.hex()}/body" for bill in bills]
            paths += [f"/{key.partition('/')[2]}" for key in s3.kept() if "/log/tile/" in key]
            yield Read(s3, client, {path: check(client.get(path)) for path in paths})


@pytest.mark.parametrize("how", ["503", "cut", "torn", "slow", "403", "507"])
def test_api_s3_read_that_fails_is_told_and_kept_by_nobody(read: Read, how: str) -> None:
    assert len(read.good) >= len(SIZES) + 2
    for path, good in read.good.items():
        read.s3.break_next("GET .*(packs|log)/", how, times=FOREVER, seconds=1.5 if how == "slow" else 0)
        try:
            reply = read.client.get(path)
        except httpx.RemoteProtocolError:
            # It was on its way: the length that was promised does not come.
            assert len(good.content) > SIZES[0]
        else:
            assert reply.json()["code"] in CODES, path
            assert (reply.status_code, reply.headers["cache-control"]) == (503, "no-store")
        read.s3.heal()
        again = check(read.client.get(path))
        assert again.content == good.content
        assert again.headers.get("cache-control") == good.headers.get("cache-control")


def test_api_s3_read_that_fails_once_is_not_even_seen(read: Read) -> None:
    for how in ("503", "cut", "torn"):
        for path, good in read.good.items():
            read.s3.break_next("GET .*(packs|log)/", how)
            assert check(read.client.get(path)).content == good.content, (how, path)
            read.s3.heal()
