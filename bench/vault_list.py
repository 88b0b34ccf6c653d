"""A full vault: how long its list takes with 50, 500 and 5,000 documents, at the city and in the real page in Chromium.

At the city: the list that a page reads, all its parts, one after the other, with their bytes. In the page: from the tap that
signs in with a recovery kit to the moment when the count of the documents stands there. A first visit opens the key of every
document and writes the vault's index; later visits, each in a browser that knows nothing, read the index.
"""

import os
import shutil
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from bench.city import Founded, found_city, served
from bench.delivery import command_of, deliver
from bench.documents import SMALL_SIZE, holder, make_folder, write_list
from bench.holders import Holder, claim_all
from bench.memory import family_of
from bench.report import spread
from bench.usage import process_seconds, say
from bench.workplace import WORK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Response

SIZES: Final = (50, 500, 5_000)
VISITS: Final = 3
"""Later visits, whose median counts."""
ROUNDS: Final = 5

_CHROMIUM: Final = Path("/usr/bin/chromium")
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)
_PATIENCE_MS: Final = 600_000
_INDEX_WITHIN_S: Final = 300.0
_LOOK_MS: Final = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: seconds to the list, processor time of the browser and of the server until then, bytes and calls of the city."""

    seconds: float
    browser_cpu_s: float
    server_cpu_s: float
    bytes: int
    calls: int


def measure_vaults(sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Found a city with a vault of each size, and measure; returns the figures that are kept."""
    folder = WORK / "vaults"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    city = found_city(folder)
    with served(city, folder / "server.log") as server:
        holders = _fill(city, folder, sizes)
        rows = [_measure(city, server, one, size, folder) for one, size in zip(holders, sizes, strict=True)]
    shutil.rmtree(folder, ignore_errors=True)
    return {"vaults": rows, "visits": VISITS, "rounds": ROUNDS, "in_browser": _CHROMIUM.exists()}


def _fill(city: Founded, folder: Path, sizes: Sequence[int]) -> list[Holder]:
    """Give so many holders a vault and its documents."""
    most = max(sizes)
    files = make_folder(WORK / f"small-{most}", most, SMALL_SIZE)
    people = [holder(number) for number in range(len(sizes))]
    deliver(command_of(city, write_list(folder / "letters.csv", people), files))
    owners = {one.reference: one for one in claim_all(city)}
    for person, size in zip(people, sizes, strict=True):
        say(f"a vault of {size:,} documents is filled")
        deliver(command_of(city, write_list(folder / f"vault-{size}.csv", [person] * (size - 1)), files))
    return [owners[person.reference] for person in people]


def _measure(city: Founded, server: int, owner: Holder, size: int, folder: Path) -> dict[str, Any]:
    say(f"the list of {size:,} documents")
    lists = [_read_list(city, server, owner, size) for _ in range(ROUNDS)]
    figures: dict[str, Any] = {
        "documents": size,
        "list_ms": spread([one.seconds * 1e3 for one in lists]),
        "list_server_cpu_ms": spread([one.server_cpu_s * 1e3 for one in lists], 2),
        "list_bytes": lists[0].bytes,
        "list_calls": lists[0].calls,
    }
    if _CHROMIUM.exists():
        with _browser() as browser:
            visit = partial(_visit, browser, city, server, owner, size, folder)
            first, later = visit(is_first=True), [visit() for _ in range(VISITS)]
        figures |= {"first_visit": _told([first]), "later_visit": _told(later)}
    return figures


def _told(visits: Sequence[Visit]) -> Mapping[str, Any]:
    def of(figure: Callable[[Visit], float], digits: int = 0) -> dict[str, float]:
        return spread([figure(one) for one in visits], digits)

    return {
        "list_shown_ms": of(lambda one: one.seconds * 1e3),
        "browser_cpu_ms": of(lambda one: one.browser_cpu_s * 1e3),
        "server_cpu_ms": of(lambda one: one.server_cpu_s * 1e3),
        "bytes": round(statistics.median(one.bytes for one in visits)),
        "calls": round(statistics.median(one.calls for one in visits)),
    }


def _read_list(city: Founded, server: int, owner: Holder, size: int) -> Visit:
    """Read all parts of the list, as a page without an index does."""
    found, read, calls, after = 0, 0, 0, 0
    with httpx.Client(base_url=city.origin, headers={"cookie": owner.cookie, "x-voute": "1"}, timeout=60) as http:
        http.get("/health")
        cpu, start = process_seconds(server), time.perf_counter()
        while True:
            answer = http.get("/api/documents", params={"after": after}).raise_for_status()
            reply = answer.json()
            found, read, calls = found + len(reply["documents"]), read + len(answer.content), calls + 1
            if reply["next"] is None:
                break
            after = reply["next"]
        seconds = time.perf_counter() - start
    if found != size:
        raise ValueError(f"{found} documents in a vault of {size}")
    return Visit(seconds, 0.0, process_seconds(server) - cpu, read, calls)


@contextmanager
def _browser() -> "Iterator[Browser]":
    # Loaded when needed: all other measurements do without it.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


def _visit(
    browser: "Browser", city: Founded, server: int, owner: Holder, size: int, folder: Path, *, is_first: bool = False
) -> Visit:
    """Sign in with the kit in a browser that knows nothing, and wait for the list."""
    kit = folder / "kit.txt"
    kit.write_bytes(owner.kit.encode())
    context = browser.new_context(locale="fr-CA")
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer) if "/api/" in answer.url else None)
    page.goto(f"{city.origin}/connexion")
    page.get_by_role("button", name="Utiliser ma trousse de secours", exact=True).click()
    page.locator("input[type=file]").set_input_files(kit)
    button = page.get_by_role("button", name="Ouvrir avec la trousse", exact=True)
    button.wait_for()
    answers.clear()
    before, of_server, start = _browser_seconds(server), process_seconds(server), time.perf_counter()
    button.click()
    page.wait_for_function(
        "(wanted) => (document.querySelector('.list [role=status]')?.textContent ?? '').replace(/\\D/g, '').includes(wanted)",
        arg=str(size),
    )
    seconds = time.perf_counter() - start
    used = _browser_seconds(server) - before, process_seconds(server) - of_server
    got = list(answers)
    if is_first:
        _wait_for_index(page, answers)
    size_of = [int(answer.headers.get("content-length", "0")) for answer in got]
    context.close()
    return Visit(seconds, *used, sum(size_of), len(got))


def _wait_for_index(page: "Page", answers: "Sequence[Response]") -> None:
    """Stay until the page has written the vault's index, which it does a while after the list is there."""
    end = time.monotonic() + _INDEX_WITHIN_S
    while not any(one.request.method == "PUT" and "/api/vault/index" in one.url for one in answers):
        if time.monotonic() > end:
            raise TimeoutError("no index was written")
        page.wait_for_timeout(_LOOK_MS)


def _browser_seconds(server: int) -> float:
    """Return the processor time of all that this process has started, the server left out: of the browser and its driver."""
    total = 0.0
    for process in family_of(os.getpid()) - family_of(server) - {os.getpid()}:
        with suppress(ProcessLookupError):
            total += process_seconds(process)
    return total
