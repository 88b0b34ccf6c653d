"""Cases of `vectors/claim`: codes as people write them, what codes give, bindings, the registry."""

import json
from collections.abc import Iterator
from dataclasses import replace

from tools.make_vectors.case import Case, Values
from tools.make_vectors.seeds import seed
from voute.core.ids import Hash, LookupId, Slug, VaultId
from voute.core.values import parse_time
from voute.format.canonical import Json, dumps
from voute.format.claim_code import ALPHABET, group_code, write_code
from voute.format.dsse import Kind, SigningKey, sign
from voute.format.registry import Binding, Entry, EntryState, Registry, SeenConsent, seal_registry, write_registry
from voute.seal.claim import Party, claim_keys, make_bind, make_code, run_secret

FOLDER = "claim"
CITY, ISSUER, RUN = "saint-aurele", "finances", "taxes-2026"
REFERENCE, PARTY = "8741-26-0931", "T-004417"
ISSUER_KEY = SigningKey(seed("issuer"))


def code_value(reference: str = REFERENCE, slot: int = 0, code_epoch: int = 1) -> bytes:
    """Give the code of a reference in the run of the vectors."""
    return make_code(run_secret(seed("master"), CITY, ISSUER, RUN), reference, PARTY, slot, code_epoch)


def _wrong_symbol(code: str) -> Iterator[tuple[str, str]]:
    for place in (0, 11, 23):
        other = ALPHABET[(ALPHABET.index(code[place]) + 1) % 32]
        yield f"wrong-symbol-{place + 1}", code[:place] + other + code[place + 1 :]


def _swapped(code: str) -> Iterator[tuple[str, str]]:
    for place in (0, 10, 22):
        if code[place] != code[place + 1]:
            yield f"swapped-{place + 1}", code[:place] + code[place + 1] + code[place] + code[place + 2 :]


def _codes() -> Iterator[Case]:
    value = code_value()
    code = write_code(value)
    spelled = code.replace("1", "l").replace("0", "o")
    good = {
        "plain": code,
        "grouped": group_code(code),
        "lower-case": group_code(code).lower(),
        "spaces": " ".join(code),
        "dashes": group_code(code).replace("-", "\u2013"),
        "no-break-hyphens": group_code(code).replace("-", "\u2011"),
        "letters-for-digits": spelled,
    }
    for name, typed in good.items():
        yield Case(FOLDER, f"code-read-{name}", "code-read", "ok", {"typed": typed}, {"value": value.hex()})
    all_ones = (2**115 - 1 << 5).to_bytes(15, "big")
    for name, raw in (("zero", bytes(15)), ("ones", all_ones), ("plain", value)):
        yield Case(FOLDER, f"code-write-{name}", "code-write", "ok", {"value": raw.hex()})
    yield Case(FOLDER, "code-write-spare-bits", "code-write", "format", {"value": (b"\0" * 14 + b"\1").hex()})
    yield Case(FOLDER, "code-write-short", "code-write", "format", {"value": bytes(14).hex()})
    for name, typed in (*_wrong_symbol(code), *_swapped(code)):
        yield Case(FOLDER, f"code-read-{name}", "code-read", "code-check", {"typed": typed})
    lengths = {"empty": "", "short": code[:-1], "long": code + "0", "huge": "0" * 300, "hyphens-only": "-" * 24}
    for name, typed in lengths.items():
        yield Case(FOLDER, f"code-read-{name}", "code-read", "code-length", {"typed": typed})
    symbols = {"letter-u": "U", "accent": "\u00c9", "punctuation": ".", "digit-elsewhere": "\u0661", "slash": "/"}
    for name, symbol in symbols.items():
        yield Case(FOLDER, f"code-read-{name}", "code-read", "code-symbol", {"typed": code[:5] + symbol + code[6:]})
    # Letters that upper-casing or folding would turn into ours.
    for name, symbol in (("long-s", "\u017f"), ("dotless-i", "\u0131"), ("kelvin", "\u212a"), ("wide-a", "\uff21")):
        yield Case(FOLDER, f"code-read-{name}", "code-read", "code-symbol", {"typed": code[:5] + symbol + code[6:]})


