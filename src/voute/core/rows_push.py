"""Rows of notices on a holder's devices: what a browser gave to be told by, and the messages that wait (docs/spec/push.md)."""

from enum import StrEnum
from typing import NamedTuple

from voute.core.ids import VaultId


class PushKind(StrEnum):
    """What a message says."""

    HELLO = "hello"
    DOCUMENTS = "documents"
    WAY_IN = "way-in"
    FROZEN = "frozen"


class DeviceRow(NamedTuple):
    """A browser that its holder wants to be told on, and when; gone when they stop, or when its push service says so.

    `endpoint` is where its push service takes messages, `p256dh` and `auth` what they are encrypted with (RFC 8291): whoever
    has them can send to this browser, and read nothing. Hours are local ones.
    """

    device_id: bytes
    vault_id: VaultId
    endpoint: str
    p256dh: bytes
    auth: bytes
    language: str
    pace: str
    hour: int
    weekday: int
    quiet_from: int
    quiet_until: int
    created_at: int


class PushRow(NamedTuple):
    """A message to be sent; gone when it is. Once tried it is changed no more."""

    message_id: bytes
    device_id: bytes
    kind: str
    issuers: str
    created_at: int
    due_at: int
    tries: int
