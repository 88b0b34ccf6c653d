"""Notices on this device, in Chromium: turned on in the page, sent by the city, opened by a browser's key, shown by the worker.

Chromium's own push service is out of reach here: a page script stands for `PushManager.subscribe`, with keys that the test holds.
The city's message goes over HTTPS to the test's push service; what it opens there is handed to the worker by the browser's
remote control. Everything else is the product: page, worker, registration, city.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.support.served_city import ServedCity
from tests.browser.support.visitor import Visitor
from tests.support.push_service import Browser, PushService, make_certificate, push_service
from tests.support.waiting import wait_for

# What a browser with a push service does, in the page's own terms.
BROWSER = """
(({ endpoint, p256dh, auth }) => {
  let current = null;
  PushManager.prototype.subscribe = async function (options) {
    if (this.constructor !== PushManager || options.userVisibleOnly !== true) throw new TypeError('not so');
    current = {
      endpoint,
      options: { applicationServerKey: new Uint8Array(options.applicationServerKey).buffer },
      toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
      unsubscribe: async () => { current = null; return true; },
    };
    return current;
  };
  PushManager.prototype.getSubscription = async () => current;
})(%s)
"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration('/push/');
  return (await registration.getNotifications()).map(({ title, body, tag, lang }) => ({ title, body, tag, lang }));
}"""
# Told by the worker when the browser has shown it. Asking for the list meanwhile loses the notice: Chromium takes out of it what
# is written down but not on the screen yet.
COUNTS = """() => {
  self.shown = 0;
  const { showNotification } = ServiceWorkerRegistration.prototype;
  ServiceWorkerRegistration.prototype.showNotification = async function (...given) {
    await showNotification.apply(this, given);
    self.shown += 1;
  };
}"""
# As a browser that knows the event calls it when its push service moved it.
MOVED = """([old, fresh]) => {
  const plain = (text) => atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = (text) => Uint8Array.from(plain(text), (one) => one.charCodeAt(0)).buffer;
  const made = ({ endpoint, p256dh, auth }) => ({
    endpoint,
    options: { applicationServerKey: new ArrayBuffer(65) },
    getKey: (name) => bytes({ p256dh, auth }[name]),
  });
  const event = new ExtendableEvent('pushsubscriptionchange');
  self.dispatchEvent(Object.assign(event, { oldSubscription: made(old), newSubscription: made(fresh) }));
}"""
TAP = """async () => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
}"""


@pytest.fixture(scope="module")
def told(city: ServedCity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushService]:
    """The city tells on devices while these tests run."""
    certificate = make_certificate(tmp_path_factory.mktemp("push") / "push.pem")
    with push_service(certificate) as service:
        city.stop()
        city.changed = {"push": True, "push_own_services": service.origin.removeprefix("https://"), "push_ca": certificate}
        city.start()
        yield service
        city.stop()
        city.changed = {}
        city.start()


def holder(new: NewVisitor, city: ServedCity, service: PushService, browser: Browser) -> Visitor:
    """Somebody with an open vault, at the ways in, whose browser says yes."""
    visitor = new()
    visitor.context.grant_permissions(["notifications"], origin=city.origin)
    visitor.context.add_init_script(BROWSER % json.dumps(browser.subscription(service)))
    visitor.claim(city.fresh().link)
    visitor.tap(visitor.page.get_by_role("navigation").get_by_role("link", name="Moyens d’accès"))
    visitor.unfold("Avis sur cet appareil")
    return visitor


def registration_of(visitor: Visitor) -> str:
    """Give the browser's number of the worker's registration."""
    found: list[dict[str, Any]] = []
    visitor.cdp.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    visitor.cdp.send("ServiceWorker.enable")
    wait_for(lambda: visitor.page.evaluate("1") == 1 and any("/push/" in one["scopeURL"] for one in found))
    return next(str(one["registrationId"]) for one in found if one["scopeURL"].endswith("/push/"))


def titles(visitor: Visitor) -> list[str]:
    return [one["title"] for one in visitor.page.evaluate(SHOWN)]


@pytest.mark.journey("push")
def test_browser_notices_on_this_device_are_turned_on_shown_and_turned_off(
    new: NewVisitor, city: ServedCity, told: PushService
) -> None:
    browser = told.browser()
    visitor = holder(new, city, told, browser)
    section = visitor.page.locator("section[aria-labelledby=devices]")
    expect(section).to_contain_text("Google, Mozilla, Apple ou Microsoft")
    visitor.tap(section.get_by_role("button", name="Activer les avis ici"))
    expect(section.get_by_role("status")).to_have_text("Cet appareil affiche vos avis.")
    wait_for(lambda: bool(told.came))
    (hello,) = told.shown()
    assert hello["tag"] == "hello"
    number = registration_of(visitor)
    (worker,) = visitor.context.service_workers
    worker.evaluate(COUNTS)

    def deliver(text: str) -> None:
        shown = worker.evaluate("self.shown")
        given = {"origin": city.origin, "registrationId": number, "data": text}
        visitor.cdp.send("ServiceWorker.deliverPushMessage", given)
        wait_for(lambda: bool(worker.evaluate("self.shown") == shown + 1))

    deliver(json.dumps(hello))
    seen = {"title": hello["title"], "body": hello["body"], "tag": "hello", "lang": "fr"}
    assert visitor.page.evaluate(SHOWN) == [seen]
    # What is no message of ours is said to be something, and nothing of it is shown; of one kind there is one notice.
    deliver(json.dumps({**hello, "title": "Payez ici", "url": "https://evil.test"}))
    unread = "Du nouveau dans votre coffre"
    assert sorted(titles(visitor)) == sorted([hello["title"], unread])
    deliver(json.dumps({**hello, "title": "Encore"}))
    assert sorted(titles(visitor)) == sorted(["Encore", unread])
    worker.evaluate(TAP)
    wait_for(lambda: len(titles(visitor)) == 1)
    # The worker rules over no page; the page's policy names its address and no other.
    visitor.restart_page()
    visitor.heading().wait_for()
    assert visitor.page.evaluate("navigator.serviceWorker.controller") is None
    policy = visitor.context.request.get(f"{city.origin}/").headers["content-security-policy"]
    assert f"worker-src blob: {city.origin}/push/worker.js;" in policy
    assert city.query("select count(*) from push_devices") == [(1,)]
    # The push service moves the browser while nobody is there: the worker says so, and what comes goes to the new place.
    fresh = told.browser()
    places = [one.subscription(told) for one in (browser, fresh)]
    worker.evaluate(MOVED, places)
    wait_for(lambda: city.query("select endpoint from push_devices") == [(places[1]["endpoint"],)])


def test_browser_notices_that_the_city_can_not_take_change_nothing(new: NewVisitor, city: ServedCity, told: PushService) -> None:
    """The browser's push service is none of the city's."""
    stranger = replace_origin(told, "https://push.evil.test")
    visitor = holder(new, city, stranger, stranger.browser())
    visitor.traffic.foresee(409, "/api/devices")
    section = visitor.page.locator("section[aria-labelledby=devices]")
    visitor.tap(section.get_by_role("button", name="Activer les avis ici"))
    expect(section.get_by_role("alert")).to_contain_text("Pas d’avis pour ce navigateur")
    expect(section.get_by_role("button", name=re.compile("Désactiver"))).to_have_count(0)


def replace_origin(service: PushService, origin: str) -> PushService:
    return PushService(origin, service.came, service.answers, service.browsers)
