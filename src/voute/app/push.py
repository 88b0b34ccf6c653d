"""Notices on a holder's devices: where a message may go, turning on and off, what makes a message (docs/spec/push.md).

An endpoint is an address that a browser gives: it is taken only at the hosts of push services that the city named.
A message is a row that the transaction of its cause writes, so that no crash forgets one.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from voute.app.city import City
from voute.app.errors import PushOffError, PushServiceUnknownError
from voute.app.notice_times import check_times, due_at
from voute.app.notices import SEPARATOR, with_issuer
from voute.app.ports import Holder, PushKit
from voute.core.errors import FormatError
from voute.core.ids import ID_SIZE, Slug, VaultId
from voute.core.ports_store import Transaction
from voute.core.rows import DeliveryRow, MailKind
from voute.core.rows_push import DeviceRow, PushKind, PushRow
from voute.core.values import LANGUAGES

MAX_ENDPOINT: Final = 1_000
"""Characters of an endpoint: those of today's services have 100 to 500."""
MAX_DEVICES: Final = 8
"""Devices of one vault; one more takes the place of the oldest: a telephone that was lost is not told for ever."""
POINT: Final = 65
"""Bytes of a public key: an uncompressed point of P-256 (RFC 8291, section 3.1)."""
AUTH: Final = 16
"""Bytes of the authentication secret (RFC 8291, section 3.2)."""
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ENDPOINT: Final = re.compile(rf"https://((?:{_LABEL}\.)+{_LABEL})(:[1-9][0-9]{{0,4}})?/[!-\"$-~]*")
"""No name and password, no fragment, no space, no sign beyond ASCII, a host in lower case."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser gives to be told by, and when to tell; as asked for."""

    endpoint: str
    p256dh: bytes
    auth: bytes
    language: str
    pace: str
    hour: int
    weekday: int
    quiet_from: int
    quiet_until: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint in parts."""

    host: str
    port: int
    path: str
    is_own: bool
    """Whether it is of the city's own push service, which may be on a private network."""

    @property
    def authority(self) -> str:
        """Host, and the port if it is not that of https."""
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """The origin (RFC 6454): whom a proof of ours is meant for."""
        return f"https://{self.authority}"


HTTPS: Final = 443


def parse_endpoint(text: str, kit: PushKit) -> Endpoint:
    """Read an endpoint of a push service that the city uses.

    Raises:
        FormatError: not the address of a push service.
        PushServiceUnknownError: of one that the city does not use.
    """
    found = _ENDPOINT.fullmatch(text) if len(text) <= MAX_ENDPOINT else None
    if found is None:
        raise FormatError("not an endpoint", field="endpoint")
    host = found[1]
    port = int(found[2][1:]) if found[2] else HTTPS
    path = text[len("https://") + len(host) + len(found[2] or "") :]
    if f"{host}:{port}" in kit.own_services:
        return Endpoint(host, port, path, is_own=True)
    if port != HTTPS or found[2] or not is_service(host, kit.services):
        raise PushServiceUnknownError
    return Endpoint(host, HTTPS, path, is_own=False)


def is_service(host: str, services: Iterable[str]) -> bool:
    """Say whether a host is one of the services; `*.` stands for one label or more before the rest."""
    return any(host.endswith(one[1:]) if one.startswith("*.") else host == one for one in services)


def check_subscription(wish: Subscription, kit: PushKit) -> None:
    """Refuse what can't be.

    Raises:
        FormatError: the fact `field` names it.
        PushServiceUnknownError: the endpoint is not of a service that the city uses.
    """
    parse_endpoint(wish.endpoint, kit)
    check_keys(wish.p256dh, wish.auth)
    if wish.language not in LANGUAGES:
        raise FormatError("not a language", field="language")
    check_times(wish)


def check_keys(p256dh: bytes, auth: bytes) -> None:
    """Refuse what no message can be encrypted with.

    Raises:
        FormatError: the fact `field` names it.
    """
    if len(p256dh) != POINT:
        raise FormatError("not a public key", field="p256dh")
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), p256dh)
    except ValueError as error:
        raise FormatError("not a point of the curve", field="p256dh") from error
    if len(auth) != AUTH:
        raise FormatError("not an authentication secret", field="auth")


def devices(city: City, holder: Holder) -> Sequence[DeviceRow]:
    """Return the holder's devices, the oldest first."""
    with city.catalogue.read() as tx:
        return tx.devices.of(holder.vault_id)


