"""How a department signs in to the city: by its signing key, over a challenge."""

from typing import Final

from voute.client.api import CityApi, CityUnreachableError
from voute.client.home import IssuerSettings
from voute.client.unfinished import now
from voute.format.dsse import SigningKey
from voute.format.issuer_auth import IssuerAuth

_SIGN_IN_TRIES: Final = 3


def sign_in(api: CityApi, settings: IssuerSettings, key: SigningKey) -> None:
    """Answer the city's challenge with the issuer's key; with a new one when the network lost an answer."""
    for left in reversed(range(_SIGN_IN_TRIES)):
        challenge = api.challenge(settings.issuer)
        statement = IssuerAuth(settings.city, settings.issuer, challenge, settings.server, now())
        try:
            api.sign_in(statement.sign(key))
        except CityUnreachableError:
            if not left:
                raise
        else:
            return
