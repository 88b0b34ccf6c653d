"""Cases of events, acts and log entries, in `vectors/receipt`."""

import json
from collections.abc import Iterator

from tools.make_vectors.case import Case, Values
from tools.make_vectors.city import CITY, DELIVERED, FINANCE
from tools.make_vectors.receipt import FOLDER, deliver, manifest
from tools.make_vectors.seeds import seed
from voute.core.ids import DocumentId, Hash, LookupId, Slug, VaultId, slug
from voute.format.act import Act
from voute.format.canonical import dumps
from voute.format.consent import PAPER, PAPERLESS, WORDS
from voute.format.event import Event
from voute.format.subject import (
    SERVICE,
    AnySubject,
    Bound,
    Claim,
    Consent,
    Delete,
    Disown,
    Freeze,
    KeyringChange,
    Opened,
    Revoked,
    issuer_actor,
    vault_actor,
)

VAULT = VaultId(seed("vault"))
HEAD = Hash(seed("head"))
LOOKUP = LookupId(seed("lookup"))
TAX_BILL = slug("compte-de-taxes")


def _consent(number: int, text: Slug, language: str) -> Consent:
    return Consent(FINANCE, TAX_BILL, number, text == PAPERLESS, text, language, WORDS[text, language])


SUBJECTS: dict[str, tuple[str, AnySubject]] = {
    "claim": (vault_actor(VAULT), Claim(LOOKUP, FINANCE, VAULT, HEAD, Hash(seed("bind")))),
    "bound": (issuer_actor(FINANCE), Bound(LOOKUP, VAULT, HEAD)),
    "keyring": (vault_actor(VAULT), KeyringChange(VAULT, 2, HEAD)),
    "opened": (vault_actor(VAULT), Opened(DocumentId(seed("document", 16)), Hash(seed("manifest")))),
    "delete": (vault_actor(VAULT), Delete(DocumentId(seed("document", 16)), Hash(seed("manifest")))),
    "revoked": (issuer_actor(FINANCE), Revoked(LOOKUP)),
    "disown": (vault_actor(VAULT), Disown(LOOKUP, VAULT)),
    "freeze": (SERVICE, Freeze(LOOKUP, VAULT)),
    "freeze-unused": (SERVICE, Freeze(LOOKUP, None)),
    "consent": (vault_actor(VAULT), _consent(1, PAPERLESS, "fr")),
    "consent-back": (vault_actor(VAULT), _consent(2, PAPER, "en")),
}
NO_ACT = frozenset({"keyring", "freeze", "freeze-unused"})


def _events() -> Iterator[Case]:
    written = deliver(manifest()).encode()
    yield Case(FOLDER, "event-ok-deliver", "event", "ok", {"event": written.decode()})
    for name, (actor, subject) in SUBJECTS.items():
        statement = None if actor == SERVICE else Hash(seed("act"))
        raw = Event(CITY, DELIVERED, actor, statement, subject).encode()
        yield Case(FOLDER, f"event-ok-{name}", "event", "ok", {"event": raw.decode()})
        if name not in NO_ACT:
            act = Act(CITY, actor, subject, DELIVERED, Hash(seed("nonce"))).encode()
            yield Case(FOLDER, f"act-ok-{name}", "act", "ok", {"payload": act.decode()})
    yield from _bad_events(json.loads(written))
    yield from _bad_acts()
    yield from _bad_consents()


def _bad_events(tree: Values) -> Iterator[Case]:
    changes: dict[str, Values] = {
        "version-2": {"version": 2},
        "unknown-key": {"note": 1},
        "type-unknown": {"type": "cancel"},
        "type-of-other-subject": {"type": "opened"},
        "actor-vault": {"actor": vault_actor(VAULT)},
        "actor-service": {"actor": "service"},
        "actor-upper-case": {"actor": "issuer:Finances"},
        "actor-vault-short": {"actor": "vault:00"},
        "act-null": {"act": None},
        "subject-null": {"subject": None},
        "subject-extra-key": {"subject": {**tree["subject"], "note": 1}},
        "subject-missing-key": {"subject": {"delivery_id": "00" * 16}},
        "time": {"time": "2026-02-01"},
    }
    actor, subject = SUBJECTS["freeze"]
    asserted = json.loads(Event(CITY, DELIVERED, actor, None, subject).encode())
    changed = {name: {**tree, **change} for name, change in changes.items()}
    changed["freeze-with-act"] = {**asserted, "act": "00" * 32}
    changed["freeze-by-vault"] = {**asserted, "actor": vault_actor(VAULT)}
    changed["freeze-without-vault-id"] = {**asserted, "subject": {"lookup_id": "00" * 32}}
    for name, value in changed.items():
        yield Case(FOLDER, f"event-bad-{name}", "event", "format", {"event": dumps(value).decode()})


