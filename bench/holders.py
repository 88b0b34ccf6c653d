"""Holders who have opened their vaults before the measured run: a code each, a recovery kit, the real calls."""

import base64
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import httpx

from bench.city import CITY, ISSUER, Founded
from voute.client.codes import CodeDesk
from voute.core.ids import HASH_SIZE, Hash
from voute.core.values import unix_time
from voute.format.act import Act
from voute.format.registry import Entry, EntryState
from voute.format.subject import Claim, vault_actor
from voute.format.vault_record import VaultKind
from voute.seal.claim import ClaimKeys, Party, claim_keys, make_bind
from voute.seal.keyring import OpenVault
from voute.seal.unlock import kit_method, kit_sign_in_key, new_kit
from voute.seal.vault import first_keyring, name_method, new_vault
from voute.seal.waiting import keyring_claim

_TRUST_ROOT: Final = 1
_HEADERS: Final = {"x-voute": "1"}
_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Holder:
    """A vault, the reference it was opened with, and the cookie of the session that opening it began."""

    reference: str
    vault: OpenVault
    cookie: str


def claim_all(city: Founded) -> tuple[Holder, ...]:
    """Open a vault for every code of the department that nobody has used."""
    desk = CodeDesk(city.home)
    unused = [entry for entry in desk.entries() if entry.state is EntryState.ISSUED]
    return tuple(_claim_each(city.origin, ((entry, claim_keys(desk.code(entry))) for entry in unused)))


def _claim_each(origin: str, codes: Iterable[tuple[Entry, ClaimKeys]]) -> Iterable[Holder]:
    with httpx.Client(base_url=origin, headers=_HEADERS, timeout=_TIMEOUT_S) as http:
        for entry, keys in codes:
            yield Holder(entry.reference, *_claim(http, entry, keys))


def _claim(http: httpx.Client, entry: Entry, keys: ClaimKeys) -> tuple[OpenVault, str]:
    """Open one vault; what waits keeps the header of its code, which the keyring holds."""
    proof = {"lookup_id": keys.lookup_id.hex(), "token": _base64(keys.token)}
    waiting = http.post("/api/claims/lookup", json=proof).raise_for_status().json()
    now = unix_time(int(time.time()))
    new = new_vault(CITY, VaultKind.PERSON, waiting["v"])
    kit = new_kit(CITY, new.vault_id, now)
    party = Party(CITY, ISSUER, entry.party, entry.slot, entry.code_epoch)
    update = first_keyring(new, [name_method(kit_method(kit), "papier", now)], [keyring_claim(party, keys)], _TRUST_ROOT)
    bind = make_bind(keys, party, new.vault_id)
    subject = Claim(keys.lookup_id, ISSUER, new.vault_id, update.vault.chain.head, bind)
    act = Act(CITY, vault_actor(new.vault_id), subject, now, Hash(os.urandom(HASH_SIZE)))
    sign_in_key = kit_sign_in_key(kit).public.hex()
    body = {
        **proof,
        "genesis": _base64(new.genesis),
        "record": _base64(update.record),
        "keyring": _base64(update.keyring_age),
        "bind": bind.hex(),
        "act": _base64(act.sign(new.root_key)),
        "methods": [{"id": kit.method_id.hex(), "kind": "kit", "credential_id": None, "sign_in_key": sign_in_key}],
        "challenge": waiting["challenge"],
        "credential": None,
        "headers": [],
    }
    answer = http.post("/api/claims", json=body).raise_for_status()
    http.cookies.clear()
    return update.vault, answer.headers.get("set-cookie", "").partition(";")[0]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
