"""A resident in software: it looks a code up, opens a vault with it, signs in, reads and checks, as the page does."""

import base64
import os
import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.authenticator import Passkey, b64url
from tests.support.city import check
from tests.support.issuer import b64
from voute.core.ids import DocumentId, Hash, LookupId, Slug, VaultId, slug
from voute.core.values import UnixTime, unix_time
from voute.format.act import Act
from voute.format.consent import PAPER, PAPERLESS, WORDS
from voute.format.kit import Kit
from voute.format.subject import AnySubject, Claim, Consent, Opened, vault_actor
from voute.format.trust_root import TrustRoot
from voute.format.vault_record import VaultKind
from voute.seal import unlock
from voute.seal.claim import ClaimKeys, claim_keys, make_bind
from voute.seal.document import Holder, OpenedCard, open_body, open_card, rewrap
from voute.seal.keyring import OpenVault, open_keyring
from voute.seal.unlock import UnlockMethod
from voute.seal.vault import change_keyring, first_keyring, name_method, new_vault
from voute.seal.waiting import keyring_claim, party_of


def now() -> UnixTime:
    return unix_time(int(time.time()))


@dataclass
class Lookup:
    """What a good code gave, and what is behind it."""

    keys: ClaimKeys
    reply: dict[str, Any]
    opened: list[OpenedCard]


