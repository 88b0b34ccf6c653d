"""A holder's vault: records, keyring, chain salts; replacing the keyring; taking everything along."""

from typing import Final

from litestar import get, post, put
from litestar.params import JSONBody
from litestar.response import Stream

from voute.app import lookup_freeze
from voute.app.archive import stream_archive
from voute.app.keyring import KeyringRequest, replace_keyring
from voute.app.vault import read_vault
from voute.server.http.access import HOLDER
from voute.server.http.claims import FrozenReply, MethodBody, read_method
from voute.server.http.given import TheCity, TheHolder
from voute.server.http.webauthn_wire import RegistrationReply, read_registration
from voute.server.http.wire import MAX_SMALL, ActBody, Base64, Hex32, Model, time_of

MAX_KEYRING_BODY: Final = 4 * 1024 * 1024
"""Bytes of a keyring change: a keyring of 1.5 MB in base64, a record of 1 MiB."""


class ChainSalt(Model):
    """The salt of one box's chain of events."""

    box: Hex32
    salt: Hex32


class VaultReply(Model):
    """The holder's vault as the city keeps it."""

    vault_id: Hex32
    v: int
    records: list[Base64]
    keyring: Base64
    chain_salts: list[ChainSalt]


class KeyringBody(Model):
    """A new keyring with the record that commits to it, and the full new list of methods."""

    record: Base64
    keyring: Base64
    methods: list[MethodBody]
    challenge: Base64 | None
    credential: RegistrationReply | None


class KeyringReply(Model):
    """The number of the keyring that counts now."""

    number: int


@get("/api/vault", opt=HOLDER, sync_to_thread=True)
def read_own_vault(city: TheCity, holder: TheHolder) -> VaultReply:
    """Return the vault."""
    view = read_vault(city, holder)
    return VaultReply(
        vault_id=view.vault_id.hex(),
        v=view.v,
        records=list(view.records),
        keyring=view.keyring,
        chain_salts=[ChainSalt(box=row.box_id.hex(), salt=row.chain_salt.hex()) for row in view.chains],
    )


@put("/api/vault/keyring", opt=HOLDER, request_max_body_size=MAX_KEYRING_BODY, sync_to_thread=True)
def put_keyring(city: TheCity, holder: TheHolder, data: JSONBody[KeyringBody]) -> KeyringReply:
    """Replace the keyring."""
    number = replace_keyring(
        city,
        holder,
        KeyringRequest(
            record=data.record,
            keyring=data.keyring,
            methods=tuple(read_method(one) for one in data.methods),
            challenge=data.challenge,
            registration=None if data.credential is None else read_registration(data.credential),
        ),
    )
    return KeyringReply(number=number)


@post("/api/vault/disown", opt=HOLDER, status_code=200, request_max_body_size=MAX_SMALL, sync_to_thread=True)
def disown(city: TheCity, holder: TheHolder, data: JSONBody[ActBody]) -> FrozenReply:
    """Freeze a code of this vault: what comes next goes on paper."""
    return FrozenReply(frozen_at=time_of(lookup_freeze.disown(city, holder, data.act)))


@get("/api/vault/archive", opt=HOLDER, media_type="application/zip", sync_to_thread=True)
def read_archive(city: TheCity, holder: TheHolder) -> Stream:
    """Stream the holder's archive."""
    headers = {"content-disposition": 'attachment; filename="voute.zip"'}
    return Stream(stream_archive(city, holder), media_type="application/zip", headers=headers)