def turn_on(city: City, holder: Holder, wish: Subscription) -> None:
    """Keep a device; a new one gets one message, which shows that it works. The same again changes its times and language.

    A browser is one vault's at a time: who turned it on last.

    Raises:
        PushOffError: this city tells on no device.
        FormatError, PushServiceUnknownError: a value can't be.
    """
    kit = city.push
    if kit is None:
        raise PushOffError
    check_subscription(wish, kit)
    with city.catalogue.write() as tx:
        keep_device(tx, holder.vault_id, wish, city.now())


def keep_device(tx: Transaction, vault: VaultId, wish: Subscription, now: int) -> None:
    """Keep a device in the place of the vault's oldest where there are `MAX_DEVICES`, also among calls at the same moment."""
    # Two at once would both find room for one: the second waits here until the first one's device can be counted.
    tx.vaults.get(vault, lock=True)
    # And two vaults at once would both find the browser free: the second waits, and takes it from the first.
    old = tx.devices.at(wish.endpoint, lock=True)
    if old is not None and (old.vault_id, old.p256dh, old.auth) == (vault, wish.p256dh, wish.auth):
        tx.devices.put(_row(old.device_id, vault, wish, old.created_at))
        return
    ours = tx.devices.of(vault)
    too_many = ours[: max(0, len(ours) - MAX_DEVICES + 1)]
    tx.devices.remove([one.device_id for one in (*too_many, *(() if old is None else (old,)))])
    row = _row(secrets.token_bytes(ID_SIZE), vault, wish, now)
    tx.devices.put(row)
    tx.devices.put_messages([_message(row, PushKind.HELLO, (), now, now)])


def _row(device_id: bytes, vault: VaultId, wish: Subscription, created: int) -> DeviceRow:
    return DeviceRow(
        device_id=device_id,
        vault_id=vault,
        endpoint=wish.endpoint,
        p256dh=wish.p256dh,
        auth=wish.auth,
        language=wish.language,
        pace=wish.pace,
        hour=wish.hour,
        weekday=wish.weekday,
        quiet_from=wish.quiet_from,
        quiet_until=wish.quiet_until,
        created_at=created,
    )


def turn_off(city: City, holder: Holder, device_id: bytes) -> None:
    """Forget one device and every message to it; one that is not of this vault is nobody's."""
    with city.catalogue.write() as tx:
        row = tx.devices.get(device_id)
        if row is not None and row.vault_id == holder.vault_id:
            tx.devices.remove([device_id])


def turn_all_off(city: City, holder: Holder) -> None:
    """Forget every device of the vault."""
    with city.catalogue.write() as tx:
        tx.devices.remove([one.device_id for one in tx.devices.of(holder.vault_id)])


def tell_devices_of_delivery(tx: Transaction, kit: PushKit | None, delivery: DeliveryRow, now: int) -> None:
    """Leave a message for every device of the vaults that a delivery reaches; called where it becomes visible."""
    if kit is None:
        return
    reached = tx.devices.reached_by(delivery.delivery_id)
    waiting = tx.devices.waiting([row.device_id for row in reached], PushKind.DOCUMENTS)
    messages: list[PushRow] = []
    # All rows in two statements: this is the log writer's transaction, and a delivery may reach a whole city.
    for row in reached:
        old = waiting.get(row.device_id)
        if old is None:
            messages.append(_message(row, PushKind.DOCUMENTS, (delivery.issuer,), now, due_at(row, now, kit.zone)))
        elif (issuers := with_issuer(old.issuers, delivery.issuer)) != old.issuers:
            messages.append(old._replace(issuers=issuers))
    tx.devices.put_messages(messages)


def tell_devices_of_safety(tx: Transaction, city: City, vault: VaultId, kind: MailKind) -> None:
    """Leave a message that goes at once, at whatever hour: the vault has a new way in, or a code of it was frozen."""
    if city.push is not None:
        now = city.now()
        tx.devices.put_messages([_message(row, PushKind(kind.value), (), now, now) for row in tx.devices.of(vault, lock=True)])


def _message(row: DeviceRow, kind: PushKind, issuers: Iterable[Slug], now: int, due: int) -> PushRow:
    return PushRow(secrets.token_bytes(ID_SIZE), row.device_id, kind, SEPARATOR.join(issuers), now, due, 0)