def _made() -> Iterator[Case]:
    base: Values = {
        "master": seed("master").hex(),
        "city": CITY,
        "issuer": ISSUER,
        "run": RUN,
        "reference": REFERENCE,
        "party": PARTY,
        "slot": 0,
        "code_epoch": 1,
    }
    changes: dict[str, Values] = {
        "plain": {},
        "other-run": {"run": "taxes-2027"},
        "other-reference": {"reference": "8741-26-0932"},
        "other-party": {"party": "T-004418"},
        "accents": {"party": "name:\u00c9milie"},
        "slot-1": {"slot": 1},
        "epoch-2": {"code_epoch": 2},
        "largest": {"slot": 2**32 - 1, "code_epoch": 2**32 - 1},
    }
    for name, change in changes.items():
        yield Case(FOLDER, f"code-make-{name}", "code-make", "ok", {**base, **change})
    yield Case(FOLDER, "code-make-slot-too-large", "code-make", "format", {**base, "slot": 2**32})
    yield Case(FOLDER, "code-make-slot-negative", "code-make", "format", {**base, "slot": -1})
    yield Case(FOLDER, "code-keys-plain", "code-keys", "ok", {"value": code_value().hex()})
    yield Case(FOLDER, "code-keys-zero", "code-keys", "ok", {"value": bytes(15).hex()})
    yield Case(FOLDER, "code-keys-long", "code-keys", "format", {"value": bytes(16).hex()})
    ids: Values = {"master": seed("master").hex(), "plaintext_hash": seed("plaintext").hex()}
    yield Case(FOLDER, "document-ids-key", "document-ids", "ok", {**ids, "parts": [PARTY, "2026-001"]})
    yield Case(FOLDER, "document-ids-file", "document-ids", "ok", {**ids, "parts": [RUN, "bill.pdf"]})


def _bindings() -> Iterator[Case]:
    value, vault = code_value(), VaultId(seed("vault"))
    base: Values = {
        "value": value.hex(),
        "city": CITY,
        "issuer": ISSUER,
        "party": PARTY,
        "slot": 0,
        "code_epoch": 1,
        "vault_id": vault.hex(),
    }
    bind = make_bind(claim_keys(value), Party(CITY, ISSUER, PARTY, 0, 1), vault).hex()
    yield Case(FOLDER, "bind-plain", "bind", "ok", base, {"bind": bind})
    yield Case(FOLDER, "bind-slot-1", "bind", "ok", {**base, "slot": 1})
    yield Case(FOLDER, "bind-check-plain", "bind-check", "ok", {**base, "bind": bind})
    changes: dict[str, Values] = {
        "other-city": {"city": "autre"},
        "other-issuer": {"issuer": "permis"},
        "other-party": {"party": "T-004418"},
        "other-slot": {"slot": 1},
        "other-epoch": {"code_epoch": 2},
        "other-vault": {"vault_id": seed("vault 2").hex()},
        "other-code": {"value": code_value(slot=1).hex()},
        "parts-shifted": {"city": CITY + "f", "issuer": ISSUER[1:]},
        "short": {"bind": bind[:-2]},
        "empty": {"bind": ""},
        "zero": {"bind": "00" * 32},
    }
    for name, change in changes.items():
        given = {**base, "bind": bind, **change}
        yield Case(FOLDER, f"bind-check-{name}", "bind-check", "bind-mismatch", given)


