"""Sessions of issuers: a challenge, and its signed answer."""

from litestar import post
from litestar.params import JSONBody

from voute.app import issuer_sign_in
from voute.app.limit import Limit
from voute.core.ids import slug
from voute.server.http.access import public
from voute.server.http.given import TheCity
from voute.server.http.wire import MAX_SMALL, Base64, Model, SlugText, Time, time_of


class IssuerBody(Model):
    """Who asks."""

    issuer: SlugText


class IssuerChallenge(Model):
    """A challenge for one answer within five minutes."""

    challenge: Base64


class StatementBody(Model):
    """The signed answer: an `issuer-auth` envelope."""

    statement: Base64


class TokenReply(Model):
    """A bearer token and when it ends."""

    token: Base64
    expires_at: Time


@post(
    "/api/issuer/challenge",
    opt=public(Limit("issuer-challenge", 60)),
    status_code=200,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def give_issuer_challenge(city: TheCity, data: JSONBody[IssuerBody]) -> IssuerChallenge:
    """Give a challenge, known issuer or not."""
    return IssuerChallenge(challenge=issuer_sign_in.challenge(city, slug(data.issuer)))


@post(
    "/api/issuer/sessions",
    opt=public(Limit("issuer-session", 60)),
    status_code=200,
    request_max_body_size=MAX_SMALL,
    sync_to_thread=True,
)
def sign_in_issuer(city: TheCity, data: JSONBody[StatementBody]) -> TokenReply:
    """Sign an issuer's client in."""
    opened = issuer_sign_in.open_session(city, data.statement)
    return TokenReply(token=opened.token, expires_at=time_of(opened.expires_at))