def _bad_consents() -> Iterator[Case]:
    actor, subject = SUBJECTS["consent"]
    tree = json.loads(Act(CITY, actor, subject, DELIVERED, Hash(seed("nonce"))).encode())
    changes: dict[str, Values] = {
        "number-0": {"number": 0},
        "number-true": {"number": True},
        "paperless-1": {"paperless": 1},
        "paperless-null": {"paperless": None},
        "language": {"language": "de"},
        "words-short": {"words": "00"},
        "type-upper-case": {"document_type": "Taxes"},
        "extra-key": {"vault_id": "00" * 32},
    }
    for name, change in changes.items():
        raw = dumps({**tree, "subject": {**tree["subject"], **change}}).decode()
        yield Case(FOLDER, f"act-bad-consent-{name}", "act", "format", {"payload": raw})
    raw = dumps({**tree, "actor": issuer_actor(FINANCE)}).decode()
    yield Case(FOLDER, "act-bad-consent-issuer", "act", "format", {"payload": raw})


def _bad_acts() -> Iterator[Case]:
    actor, subject = SUBJECTS["opened"]
    tree = json.loads(Act(CITY, actor, subject, DELIVERED, Hash(seed("nonce"))).encode())
    changes: dict[str, Values] = {
        "version-2": {"version": 2},
        "actor-issuer": {"actor": "issuer:finances"},
        "actor-number": {"actor": 1},
        "nonce-short": {"nonce": "00"},
        "type-deliver": {"type": "deliver"},
        "type-keyring": {"type": "keyring", "subject": {"vault_id": "00" * 32, "number": 1, "record_hash": "00" * 32}},
        "subject-list": {"subject": []},
        "unknown-key": {"act": None},
        "type-freeze": {"type": "freeze", "actor": SERVICE, "subject": {"lookup_id": "00" * 32, "vault_id": None}},
        "disown-without-vault-id": {"type": "disown", "subject": {"lookup_id": "00" * 32}},
        "delete-without-manifest-hash": {"type": "delete", "subject": {"document_id": "00" * 16}},
    }
    for name, change in changes.items():
        raw = dumps({**tree, **change}).decode()
        yield Case(FOLDER, f"act-bad-{name}", "act", "format", {"payload": raw})


def _entries() -> Iterator[Case]:
    event = deliver(manifest()).encode()
    given: Values = {"salt": seed("salt").hex(), "chain": "00" * 32, "event": event.hex()}
    yield Case(FOLDER, "entry-no-box", "entry", "ok", given)
    yield Case(FOLDER, "entry-in-box", "entry", "ok", {**given, "chain": seed("chain").hex()})
    yield Case(FOLDER, "entry-salt-short", "entry", "format", {**given, "salt": "00"})
    yield Case(FOLDER, "entry-chain-empty", "entry", "format", {**given, "chain": ""})
    link: Values = {"chain_salt": seed("chain salt").hex(), "number": 1, "previous": "00" * 32}
    yield Case(FOLDER, "chain-first", "chain", "ok", link)
    yield Case(FOLDER, "chain-second", "chain", "ok", {**link, "number": 2, "previous": seed("chain").hex()})
    yield Case(FOLDER, "chain-number-0", "chain", "format", {**link, "number": 0})
    yield Case(FOLDER, "chain-previous-short", "chain", "format", {**link, "previous": "00"})


def cases() -> Iterator[Case]:
    """Give every case."""
    yield from _events()
    yield from _entries()
