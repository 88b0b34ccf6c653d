"""An issuer's client signs in: it signs the city's challenge with a key that the trust root lists."""

from typing import Final

from voute.app import session
from voute.app.city import City
from voute.app.errors import SignInFailedError
from voute.app.secret import give_challenge, take_challenge
from voute.app.statements import issuer_keys
from voute.core.errors import FormatError, VerificationError
from voute.core.ids import Slug
from voute.core.values import MICROSECONDS
from voute.format import dsse
from voute.format.issuer_auth import IssuerAuth, parse_issuer_auth

PURPOSE: Final = "issuer"
MAX_SKEW: Final = 10 * 60
"""Seconds by which a department's clock may be wrong."""


def challenge(city: City, issuer: Slug) -> bytes:
    """Give a challenge; known and unknown issuers get the same kind of answer."""
    with city.catalogue.write() as tx:
        return give_challenge(tx, PURPOSE, issuer.encode("ascii"), city.now())


def open_session(city: City, statement: bytes) -> session.Opened:
    """Open a session by a signed challenge; a challenge that is named is used up.

    Raises:
        SignInFailedError: for every cause.
    """
    now = city.now()
    try:
        envelope = dsse.parse(statement)
        said = parse_issuer_auth(envelope.payload)
    except FormatError as error:
        raise SignInFailedError(error.detail) from None
    holds = _holds(city, envelope, said, now)
    with city.catalogue.write() as tx:
        known = take_challenge(tx, PURPOSE, said.issuer.encode("ascii"), said.challenge, now)
        if known and holds:
            return session.open_issuer(tx, said.issuer, now)
    raise SignInFailedError


def _holds(city: City, envelope: dsse.Envelope, said: IssuerAuth, now: int) -> bool:
    root = city.trust().root
    try:
        dsse.verify(envelope, dsse.Kind.ISSUER_AUTH, issuer_keys(city, said.issuer))
    except (VerificationError, FormatError):
        return False
    skew = abs(now // MICROSECONDS - said.time)
    return said.city == root.city and said.origin == root.origin and skew <= MAX_SKEW
