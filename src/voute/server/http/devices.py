"""Notices on devices: what a browser needs to be told by, the holder's devices, turned on and off, followed when one moves."""

from hashlib import sha256
from typing import Annotated, Final

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from voute.app import push as rules
from voute.app import push_moved
from voute.app.limit import Limit
from voute.core.ids import ID_SIZE, parse_hex
from voute.core.rows_push import DeviceRow
from voute.server.http.access import HOLDER, public
from voute.server.http.given import TheCity, TheHolder, TheSettings
from voute.server.http.quick import quick
from voute.server.http.webauthn_wire import from_base64url, to_base64url
from voute.server.http.wire import MAX_SMALL, Base64, Hex16, Hex32, Model, Time, time_of

_WRITES: Final = {"limit": Limit("devices", 20)}
Hour = Annotated[int, Meta(ge=0, le=23)]


class DeviceTimes(Model):
    """Language and when to tell; hours of the city's clock, `weekday` 0 is Monday; equal quiet hours are none."""

    language: Annotated[str, Meta(pattern="^(fr|en)$")]
    pace: Annotated[str, Meta(pattern="^(once|daily|weekly)$")]
    hour: Hour
    weekday: Annotated[int, Meta(ge=0, le=6)]
    quiet_from: Hour
    quiet_until: Hour


class MovedBody(Model):
    """What a browser's worker says when its push service moved it; `proof` is of the old secret (docs/spec/push.md)."""

    old: Annotated[str, Meta(max_length=rules.MAX_ENDPOINT)]
    endpoint: Annotated[str, Meta(max_length=rules.MAX_ENDPOINT)]
    p256dh: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{87}$")]
    auth: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$")]
    proof: Base64


class DeviceBody(DeviceTimes):
    """What the browser's `PushSubscription` gives, keys in base64url."""

    endpoint: Annotated[str, Meta(max_length=rules.MAX_ENDPOINT)]
    p256dh: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{87}$")]
    auth: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$")]


class DeviceReply(DeviceTimes):
    """A device: a browser knows itself by the hash of its endpoint, which is never given out."""

    device_id: Hex16
    endpoint_hash: Hex32
    created_at: Time


class DevicesReply(Model):
    """The key that a browser subscribes for, null where this city tells on no device, and the holder's devices."""

    key: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{87}$")] | None
    devices: list[DeviceReply]


def _reply(row: DeviceRow) -> DeviceReply:
    return DeviceReply(
        device_id=row.device_id.hex(),
        endpoint_hash=sha256(row.endpoint.encode("ascii")).hexdigest(),
        created_at=time_of(row.created_at),
        language=row.language,
        pace=row.pace,
        hour=row.hour,
        weekday=row.weekday,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
    )


@get("/api/devices", opt=HOLDER)
async def read_devices(city: TheCity, settings: TheSettings, holder: TheHolder) -> DevicesReply:
    """Return what a browser needs to be told by, and the holder's devices."""
    rows = await quick(settings, rules.devices, city, holder)
    return DevicesReply(key=None if city.push is None else to_base64url(city.push.public), devices=[_reply(row) for row in rows])


@put("/api/devices", opt=HOLDER | _WRITES, status_code=204, request_max_body_size=MAX_SMALL, sync_to_thread=True)
def put_device(city: TheCity, holder: TheHolder, data: JSONBody[DeviceBody]) -> None:
    """Turn notices on for this browser, or change its times; a new one gets one message at once."""
    wish = rules.Subscription(
        endpoint=data.endpoint,
        p256dh=from_base64url(data.p256dh),
        auth=from_base64url(data.auth),
        language=data.language,
        pace=data.pace,
        hour=data.hour,
        weekday=data.weekday,
        quiet_from=data.quiet_from,
        quiet_until=data.quiet_until,
    )
    rules.turn_on(city, holder, wish)


@post(
    "/api/devices/moved",
    opt=public(Limit("device-moved", 20)),
    status_code=204,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def device_moved(city: TheCity, data: JSONBody[MovedBody]) -> None:
    """Note where a browser is now, if it proves itself; the answer is the same if it does not."""
    keys = (from_base64url(data.p256dh), from_base64url(data.auth))
    push_moved.follow(city, push_moved.Move(data.old, data.endpoint, *keys, data.proof))


@delete("/api/devices/{device:str}", opt=HOLDER, sync_to_thread=True)
def remove_device(city: TheCity, holder: TheHolder, device: FromPath[str]) -> None:
    """Turn notices off for one device."""
    rules.turn_off(city, holder, parse_hex(device, ID_SIZE))


@delete("/api/devices", opt=HOLDER, sync_to_thread=True)
def remove_devices(city: TheCity, holder: TheHolder) -> None:
    """Turn notices off for every device."""
    rules.turn_all_off(city, holder)
