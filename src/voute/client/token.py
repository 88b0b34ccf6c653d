"""An officer's key inside a PKCS#11 token: a smart card, a hardware module, SoftHSM (OASIS PKCS#11 3.0, EdDSA).

Needs the extra `pkcs11`; imported by the command alone that asks for a token.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from voute.client.officer import OfficerKey, TokenError, TokenPlace
from voute.format.ed25519 import SIGNATURE_SIZE, check_public_key

_OID_ED25519: Final = "1.3.101.112"
_POINT: Final = b"\x04\x20"
"""DER head of an octet string of 32 bytes, in which tokens wrap a point."""


class _TokenKey:
    """A key inside a token, while its session is open."""

    def __init__(self, private: object, public: bytes) -> None:
        self._private = private
        self.public = public

    def sign(self, message: bytes) -> bytes:
        signature: bytes = self._private.sign(message, mechanism=Mechanism.EDDSA)  # type: ignore[attr-defined]
        if len(signature) != SIGNATURE_SIZE:
            raise TokenError("a signature of another size", why="signature")
        return signature


@contextmanager
def token_key(place: TokenPlace, pin: str, *, make: bool = False) -> Iterator[OfficerKey]:
    """Open an Ed25519 key inside a token, made there first if asked; it can't be taken out.

    Raises:
        TokenError: no token, a wrong PIN, no such key, or one that exists where a new one is to be made.
    """
    try:
        library = pkcs11.lib(place.module)
    except (pkcs11.exceptions.PKCS11Error, RuntimeError) as error:
        raise TokenError("the module does not load", why="library") from error
    try:
        token = library.get_token(token_label=place.token)
        with token.open(rw=make, user_pin=pin) as session:
            wanted = {Attribute.LABEL: place.label, Attribute.KEY_TYPE: KeyType.EC_EDWARDS}
            if make:
                if list(session.get_objects({Attribute.LABEL: place.label})):
                    raise TokenError("a key of this label exists", why="exists")
                curve = session.create_domain_parameters(
                    KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: encode_named_curve_parameters(_OID_ED25519)}, local=True
                )
                curve.generate_keypair(
                    mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                    store=True,
                    label=place.label,
                    private_template={Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True},
                )
            (public,) = session.get_objects(wanted | {Attribute.CLASS: ObjectClass.PUBLIC_KEY})
            (private,) = session.get_objects(wanted | {Attribute.CLASS: ObjectClass.PRIVATE_KEY})
            point = bytes(public[Attribute.EC_POINT])
            yield _TokenKey(private, check_public_key(point.removeprefix(_POINT)))
    except ValueError as error:
        raise TokenError("no such key", why="key") from error
    except pkcs11.exceptions.PKCS11Error as error:
        raise TokenError(type(error).__name__, why=_why(type(error).__name__)) from error


def _why(name: str) -> str:
    if "Pin" in name:
        return "pin"
    return "token" if "Token" in name or "Slot" in name else "refused"
