"""Holders who have opened their vaults before the measured run: a code each, a recovery kit, the city's own rules.

Few are opened over HTTP, as pages do it. A city's worth is opened beside the server, by the same use cases on the same catalogue,
on all cores and many in one transaction: the rows are the same, and 100,000 vaults take minutes instead of most of an hour.
"""

import base64
import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any, Final, cast

import httpx

from bench.city import CITY, ISSUER, Founded
from voute.app.city import City
from voute.app.claim import ClaimRequest, claim
from voute.app.claim_lookup import look_up
from voute.app.methods import Method
from voute.client.codes import CodeDesk
from voute.core.ids import HASH_SIZE, Hash, hash_of
from voute.core.ports_store import Catalogue, Transaction
from voute.core.values import UnixTime
from voute.format.act import Act
from voute.format.kit import Kit
from voute.format.registry import Entry, EntryState
from voute.format.subject import Claim, vault_actor
from voute.format.vault_record import VaultKind
from voute.seal.claim import ClaimKeys, Party, claim_keys, make_bind
from voute.seal.keyring import OpenVault
from voute.seal.unlock import kit_method, kit_sign_in_key, new_kit
from voute.seal.vault import first_keyring, name_method, new_vault
from voute.seal.waiting import keyring_claim
from voute.server.composition import assemble, now_seconds
from voute.server.settings import Settings

BATCH: Final = 64
"""Vaults of one transaction: short enough that the other cores and the sequencer come to their turn."""

_TRUST_ROOT: Final = 1
_HEADERS: Final = {"x-voute": "1"}
_TIMEOUT_S: Final = 60.0
_LOG_WITHIN_S: Final = 600.0
_LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Holder:
    """A vault, the reference it was opened with, its kit, and the cookie of the session that opening it began."""

    reference: str
    vault: OpenVault
    kit: Kit
    cookie: str


@dataclass(frozen=True, slots=True)
class _New:
    """A vault that a client has made and the city does not know yet."""

    kit: Kit
    vault: OpenVault
    request: ClaimRequest


def claim_all(city: Founded) -> tuple[Holder, ...]:
    """Open a vault over HTTP for every code of the department that nobody has used."""
    desk = CodeDesk(city.home)
    codes = [(entry, claim_keys(desk.code(entry))) for entry in desk.entries() if entry.state is EntryState.ISSUED]
    with httpx.Client(base_url=city.origin, headers=_HEADERS, timeout=_TIMEOUT_S) as http:
        return tuple(_claim_over_http(http, entry, keys) for entry, keys in codes)


def claim_beside(city: Founded) -> int:
    """Open a vault for every unused code beside the server, on all cores; returns how many."""
    desk = CodeDesk(city.home)
    codes = [entry for entry in desk.entries() if entry.state is EntryState.ISSUED]
    batches = [codes[start : start + BATCH] for start in range(0, len(codes), BATCH)]
    # Forked, so that each process has the desk, with its register of all codes, at once.
    with ProcessPoolExecutor(mp_context=get_context("fork"), initializer=_begin, initargs=(desk, city.settings)) as pool:
        opened = sum(pool.map(_open, batches))
    _wait_for_log(assemble(city.settings).city)
    return opened


def _wait_for_log(city: City) -> None:
    """Wait until the server has brought all events into its log."""
    end = time.monotonic() + _LOG_WITHIN_S
    while time.monotonic() < end:
        with city.catalogue.read() as tx:
            state = tx.log_states.get()
            if state is not None and state.size == tx.events.next_index() and not tx.events.pending(1):
                return
        time.sleep(_LOOK_S)
    raise TimeoutError("the log does not follow")


_place: list[tuple[CodeDesk, City]] = []


def _begin(desk: CodeDesk, settings: Settings) -> None:
    _place.append((desk, assemble(settings).city))


def _open(entries: Sequence[Entry]) -> int:
    """Open one vault for each code; in a process of its own."""
    desk, city = _place[0]
    codes = [(entry, claim_keys(desk.code(entry))) for entry in entries]
    with _together(city) as one:
        given = [look_up(one, keys.lookup_id, keys.token) for _, keys in codes]
    new = [_make(entry, keys, said.v, said.challenge) for (entry, keys), said in zip(codes, given, strict=True)]
    with _together(city) as one:
        for each in new:
            claim(one, each.request)
    return len(new)


@dataclass(frozen=True, slots=True)
class _OneTransaction:
    """A catalogue whose every transaction is the same one."""

    tx: Transaction

    def read(self) -> AbstractContextManager[Transaction]:
        """Give the transaction."""
        return nullcontext(self.tx)

    def write(self, *, durable: bool = True) -> AbstractContextManager[Transaction]:
        """Give the transaction."""
        del durable
        return nullcontext(self.tx)


@contextmanager
def _together(city: City) -> Iterator[City]:
    with city.catalogue.write() as tx:
        yield replace(city, catalogue=cast("Catalogue", _OneTransaction(tx)))


def _make(entry: Entry, keys: ClaimKeys, v: int, challenge: bytes) -> _New:
    """Make one vault as a page does; what waits keeps the header of its code, which the keyring holds."""
    now = UnixTime(now_seconds())
    new = new_vault(CITY, VaultKind.PERSON, v)
    kit = new_kit(CITY, new.vault_id, now)
    party = Party(CITY, ISSUER, entry.party, entry.slot, entry.code_epoch)
    update = first_keyring(new, [name_method(kit_method(kit), "papier", now)], [keyring_claim(party, keys)], _TRUST_ROOT)
    bind = make_bind(keys, party, new.vault_id)
    subject = Claim(keys.lookup_id, ISSUER, new.vault_id, update.vault.chain.head, bind)
    act = Act(CITY, vault_actor(new.vault_id), subject, now, Hash(os.urandom(HASH_SIZE)))
    request = ClaimRequest(
        lookup_id=keys.lookup_id,
        token=keys.token,
        genesis=new.genesis,
        record=update.record,
        keyring=update.keyring_age,
        bind=bind,
        act=act.sign(new.root_key),
        methods=(Method(kit.method_id, "kit", None, kit_sign_in_key(kit).public),),
        challenge=challenge,
        registration=None,
        headers=(),
        digest=hash_of(hashlib.sha256(update.record).digest()),
    )
    return _New(kit, update.vault, request)


def _claim_over_http(http: httpx.Client, entry: Entry, keys: ClaimKeys) -> Holder:
    proof = {"lookup_id": keys.lookup_id.hex(), "token": _base64(keys.token)}
    waiting = http.post("/api/claims/lookup", json=proof).raise_for_status().json()
    new = _make(entry, keys, waiting["v"], base64.b64decode(waiting["challenge"]))
    answer = http.post("/api/claims", json=proof | _body(new.request)).raise_for_status()
    http.cookies.clear()
    return Holder(entry.reference, new.vault, new.kit, answer.headers.get("set-cookie", "").partition(";")[0])


def _body(request: ClaimRequest) -> dict[str, Any]:
    (method,) = request.methods
    sign_in_key = b"" if method.sign_in_key is None else method.sign_in_key
    return {
        "genesis": _base64(request.genesis),
        "record": _base64(request.record),
        "keyring": _base64(request.keyring),
        "bind": request.bind.hex(),
        "act": _base64(request.act),
        "methods": [{"id": method.method_id.hex(), "kind": "kit", "credential_id": None, "sign_in_key": sign_in_key.hex()}],
        "challenge": _base64(request.challenge),
        "credential": None,
        "headers": [],
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
