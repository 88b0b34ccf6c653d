"""What the browser refuses for us: scripts that were changed on the way, foreign script and connections."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.support.attempts import ATTEMPTS, armed
from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import OPEN_BUTTON, Visitor, new_visitor, wait_for_ink
from tests.support.project import ROOT
from tests.support.waiting import wait_for

DIST = ROOT / "web" / "dist" / "assets"
HEARD = "console error: policy img-src"
UNSTARTED = "Cette page n’a pas démarré"
REFUSED = "Une partie de cette page n’a pas été lancée"


def asset(start: str, suffix: str = "js") -> str:
    """Give the one file of the build with this beginning of its name."""
    (found,) = DIST.glob(f"{start}-*.{suffix}")
    return found.name


# -- a script that was changed on the way

MARK = "globalThis.document?.documentElement.setAttribute('data-changed', '1'); globalThis.changedOnTheWay = true;"


def change(context: BrowserContext, name: str) -> None:
    """From now on this file comes with a line that we did not publish."""

    def fulfil(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, body=MARK.encode() + reply.body())

    context.route(f"**/assets/{name}", fulfil)


def forget_integrity(context: BrowserContext, origin: str) -> None:
    """A browser, or a page, that does not know what it should get."""

    def fulfil(route: Route) -> None:
        reply = route.fetch()
        html = re.sub(r' integrity="[^"]*"', "", reply.text())
        html = re.sub(r'<script type="importmap">.*?</script>', "", html, flags=re.DOTALL)
        route.fulfill(response=reply, body=html)

    context.route(re.compile(re.escape(origin) + "/($|ouvrir|documents)"), fulfil)


def ran(page: Page) -> bool:
    answer: bool = page.evaluate("document.documentElement.hasAttribute('data-changed')")
    return answer


@pytest.fixture
def context(browser: Browser, city: ServedCity) -> Iterator[BrowserContext]:
    """A browser whose complaints are not judged: here it must complain."""
    made = browser.new_context(base_url=city.origin, locale="fr-CA")
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture(scope="module")
def holder(browser: Browser, city: ServedCity) -> Iterator[Visitor]:
    """Somebody with a document before them; the browser's complaints are the point, so nobody judges them."""
    visitor = new_visitor(browser, city.origin, scripts=[armed()])
    visitor.claim(city.fresh().link)
    yield visitor
    visitor.context.close()


# A program that is only slow gets these seconds before the page says that there is none (web/ui/theme/voute.css).
EIGHT_SECONDS_ON = "() => document.getAnimations().forEach((one) => { one.currentTime = 8_000; })"
FIRST = ("index", "program")
"""The first script, and one that it imports."""


@pytest.mark.attack("F1")
@pytest.mark.parametrize("start", FIRST)
def test_browser_first_script_that_was_changed_does_not_run_and_the_page_says_so(context: BrowserContext, start: str) -> None:
    change(context, asset(start))
    page = context.new_page()
    with page.expect_console_message(lambda said: "integrity" in said.text):
        page.goto("/")
    page.evaluate(EIGHT_SECONDS_ON)
    expect(page.get_by_text(UNSTARTED)).to_be_visible()
    expect(page.get_by_text("n’entrez ni code ni trousse ici")).to_be_visible()
    assert not ran(page)


@pytest.mark.control("F1")
def test_browser_first_script_as_published_runs_and_the_words_are_gone(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("button", name=OPEN_BUTTON)).to_be_visible()
    expect(page.get_by_text(UNSTARTED)).to_have_count(0)


@pytest.mark.mutant("F1")
@pytest.mark.parametrize("start", FIRST)
def test_browser_page_without_integrity_runs_a_changed_script(context: BrowserContext, city: ServedCity, start: str) -> None:
    change(context, asset(start))
    forget_integrity(context, city.origin)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("button", name=OPEN_BUTTON)).to_be_visible()
    assert ran(page)


