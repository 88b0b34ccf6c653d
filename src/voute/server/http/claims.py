"""Claims: from the code on a letter to an open vault."""

import hashlib
from typing import Any, Final, Literal

from litestar import Request, Response, post
from litestar.concurrency import sync_to_thread
from litestar.params import JSONBody

from voute.app import claim as rules
from voute.app import claim_lookup, lookup_freeze
from voute.app.city import City
from voute.app.limit import Limit
from voute.app.methods import Method
from voute.core.ids import HASH_SIZE, ID_SIZE, Hash, document_id, hash_of, lookup_id, method_id, parse_hex
from voute.server.http.access import public, shown_token
from voute.server.http.given import TheCity
from voute.server.http.session_cookie import session_cookie
from voute.server.http.webauthn_wire import RegistrationReply, from_base64url, read_registration
from voute.server.http.wire import MAX_SMALL, Base64, Base64Url, Hex16, Hex32, Model, Time, time_of

MAX_CLAIM: Final = 8 * 1024 * 1024
"""Bytes of a claim: a keyring of 1.5 MB, a record of 1,000 methods' worth, 200 headers."""


class LookupBody(Model):
    """The public id of a code and the token that proves it."""

    lookup_id: Hex32
    token: Base64


class WaitingDocument(Model):
    """A document that waits behind a code."""

    document_id: Hex16
    header: Base64
    card: Base64


class LookupReply(Model):
    """What waits, and what the claim is to be signed with."""

    lookup_id: Hex32
    v: int
    challenge: Base64
    rp_id: str
    documents: list[WaitingDocument]


class FrozenReply(Model):
    """Since when the code is frozen."""

    frozen_at: Time


class MethodBody(Model):
    """An unlock method: a passkey names its credential, a kit its sign-in key."""

    id: Hex16
    kind: Literal["passkey", "kit"]
    credential_id: Base64Url | None
    sign_in_key: Hex32 | None


class HeaderBody(Model):
    """A header that was wrapped anew for the vault."""

    document_id: Hex16
    header: Base64


class ClaimBody(Model):
    """A claim (docs/spec/api.md)."""

    lookup_id: Hex32
    token: Base64
    genesis: Base64
    record: Base64
    keyring: Base64
    bind: Hex32
    act: Base64
    methods: list[MethodBody]
    challenge: Base64
    credential: RegistrationReply | None
    headers: list[HeaderBody]


class ClaimReply(Model):
    """The vault that was opened and the documents that were re-wrapped for it."""

    vault_id: Hex32
    documents: list[Hex16]


def read_method(body: MethodBody) -> Method:
    """Decode an unlock method."""
    return Method(
        method_id(parse_hex(body.id, ID_SIZE)),
        body.kind,
        None if body.credential_id is None else from_base64url(body.credential_id),
        None if body.sign_in_key is None else parse_hex(body.sign_in_key, HASH_SIZE),
    )


@post(
    "/api/claims/lookup",
    opt=public(Limit("claim-lookup", 60)),
    status_code=200,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def look_up(city: TheCity, data: JSONBody[LookupBody]) -> LookupReply:
    """Show what waits behind a code."""
    waiting = claim_lookup.look_up(city, lookup_id(parse_hex(data.lookup_id, HASH_SIZE)), data.token)
    return LookupReply(
        lookup_id=data.lookup_id,
        v=waiting.v,
        challenge=waiting.challenge,
        rp_id=city.trust().root.rp_id,
        documents=[
            WaitingDocument(document_id=row.document_id.hex(), header=row.header, card=row.card) for row in waiting.documents
        ],
    )


@post(
    "/api/claims/freeze",
    opt=public(Limit("claim-freeze", 30)),
    status_code=200,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def freeze(city: TheCity, data: JSONBody[LookupBody]) -> FrozenReply:
    """Freeze a code that is not theirs, or that another used."""
    since = lookup_freeze.freeze(city, lookup_id(parse_hex(data.lookup_id, HASH_SIZE)), data.token)
    return FrozenReply(frozen_at=time_of(since))


@post(
    "/api/claims",
    opt=public(Limit("claim", 30)),
    status_code=201,
    request_max_body_size=MAX_CLAIM,
)
async def claim(city: TheCity, request: Request[Any, Any, Any], data: JSONBody[ClaimBody]) -> Response[ClaimReply]:
    """Open a vault with a code, all or nothing."""
    digest = hash_of(hashlib.sha256(await request.body()).digest())
    return await sync_to_thread(_claim, city, data, digest, shown_token(request))


def _claim(city: City, data: ClaimBody, digest: Hash, ending: bytes | None) -> Response[ClaimReply]:
    claimed = rules.claim(
        city,
        rules.ClaimRequest(
            lookup_id=lookup_id(parse_hex(data.lookup_id, HASH_SIZE)),
            token=data.token,
            genesis=data.genesis,
            record=data.record,
            keyring=data.keyring,
            bind=hash_of(parse_hex(data.bind, HASH_SIZE)),
            act=data.act,
            methods=tuple(read_method(one) for one in data.methods),
            challenge=data.challenge,
            registration=None if data.credential is None else read_registration(data.credential),
            headers=tuple((document_id(parse_hex(one.document_id, ID_SIZE)), one.header) for one in data.headers),
            digest=digest,
            ending=ending,
        ),
    )
    reply = ClaimReply(vault_id=claimed.vault_id.hex(), documents=[one.hex() for one in claimed.documents])
    return Response(reply, status_code=201, cookies=[session_cookie(claimed.session)])