@dataclass
class Resident:
    """A holder with a passkey, perhaps a kit, and after a claim a vault."""

    client: httpx.Client
    root: TrustRoot
    vault: OpenVault | None = None
    passkey: Passkey | None = None
    kit: Kit | None = None

    def look_up(self, code: bytes) -> Lookup:
        keys = claim_keys(code)
        body = {"lookup_id": keys.lookup_id.hex(), "token": b64(keys.token)}
        reply = check(self.client.post("/api/claims/lookup", json=body)).json()
        holder = Holder(code=keys.lookup_id)
        opened = [
            open_card(
                base64.b64decode(one["header"]),
                base64.b64decode(one["card"]),
                (keys.identity(),),
                self.root,
                holder,
                DocumentId(bytes.fromhex(one["document_id"])),
            )
            for one in reply["documents"]
        ]
        return Lookup(keys, reply, opened)

    def claim_body(self, code: bytes, *, with_kit: bool = False, with_passkey: bool = True) -> dict[str, Any]:
        """Everything that the page sends for a claim; remembers the vault that it would open."""
        found = self.look_up(code)
        party = party_of(found.opened, found.keys)
        fresh = new_vault(self.root.city, VaultKind.PERSON, found.reply["v"])
        challenge = base64.b64decode(found.reply["challenge"])
        methods: list[UnlockMethod] = []
        bodies: list[dict[str, Any]] = []
        credential = None
        if with_passkey:
            self.passkey = Passkey(self.root.rp_id, self.root.origin, fresh.vault_id)
            credential = self.passkey.create(challenge)
            methods.append(self._passkey_method(fresh.vault_id))
            bodies.append(passkey_body(self.passkey))
        if with_kit:
            self.kit = unlock.new_kit(self.root.city, fresh.vault_id, now())
            methods.append(unlock.kit_method(self.kit))
            bodies.append(kit_body(self.kit))
        named = [name_method(one, "mine", now()) for one in methods]
        update = first_keyring(fresh, named, [keyring_claim(party, found.keys)], 1)
        self.vault = update.vault
        bind = make_bind(found.keys, party, fresh.vault_id)
        record_hash = self.vault.chain.head
        subject = Claim(LookupId(found.keys.lookup_id), self._issuer(found), fresh.vault_id, record_hash, bind)
        reading = self.vault.reading.recipient
        return {
            "lookup_id": found.keys.lookup_id.hex(),
            "token": b64(found.keys.token),
            "genesis": b64(fresh.genesis),
            "record": b64(update.record),
            "keyring": b64(update.keyring_age),
            "bind": bind.hex(),
            "act": b64(self.act(subject)),
            "methods": sorted(bodies, key=lambda one: one["id"]),
            "challenge": found.reply["challenge"],
            "credential": credential,
            "headers": [
                {"document_id": one.manifest.document_id.hex(), "header": b64(rewrap(one, (reading,)))} for one in found.opened
            ],
        }

    def claim(self, code: bytes, *, with_kit: bool = False, with_passkey: bool = True) -> dict[str, Any]:
        body = self.claim_body(code, with_kit=with_kit, with_passkey=with_passkey)
        reply: dict[str, Any] = check(self.client.post("/api/claims", json=body), 201).json()
        return reply

    def act(self, subject: AnySubject) -> bytes:
        vault = self.open_vault
        return Act(self.root.city, vault_actor(vault.vault_id), subject, now(), Hash(os.urandom(32))).sign(vault.root_key)

    def choice(self, number: int, *, paperless: bool, issuer: str = "finances", document_type: str = "tax-bill") -> bytes:
        """An act by which paper is given up for a document type, or asked for again."""
        text = PAPERLESS if paperless else PAPER
        return self.act(Consent(slug(issuer), slug(document_type), number, paperless, text, "fr", WORDS[text, "fr"]))

    @property
    def open_vault(self) -> OpenVault:
        assert self.vault is not None
        return self.vault

    def _issuer(self, found: Lookup) -> Slug:
        return found.opened[0].manifest.issuer

    def _passkey_method(self, vault_id: VaultId) -> UnlockMethod:
        assert self.passkey is not None
        return unlock.passkey_method(self.passkey.prf(unlock.PRF_INPUT), vault_id, self.passkey.credential_id)

    # -- signing in and reading

    def challenge(self) -> str:
        reply: str = check(self.client.post("/api/sessions/challenge", json={})).json()["challenge"]
        return reply

    def sign_in(self) -> httpx.Response:
        assert self.passkey is not None
        asked = self.challenge()
        body = {"challenge": asked, "credential": self.passkey.get(base64.b64decode(asked))}
        return self.client.post("/api/sessions", json=body)

    def sign_in_with_kit(self) -> httpx.Response:
        assert self.kit is not None
        asked = self.challenge()
        signature = unlock.kit_sign_in(self.kit, self.root.origin, base64.b64decode(asked))
        body = {
            "challenge": asked,
            "vault_id": self.kit.vault_id.hex(),
            "method_id": self.kit.method_id.hex(),
            "signature": b64(signature),
        }
        return self.client.post("/api/sessions/kit", json=body)

    def unlock_again(self) -> OpenVault:
        """Fetch records and keyring and open them with the passkey, as after any sign-in."""
        reply = check(self.client.get("/api/vault")).json()
        vault_id = self.open_vault.vault_id
        records = [base64.b64decode(one) for one in reply["records"]]
        self.vault = open_keyring(vault_id, records, base64.b64decode(reply["keyring"]), self._passkey_method(vault_id))
        return self.vault

    def card(self, document_id: str) -> OpenedCard:
        """Open one document's card through all checks."""
        row = check(self.client.get(f"/api/documents/{document_id}")).json()
        vault = self.open_vault
        return open_card(
            base64.b64decode(row["header"]),
            base64.b64decode(row["card"]),
            vault.identities(),
            self.root,
            vault.holder(),
            DocumentId(bytes.fromhex(document_id)),
        )

    def read(self, document_id: str) -> bytes:
        """Open one document through all checks; returns the file."""
        card = self.card(document_id)
        body = check(self.client.get(f"/api/documents/{document_id}/body")).content
        return open_body(card, body)

    def opened_act(self, document_id: str, manifest_hash: Hash) -> bytes:
        return self.act(Opened(DocumentId(bytes.fromhex(document_id)), manifest_hash))

    # -- keyring changes

    def keyring_body(self, *, add_kit: bool = False, drop_passkey: bool = False) -> tuple[dict[str, Any], OpenVault]:
        vault = self.open_vault
        methods = list(vault.keyring.methods)
        assert self.passkey is not None
        bodies = [passkey_body(self.passkey)]
        if add_kit:
            self.kit = unlock.new_kit(self.root.city, vault.vault_id, now())
            methods.append(name_method(unlock.kit_method(self.kit), "kit", now()))
        if self.kit is not None:
            bodies.append(kit_body(self.kit))
        if drop_passkey:
            gone = unlock.passkey_method_id(self.passkey.credential_id)
            methods = [one for one in methods if one.id != gone]
            bodies = bodies[1:]
        update = change_keyring(vault, methods=methods, new_epoch=drop_passkey)
        return {
            "record": b64(update.record),
            "keyring": b64(update.keyring_age),
            "methods": sorted(bodies, key=lambda one: one["id"]),
            "challenge": None,
            "credential": None,
        }, update.vault


def passkey_body(passkey: Passkey) -> dict[str, Any]:
    return {
        "id": unlock.passkey_method_id(passkey.credential_id).hex(),
        "kind": "passkey",
        "credential_id": b64url(passkey.credential_id),
        "sign_in_key": None,
    }


def kit_body(kit: Kit) -> dict[str, Any]:
    return {
        "id": kit.method_id.hex(),
        "kind": "kit",
        "credential_id": None,
        "sign_in_key": unlock.kit_sign_in_key(kit).public.hex(),
    }