@pytest.mark.attack("F1")
def test_browser_style_that_was_changed_is_not_worn(context: BrowserContext) -> None:
    name = asset("style", "css")
    body = b"main{display:none!important}"
    context.route(f"**/assets/{name}", lambda route: route.fulfill(body=body, content_type="text/css"))
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("button", name=OPEN_BUTTON)).to_be_visible()


@pytest.mark.attack("F1")
@pytest.mark.parametrize(
    ("start", "suffix"), [("Vault", "js"), ("worker", "js"), ("frame", "js.2.bin"), ("pdf-worker", "js.1.bin")]
)
def test_browser_later_part_that_was_changed_does_not_run_and_the_page_says_so(holder: Visitor, start: str, suffix: str) -> None:
    """A part that comes when the vault opens, the key holder, a piece of the viewer's frame, one of its worker."""
    change(holder.context, asset(start, suffix))
    holder.restart_page()
    holder.sign_in()
    expect(holder.page.get_by_text(REFUSED)).to_be_visible()
    assert not any(frame.evaluate("globalThis.changedOnTheWay") for frame in holder.page.frames)
    assert not any(worker.evaluate("globalThis.changedOnTheWay") for worker in holder.page.workers)
    holder.context.unroute(f"**/assets/{asset(start, suffix)}")


@pytest.mark.control("F1")
def test_browser_later_parts_as_published_run(holder: Visitor) -> None:
    holder.restart_page()
    holder.sign_in()
    holder.sees_pages()


# -- script and connections that are not ours


def test_browser_violations_of_the_policy_are_heard_wherever_they_happen(holder: Visitor) -> None:
    """Every journey and every state is judged by this: a page, or its frame, that breaks its own policy is a fault."""
    wait_for_ink(holder.page)
    for frame in holder.page.frames:
        holder.traffic.faults.clear()
        frame.evaluate("() => { new Image().src = 'https://third.test/x.png'; }")
        wait_for(lambda: holder.page.evaluate("1") == 1 and any(one.startswith(HEARD) for one in holder.traffic.faults))


@pytest.mark.parametrize("name", ATTEMPTS)
@pytest.mark.journey("policy")
def test_browser_foreign_script_and_connections_are_refused(holder: Visitor, name: str) -> None:
    """A hostile script is in an open vault, however it came there; what it then tries is what is judged."""
    page = holder.page
    failures: list[str] = []
    page.on("requestfailed", lambda request: failures.append(f"{request.url} {request.failure}"))
    page.evaluate(
        """(name) => new Promise((resolve) => {
          reports.length = 0;
          setTimeout(() => { try { attempts[name](); } catch { /* the report says it */ } });
          const end = Date.now() + 20_000;
          const look = () => {
            if (reports.length === 0 && Date.now() < end) setTimeout(look, 10);
            // What was not refused would have happened by then.
            else setTimeout(resolve, 150);
          };
          look();
        })""",
        name,
    )
    assert page.evaluate("reports") != [], "nobody refused it"
    assert not page.evaluate("'ran' in document.documentElement.dataset")
    # What left would have failed for want of such a host.
    assert [one for one in failures if "ERR_NAME" in one] == []
    assert page.evaluate("[document.baseURI, location.origin]")[0].startswith(holder.traffic.origin)


def test_browser_without_the_policy_the_same_attempts_succeed(browser: Browser, city: ServedCity) -> None:
    """The attempts are real: on a page without our policy script runs and requests leave."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(armed())
    page.route("**/plain", lambda route: route.fulfill(body="<body>", content_type="text/html"))
    page.goto(f"{city.origin}/plain")
    for name in ("inline script", "eval", "text as HTML", "handler attribute"):
        page.evaluate("delete document.documentElement.dataset.ran")
        page.evaluate("(name) => setTimeout(() => attempts[name]())", name)
        page.wait_for_function("() => 'ran' in document.documentElement.dataset")
    with page.expect_event("requestfailed", lambda request: "ERR_NAME" in str(request.failure)):
        page.evaluate("setTimeout(() => attempts['fetch']())")
    context.close()
