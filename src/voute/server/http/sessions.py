"""Sessions of holders: challenge, sign-in by passkey or kit, what the session is, signing out."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta

from voute.app import session as rules
from voute.app import sign_in
from voute.app.limit import Limit
from voute.app.vault import read_ways_in
from voute.core.ids import HASH_SIZE, ID_SIZE, VaultId, method_id, parse_hex, vault_id
from voute.core.rows import MethodRow
from voute.core.values import MICROSECONDS
from voute.server.http.access import HOLDER, public, shown_token
from voute.server.http.claims import MethodBody
from voute.server.http.given import TheCity, TheHolder, TheSettings
from voute.server.http.quick import quick
from voute.server.http.session_cookie import ended_cookie, session_cookie
from voute.server.http.webauthn_wire import AssertionReply, read_assertion, to_base64url
from voute.server.http.wire import MAX_SMALL, Base64, Hex16, Hex32, Model, Time, time_of

AnyRequest = Request[Any, Any, Any]


class Nothing(Model):
    """An empty object."""


class ChallengeReply(Model):
    """A challenge for one answer within five minutes."""

    challenge: Base64
    rp_id: str


class SignInBody(Model):
    """An authenticator's answer."""

    challenge: Base64
    credential: AssertionReply


class KitBody(Model):
    """A recovery kit's answer: an Ed25519 signature (docs/spec/vault.md)."""

    challenge: Base64
    vault_id: Hex32
    method_id: Hex16
    signature: Base64


class SignedIn(Model):
    """Who signed in."""

    vault_id: Hex32


class UsedOn(Model):
    """The day on which a way in last signed in or was tried, in the city's time zone: no finer, it tells no habits."""

    id: Hex16
    on: Annotated[str, Meta(description="YYYY-MM-DD")]


class SessionReply(Model):
    """The session in use: when it ends without a further request, and the vault's ways in as the city knows them.

    `used` has the ways that signed in or were tried since they were added.
    """

    vault_id: Hex32
    expires_at: Time
    methods: list[MethodBody]
    used: list[UsedOn]


@post(
    "/api/sessions/challenge",
    opt=public(Limit("session-challenge", 60)),
    status_code=200,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def give_challenge(city: TheCity, data: JSONBody[Nothing]) -> ChallengeReply:  # noqa: ARG001 - the body must be an empty object
    """Give a challenge."""
    return ChallengeReply(challenge=sign_in.challenge(city), rp_id=city.trust().root.rp_id)


@post(
    "/api/sessions",
    opt=public(Limit("session", 60)),
    status_code=200,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def sign_in_with_passkey(city: TheCity, request: AnyRequest, data: JSONBody[SignInBody]) -> Response[SignedIn]:
    """Sign in with a passkey or chip card; the session that this browser had ends."""
    return _signed_in(*sign_in.with_passkey(city, data.challenge, read_assertion(data.credential), shown_token(request)))


@post(
    "/api/sessions/kit",
    opt=public(Limit("session-kit", 30)),
    status_code=200,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def sign_in_with_kit(city: TheCity, request: AnyRequest, data: JSONBody[KitBody]) -> Response[SignedIn]:
    """Sign in with the recovery kit; the session that this browser had ends."""
    return _signed_in(*sign_in.with_kit(city, data.challenge, _kit_reply(data), shown_token(request)))


def _kit_reply(data: KitBody) -> sign_in.KitReply:
    vault = vault_id(parse_hex(data.vault_id, HASH_SIZE))
    return sign_in.KitReply(vault, method_id(parse_hex(data.method_id, ID_SIZE)), data.signature)


def _signed_in(vault: VaultId, opened: rules.Opened) -> Response[SignedIn]:
    return Response(SignedIn(vault_id=vault.hex()), status_code=200, cookies=[session_cookie(opened)])


def _method(row: MethodRow) -> MethodBody:
    return MethodBody(
        id=row.method_id.hex(),
        kind="passkey" if row.kind == "passkey" else "kit",
        credential_id=None if row.credential_id is None else to_base64url(row.credential_id),
        sign_in_key=None if row.sign_in_key is None else row.sign_in_key.hex(),
    )


@get("/api/session", opt=HOLDER)
async def read_session(city: TheCity, settings: TheSettings, holder: TheHolder) -> SessionReply:
    """Say who is signed in, until when, and by which ways."""
    ways = await quick(settings, read_ways_in, city, holder)
    return SessionReply(
        vault_id=holder.vault_id.hex(),
        expires_at=time_of(holder.expires_at),
        methods=[_method(row) for row in ways.methods],
        used=[UsedOn(id=key.hex(), on=_day(at, settings.zone)) for key, at in ways.used.items()],
    )


@post(
    "/api/session/kit",
    opt=HOLDER | {"limit": Limit("session-try", 20)},
    status_code=204,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def try_kit(city: TheCity, holder: TheHolder, data: JSONBody[KitBody]) -> None:
    """Note that the holder tried a recovery kit of the vault: the proof of a sign-in, without a session."""
    sign_in.try_kit(city, holder, data.challenge, _kit_reply(data))


@post(
    "/api/session/passkey",
    opt=HOLDER | {"limit": Limit("session-try-passkey", 20)},
    status_code=204,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def try_passkey(city: TheCity, holder: TheHolder, data: JSONBody[SignInBody]) -> None:
    """Note that the holder tried a passkey or chip card of the vault: the proof of a sign-in, without a session."""
    sign_in.try_passkey(city, holder, data.challenge, read_assertion(data.credential))


def _day(micros: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(micros // MICROSECONDS, zone).date().isoformat()


@delete("/api/session", opt=HOLDER, sync_to_thread=True)
def sign_out(city: TheCity, holder: TheHolder) -> Response[None]:
    """End the session."""
    rules.close(city.catalogue, holder)
    return Response(None, status_code=204, cookies=[ended_cookie()])


class OtherSession(Model):
    """A session of the same vault on another device or in another browser."""

    opened_at: Time
    seen_at: Time


class OtherSessions(Model):
    """The other sessions of a vault, the one that was seen last first; `seen_at` is exact to a minute."""

    sessions: list[OtherSession]


@get("/api/session/others", opt=HOLDER)
async def read_other_sessions(city: TheCity, settings: TheSettings, holder: TheHolder) -> OtherSessions:
    """Say where else the vault is open."""
    rows = await quick(settings, rules.others, city.catalogue, holder, city.now())
    return OtherSessions(sessions=[OtherSession(opened_at=time_of(row.created_at), seen_at=time_of(row.seen_at)) for row in rows])


@delete("/api/session/others", opt=HOLDER, sync_to_thread=True)
def sign_out_others(city: TheCity, holder: TheHolder) -> None:
    """End every other session of the vault, on whatever device it is."""
    rules.close_others(city.catalogue, holder)
