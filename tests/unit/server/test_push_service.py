"""Where messages to devices may go: an address given by a browser reaches push services, and nothing of this network."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from voute.app.errors import PushServiceUnknownError
from voute.app.ports import PushKit
from voute.app.push import MAX_ENDPOINT, Endpoint, parse_endpoint
from voute.core.errors import FormatError, VouteError
from voute.server.notices.push_service import PushServiceError, addresses_of, is_public
from voute.server.settings import SettingError, Settings

KIT = PushKit(b"", Settings().push_hosts, frozenset({"127.0.0.1:8443"}), ZoneInfo("UTC"))
LONG = "https://fcm.googleapis.com/" + "a" * (MAX_ENDPOINT - len("https://fcm.googleapis.com/"))

TAKEN = {
    "https://fcm.googleapis.com/fcm/send/a:b-c_d": ("fcm.googleapis.com", "/fcm/send/a:b-c_d"),
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA": ("updates.push.services.mozilla.com", "/wpush/v2/gAAA"),
    "https://web.push.apple.com/QAbc": ("web.push.apple.com", "/QAbc"),
    "https://wns2-by3p.notify.windows.com/w/?token=BQYA%2b%2f": ("wns2-by3p.notify.windows.com", "/w/?token=BQYA%2b%2f"),
    LONG: ("fcm.googleapis.com", LONG[len("https://fcm.googleapis.com") :]),
}
REFUSED = [
    "http://fcm.googleapis.com/a",
    "https://fcm.googleapis.com:443/a",
    "https://fcm.googleapis.com:8443/a",
    "https://fcm.googleapis.com:22/a",
    "https://fcm.googleapis.com",
    "https://FCM.googleapis.com/a",
    "https://fcm.googleapis.com./a",
    "https://fcm.googleapis.com.evil.test/a",
    "https://evil.test/fcm.googleapis.com",
    "https://evilfcm.googleapis.com/a",
    "https://x.fcm.googleapis.com/a",
    "https://notify.windows.com/a",
    "https://evilnotify.windows.com/a",
    "https://.notify.windows.com/a",
    "https://user@fcm.googleapis.com/a",
    "https://fcm.googleapis.com@evil.test/a",
    "https://fcm.googleapis.com\\@evil.test/a",
    "https://fcm.googleapis.com#@evil.test/a",
    "https://fcm.googleapis.com/a#b",
    "https://fcm.googleapis.com/a b",
    "https://fcm.googleapis.com/a\r\nHost: evil.test",
    "https://fcm.googleapis.com/\u00e9",
    "https://fcm.googleapis.com?a",
    "https://fcm。googleapis.com/a",
    "https://127.0.0.1/a",
    "https://127.0.0.1:8442/a",
    "https://127.0.0.2:8443/a",
    "https://127.1:8443/a",
    "https://2130706433/a",
    "https://0x7f000001/a",
    "https://0177.0.0.1/a",
    "https://[::1]/a",
    "https://[::ffff:127.0.0.1]/a",
    "https://[fe80::1%25eth0]/a",
    "https://localhost/a",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/a",
    "https://metadata.google.internal/a",
    "ftp://fcm.googleapis.com/a",
    "file:///etc/passwd",
    "//fcm.googleapis.com/a",
    " https://fcm.googleapis.com/a",
    "https://fcm.googleapis.com/a\n",
    LONG + "a",
    "",
]
NOT_PUBLIC = [
    *("127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
    *("0.0.0.1", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1"),
    *("::ffff:10.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:0:1::1", "2001:db8::1"),
    *("fcm.googleapis.com", "", "8.8.8.8 ", "08.8.8.8", "2606:4700::1111%lo"),
]


@pytest.mark.parametrize("endpoint", TAKEN)
def test_push_service_endpoints_of_the_usual_services_are_taken(endpoint: str) -> None:
    found = parse_endpoint(endpoint, KIT)
    host, path = TAKEN[endpoint]
    assert found == Endpoint(host, 443, path, is_own=False)
    assert found.origin == f"https://{host}"


@pytest.mark.parametrize("endpoint", REFUSED)
def test_push_service_every_other_address_is_refused(endpoint: str) -> None:
    with pytest.raises((FormatError, PushServiceUnknownError)):
        parse_endpoint(endpoint, KIT)


def test_push_service_of_the_city_is_taken_at_its_port_alone() -> None:
    own = parse_endpoint("https://127.0.0.1:8443/wp/a", KIT)
    assert own == Endpoint("127.0.0.1", 8443, "/wp/a", is_own=True)
    assert own.origin == "https://127.0.0.1:8443"


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_push_service_address_that_is_not_public_is_refused_beside_public_ones_too(address: str) -> None:
    endpoint = parse_endpoint("https://fcm.googleapis.com/a", KIT)
    assert not is_public(address)
    for found in ([address], ["142.250.0.95", address], [address, "142.250.0.95"]):
        with pytest.raises(PushServiceError):
            addresses_of(endpoint, lambda _host, _port, found=found: found)  # type: ignore[misc]


def test_push_service_public_addresses_are_taken() -> None:
    endpoint = parse_endpoint("https://fcm.googleapis.com/a", KIT)
    found = ["142.250.0.95", "2607:f8b0:4023:1009::5f"]
    assert addresses_of(endpoint, lambda _host, _port: found) == found


def test_push_service_without_addresses_is_no_service() -> None:
    endpoint = parse_endpoint("https://fcm.googleapis.com/a", KIT)

    def nobody(host: str, port: int) -> Sequence[str]:
        raise OSError(host, port)

    def none(host: str, port: int) -> Sequence[str]:
        assert (host, port) == ("fcm.googleapis.com", 443)
        return []

    for resolve in (none, nobody):
        with pytest.raises(PushServiceError):
            addresses_of(endpoint, resolve)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("push_services", one) for one in ("*", "*.com", "10.0.0.1", "localhost", "https://fcm.googleapis.com", "a.test:443")),
        *(("push_own_services", one) for one in ("127.0.0.1", "*.a.test:443", "a.test:0", "a.test:x", "[::1]:443")),
    ],
)
def test_push_service_settings_name_hosts_and_never_everything(name: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings(**{name: value})  # type: ignore[arg-type]
    assert isinstance(caught.value, VouteError)
    assert caught.value.facts["setting"] == name