def registry_entries() -> tuple[Entry, ...]:
    """Give an issued, a bound and a revoked entry."""
    binding = Binding(VaultId(seed("vault")), Hash(seed("head")), Hash(seed("bind")), parse_time("2026-02-03T04:05:06Z"))
    first = Entry(REFERENCE, PARTY, 0, RUN, 1, EntryState.ISSUED, LookupId(seed("lookup 0")))
    second = replace(first, slot=1, state=EntryState.BOUND, lookup_id=LookupId(seed("lookup 1")), binding=binding)
    third = replace(first, slot=2, state=EntryState.REVOKED, lookup_id=LookupId(seed("lookup 2")))
    return (first, second, third)


def _registries() -> Iterator[Case]:
    registry = Registry(Slug(CITY), Slug(ISSUER), 1, None, parse_time("2026-02-03T04:05:06Z"), registry_entries())
    payload = write_registry(registry)
    keys = [ISSUER_KEY.public.hex()]
    sealed = seal_registry(registry, ISSUER_KEY).decode()
    yield Case(FOLDER, "registry-plain", "registry", "ok", {"envelope": sealed, "keys": keys})
    empty = seal_registry(replace(registry, entries=(), number=2, previous=Hash(seed("before"))), ISSUER_KEY).decode()
    yield Case(FOLDER, "registry-empty", "registry", "ok", {"envelope": empty, "keys": keys})
    foreign = [SigningKey(seed("other")).public.hex()]
    yield Case(FOLDER, "registry-unknown-key", "registry", "unknown-key", {"envelope": sealed, "keys": foreign})
    act = sign(Kind.ACT, payload, ISSUER_KEY).decode()
    yield Case(FOLDER, "registry-other-kind", "registry", "wrong-statement", {"envelope": act, "keys": keys})
    seen = SeenConsent(VaultId(seed("vault")), Slug("tax-bill"), 3, Hash(seed("choice")))
    chosen = replace(registry, consents=(seen, replace(seen, document_type=Slug("water-bill"), number=1)))
    with_choices = seal_registry(chosen, ISSUER_KEY).decode()
    yield Case(FOLDER, "registry-with-choices", "registry", "ok", {"envelope": with_choices, "keys": keys})
    for name, changed in (*_bad_registries(payload), *_bad_choices(write_registry(chosen))):
        raw = sign(Kind.REGISTRY, changed, ISSUER_KEY).decode()
        yield Case(FOLDER, f"registry-{name}", "registry", "format", {"envelope": raw, "keys": keys})


def _bad_registries(payload: bytes) -> Iterator[tuple[str, bytes]]:
    def changed(**values: Json) -> bytes:
        return dumps({**tree, **values})

    tree = json.loads(payload)
    entries = tree["entries"]
    yield "not-canonical", payload.replace(b",", b", ", 1)
    yield "not-sorted", changed(entries=entries[::-1])
    yield "entry-twice", changed(entries=[entries[0], entries[0]])
    yield "version-2", changed(version=2)
    yield "number-0", changed(number=0)
    yield "second-without-previous", changed(number=2)
    yield "first-with-previous", changed(previous=seed("x").hex())
    yield "unknown-state", changed(entries=[{**entries[0], "state": "lost"}])
    yield "bound-without-vault", changed(entries=[{**entries[0], "state": "bound"}])
    yield "issued-with-vault", changed(entries=[{**entries[1], "state": "issued"}])
    yield "half-a-binding", changed(entries=[{**entries[1], "bind": None}])
    yield "slot-text", changed(entries=[{**entries[0], "slot": "0"}])


def _bad_choices(payload: bytes) -> Iterator[tuple[str, bytes]]:
    tree = json.loads(payload)
    first, second = tree["consents"]
    yield "choices-none", dumps({**tree, "consents": []})
    yield "choices-in-version-1", dumps({**tree, "version": 1})
    yield "choices-not-sorted", dumps({**tree, "consents": [second, first]})
    yield "choices-number-0", dumps({**tree, "consents": [{**first, "number": 0}]})


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    yield from _codes()
    yield from _made()
    yield from _bindings()
    yield from _registries()
