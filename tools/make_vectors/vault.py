"""Cases of `vectors/vault`: records, keyrings, unlock methods, kits."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tools.make_vectors import holder
from tools.make_vectors.case import Case, Values
from tools.make_vectors.city import CITY, ISSUED, ORIGIN
from tools.make_vectors.holder import Offered, keyring, kit, named, offered, passkey, record_hash, records, vault_id
from tools.make_vectors.seeds import seed
from voute.core.ids import Hash, MethodId, Slug, VaultId
from voute.core.values import time_text
from voute.format.canonical import dumps
from voute.format.dsse import Kind, SigningKey, keyid, sign
from voute.format.keyring import Keyring, KeyringMethod
from voute.format.vault_record import KeyringRef, Reading, VaultKind, VaultRecord, VaultState
from voute.seal.hybrid import HybridIdentity

FOLDER = "vault"
Tree = dict[str, Any]


def _records(name: str, verdict: str, envelopes: list[str]) -> Case:
    return Case(FOLDER, f"records-{name}", "vault-records", verdict, {"records": envelopes})


def _signed(*chain: VaultRecord) -> list[str]:
    return [one.sign(holder.ROOT).decode("ascii") for one in chain]


def _after(record: VaultRecord, **changes: Any) -> VaultRecord:  # noqa: ANN401 (any field of a record)
    values: Tree = {"number": record.number + 1, "previous": record_hash(record), "nonce": Hash(seed("later"))}
    return replace(record, **{**values, **changes})


def _chains() -> Iterator[Case]:
    first, second = records()
    third = holder.second_epoch()
    yield _records("ok-genesis", "ok", _signed(first))
    yield _records("ok-two", "ok", _signed(first, second))
    yield _records("ok-three", "ok", _signed(first, second, third))
    yield _records("ok-closed", "ok", _signed(first, second, _after(second, state=VaultState.CLOSED)))
    yield _records("ok-same-keyring", "ok", _signed(first, second, _after(second)))
    yield _records("none", "record-chain", [])
    yield _records("without-genesis", "record-chain", _signed(second))
    yield _records("gap", "record-chain", _signed(first, third))
    yield _records("not-in-order", "record-chain", _signed(second, first))
    yield _records("genesis-twice", "record-chain", _signed(first, first))
    changes: dict[str, Tree] = {
        "other-previous": {"previous": Hash(seed("x"))},
        "other-vault": {"vault_id": VaultId(seed("x"))},
        "number-skipped": {"number": 3},
        "v-changed": {"v": 13},
        "city-changed": {"city": Slug("autre-ville")},
        "kind-changed": {"kind": VaultKind.BUSINESS},
        "root-key-changed": {"root_key": SigningKey(seed("x")).public},
        "recipient-without-epoch": {"reading": Reading(1, holder.READING_2.recipient.to_string())},
        "epoch-without-recipient": {"reading": Reading(2, holder.READING_1.recipient.to_string())},
        "epoch-skipped": {"reading": Reading(3, holder.READING_2.recipient.to_string())},
        "keyring-same-number-other-hash": {"keyring": KeyringRef(1, Hash(seed("x")))},
    }
    for name, change in changes.items():
        yield _records(name, "record-chain", _signed(first, second, _after(second, **change)))
    back = _after(third, keyring=KeyringRef(1, second.keyring.sha256 if second.keyring else Hash(b"")))
    yield _records("keyring-number-falls", "record-chain", _signed(first, second, third, back))
    earlier = _after(third, reading=second.reading)
    yield _records("epoch-falls", "record-chain", _signed(first, second, third, earlier))
    yield from _signatures(first, second)


def _signatures(first: VaultRecord, second: VaultRecord) -> Iterator[Case]:
    stranger = SigningKey(seed("stranger"))
    good = _signed(first, second)
    yield _records("signed-by-stranger", "unknown-key", [good[0], second.sign(stranger).decode("ascii")])
    yield _records("genesis-by-stranger", "unknown-key", [first.sign(stranger).decode("ascii")])
    mixed = good[1].split('"signatures"')[0] + '"signatures"' + good[0].split('"signatures"')[1]
    yield _records("signature-of-another", "bad-signature", [good[0], mixed])
    small = replace(first, root_key=bytes(32))
    forged = small.sign(holder.ROOT).decode("ascii").replace(keyid(holder.ROOT.public), keyid(bytes(32)))
    yield _records("root-key-of-small-order", "bad-signature", [forged])
    act = sign(Kind.ACT, first.encode(), holder.ROOT).decode("ascii")
    yield _records("other-kind", "wrong-statement", [act])
    yield _records("cut-short", "format", [good[0][:-1]])


def _set(*path: str | int, value: object) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        at: Any = tree
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value

    return change


def _drop(key: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        del tree[key]

    return change


def _reverse_methods(tree: Tree) -> None:
    tree["methods"].reverse()


def _double_method(tree: Tree) -> None:
    tree["methods"] = [tree["methods"][0]] * 2


def _to_text(recipient: str) -> str:
    return recipient[:-1] + ("q" if recipient[-1] != "q" else "p")


_BAD_RECORDS: dict[str, Callable[[Tree], None]] = {
    "version-2": _set("version", value=2),
    "missing-key": _drop("members"),
    "unknown-key": _set("note", value="x"),
    "number-text": _set("number", value="1"),
    "number-1000": _set("number", value=1000),
    "v-0": _set("v", value=0),
    "kind-unknown": _set("kind", value="company"),
    "state-unknown": _set("state", value="frozen"),
    "city-upper-case": _set("city", value="Saint-Aurele"),
    "vault-id-null": _set("vault_id", value=None),
    "previous-null": _set("previous", value=None),
    "keyring-null": _set("keyring", value=None),
    "keyring-number-0": _set("keyring", "number", value=0),
    "methods-empty": _set("methods", value=[]),
    "methods-not-sorted": _reverse_methods,
    "method-twice": _double_method,
    "members-not-empty": _set("members", value=[{}]),
    "epoch-0": _set("reading", "epoch", value=0),
    "recipient-checksum": _set("reading", "recipient", value=_to_text(holder.READING_1.recipient.to_string())),
    "recipient-classical": _set("reading", "recipient", value="age1" + "q" * 58),
    "recipient-upper-case": _set("reading", "recipient", value=holder.READING_1.recipient.to_string().upper()),
}


def _bad_records() -> Iterator[Case]:
    first, second = records()
    good = _signed(first)
    for name, change in _BAD_RECORDS.items():
        tree = json.loads(second.encode())
        change(tree)
        yield _records(f"bad-{name}", "format", [*good, sign(Kind.VAULT_RECORD, dumps(tree), holder.ROOT).decode("ascii")])
    of_genesis: dict[str, Callable[[Tree], None]] = {
        "genesis-vault-id": _set("vault_id", value=seed("x").hex()),
        "genesis-closed": _set("state", value="closed"),
        "genesis-epoch-2": _set("reading", "epoch", value=2),
        "genesis-methods": _set("methods", value=[{"id": "00" * 16, "commitment": "00" * 32}]),
    }
    for name, change in of_genesis.items():
        tree = json.loads(first.encode())
        change(tree)
        yield _records(f"bad-{name}", "format", [sign(Kind.VAULT_RECORD, dumps(tree), holder.ROOT).decode("ascii")])


def _keyring_texts() -> Iterator[Case]:
    good = keyring(2).encode().decode("utf-8")
    lines = good.split("\n")
    bare = replace(keyring(), claims=()).encode().decode("utf-8")
    member = replace(keyring(), root_seed=None).encode().decode("utf-8")
    for name, text in (("plain", good), ("no-claims", bare), ("no-root-seed", member)):
        yield Case(FOLDER, f"keyring-text-ok-{name}", "keyring-text", "ok", {"plaintext": text})
    tree = json.loads(lines[1][2:])
    changes: dict[str, Values] = {
        "json-version-2": {"version": 2},
        "json-unknown-key": {"note": 1},
        "json-no-methods": {"methods": []},
        "json-method-kind": {"methods": [{**tree["methods"][0], "kind": "trustee"}]},
        "json-method-name-long": {"methods": [{**tree["methods"][0], "name": "x" * 65}]},
        "json-methods-not-sorted": {"methods": tree["methods"][::-1]},
        "json-claim-without-key": {"claims": [*tree["claims"], {**tree["claims"][0], "lookup_id": "00" * 32}]},
        "json-no-claims": {"claims": []},
        "json-number-0": {"number": 0},
    }
    bad = {name: "\n".join([lines[0], "# " + dumps({**tree, **one}).decode(), *lines[2:]]) for name, one in changes.items()}
    bad |= {
        "empty": "",
        "no-line-end": good[:-1],
        "crlf": good.replace("\n", "\r\n"),
        "line-after": good + "# note\n",
        "blank-line": good.replace("\n", "\n\n", 1),
        "other-version": good.replace("keyring v1", "keyring v2"),
        "json-space": good.replace('{"', '{ "', 1),
        "no-readings": "\n".join([*lines[:2], *lines[6:]]),
        "epoch-order": good.replace("# reading 2", "# reading 3"),
        "epoch-twice": good.replace("# reading 2", "# reading 1"),
        "claim-first": "\n".join([*lines[:2], *lines[6:8], *lines[2:6], ""]),
        "key-lower-case": good.replace(lines[3], lines[3].lower()),
        "key-classical": good.replace(lines[3], "AGE-SECRET-KEY-1" + "Q" * 58),
        "key-checksum": good.replace(lines[3], lines[3][:-1] + ("Q" if lines[3][-1] != "Q" else "P")),
        "label-unknown": good.replace("# claim", "# other"),
        "not-utf-8": good.replace("mon moyen 1", "mon moyen \ud800"),
    }
    for name, text in bad.items():
        yield Case(FOLDER, f"keyring-text-bad-{name}", "keyring-text", "format", {"plaintext": text})


def _open(name: str, verdict: str, what: Offered, **changes: object) -> Case:
    opener = passkey()
    given: Values = {
        "vault_id": vault_id().hex(),
        "records": what.envelopes(),
        "keyring": b64encode(what.keyring_age).decode("ascii"),
        "opener": {"id": opener.id.hex(), "kind": opener.kind, "seed": opener.identity.seed.hex()},
    }
    return Case(FOLDER, f"keyring-open-{name}", "keyring-open", verdict, {**given, **changes})


def _committed(name: str, other: Keyring, to: tuple[KeyringMethod, ...] | None = None) -> Offered:
    """Give records of the honest holder that commit to another keyring: a client with the root key went wrong."""
    age = holder.sealed(name, other.encode(), to)
    return Offered((records()[0], holder.commit(records()[0], age, 1)), age)


def _kit_opener() -> Values:
    method = next(one for one in holder.methods() if one.kind == "kit")
    return {"id": method.id.hex(), "kind": "kit", "seed": method.identity.seed.hex()}


def _openings() -> Iterator[Case]:
    good = offered()
    yield _open("ok", "ok", good)
    yield _open("ok-kit", "ok", good, opener=_kit_opener())
    yield _open("ok-second-epoch", "ok", offered(2))
    yield _open("vault-id-of-another", "record-chain", good, vault_id=seed("x").hex())
    yield _open("records-missing", "record-chain", Offered((), good.keyring_age))
    yield _open("records-cut", "keyring-mismatch", Offered(records()[:1], good.keyring_age))
    yield _open("keyring-old", "keyring-mismatch", Offered(offered(2).records, good.keyring_age))
    yield _open("records-old", "keyring-mismatch", Offered(good.records, offered(2).keyring_age))
    spoiled = good.keyring_age[:-1] + bytes((good.keyring_age[-1] ^ 1,))
    yield _open("keyring-changed", "keyring-mismatch", Offered(good.records, spoiled))
    yield _open("opener-foreign", "not-for-this-key", good, opener={**_kit_opener(), "seed": seed("x").hex()})
    yield _open("opener-other-id", "keyring-mismatch", good, opener={**_kit_opener(), "id": seed("x", 16).hex()})
    yield _open("opener-other-kind", "keyring-mismatch", good, opener={**_kit_opener(), "kind": "passkey"})
    committed = Offered((records()[0], holder.commit(records()[0], spoiled, 1)), spoiled)
    yield _open("keyring-changed-and-committed", "verification", committed)
    not_age = Offered((records()[0], holder.commit(records()[0], b"not an age file", 1)), b"not an age file")
    yield _open("keyring-no-age-file", "format", not_age)
    yield from _wrong_keyrings()


def _wrong_keyrings() -> Iterator[Case]:
    good = keyring()
    stranger = replace(named()[0], recipient=HybridIdentity(seed("stranger")).recipient.to_string())
    changes: dict[str, Tree] = {
        "number": {"number": 2},
        "vault-id": {"vault_id": VaultId(seed("x"))},
        "city": {"city": Slug("autre-ville")},
        "record-head": {"record_head": Hash(seed("x"))},
        "root-seed": {"root_seed": seed("x")},
        "root-seed-null": {"root_seed": None},
        "reading": {"readings": (holder.READING_2.to_string(),)},
        "reading-too-many": {"readings": (holder.READING_2.to_string(), holder.READING_1.to_string())},
        "method-left-out": {"methods": good.methods[:1]},
        "method-other-recipient": {"methods": (stranger, *good.methods[1:])},
        "method-other-id": {"methods": (*good.methods[:1], replace(good.methods[1], id=MethodId(b"\xff" * 16)))},
    }
    for name, change in changes.items():
        yield _open(f"wrong-{name}", "keyring-mismatch", _committed(name, replace(good, **change)))
    one_more = (*named(), stranger)
    yield _open("wrong-stanza-too-many", "keyring-mismatch", _committed("stanzas", good, one_more))
    own_head = replace(good, record_head=record_hash(records()[1]))
    yield _open("wrong-record-head-too-late", "keyring-mismatch", _committed("late", own_head))


def _kits() -> Iterator[Case]:
    good = kit().encode().decode("utf-8")
    secret = kit().secret
    fields: Values = {
        "city": CITY,
        "vault_id": vault_id().hex(),
        "method_id": kit().method_id.hex(),
        "created_at": time_text(ISSUED),
        "secret": secret,
    }
    yield Case(FOLDER, "kit-write-plain", "kit-write", "ok", {**fields, "for_people": []}, {"kit": good})
    people = ["Trousse de secours — gardez-la en lieu sûr", "", "Recovery kit: keep it safe"]
    yield Case(FOLDER, "kit-write-for-people", "kit-write", "ok", {**fields, "for_people": people})
    yield Case(FOLDER, "kit-write-label", "kit-write", "format", {**fields, "for_people": ["city: autre"]})
    yield Case(FOLDER, "kit-write-newline", "kit-write", "format", {**fields, "for_people": ["a\nb"]})
    taken = {
        "plain": good,
        "crlf": good.replace("\n", "\r\n"),
        "key-lower-case": good.replace(secret, secret.lower()),
        "blank-lines": good.replace("\n", "\n\n"),
        "spaces": "".join(f"  {line}\t \n" for line in good.split("\n")),
        "no-line-end": good[:-1],
        "free-text": good.replace("# city", "# Ceci est votre trousse\n# city"),
        "hash-alone": good + "#\n",
    }
    for name, text in taken.items():
        yield Case(FOLDER, f"kit-ok-{name}", "kit", "ok", {"kit": text}, fields)
    bad = {
        "empty": "",
        "no-key": good.replace(secret, ""),
        "two-keys": good + secret + "\n",
        "key-split": good.replace(secret, secret[:40] + "\n" + secret[40:]),
        "key-checksum": good.replace(secret, secret[:-1] + ("Q" if secret[-1] != "Q" else "P")),
        "key-classical": good.replace(secret, "AGE-SECRET-KEY-1" + "Q" * 58),
        "key-foreign-letter": good.replace(secret, secret.replace("S", "\u017f", 1)),
        "version-2": good.replace("voute-kit: 1", "voute-kit: 2"),
        "city-twice-behind-line-separator": good.replace(secret, "# city: a\u2028b\n" + secret),
        "no-vault": good.replace("# vault", "# valt"),
        "vault-upper-case": good.replace(vault_id().hex(), vault_id().hex().upper()),
        "vault-short": good.replace(vault_id().hex(), vault_id().hex()[:-2]),
        "city-twice": good.replace("# city", "# city: autre\n# city"),
        "order": good.replace("# voute-kit: 1\n", "").replace(secret, "# voute-kit: 1\n" + secret),
        "created": good.replace("Z\n", "\n"),
        "text-without-hash": "trousse\n" + good,
        "byte-order-mark": "\ufeff" + good,
        "long": good + "# x\n" * 5000,
    }
    for name, text in bad.items():
        yield Case(FOLDER, f"kit-bad-{name}", "kit", "format", {"kit": text})
    given: Values = {"kit": good, "origin": ORIGIN, "challenge": seed("challenge").hex()}
    yield Case(FOLDER, "kit-keys", "kit-keys", "ok", given)
    yield Case(FOLDER, "kit-keys-challenge-short", "kit-keys", "format", {**given, "challenge": "00"})


def _passkeys() -> Iterator[Case]:
    given: Values = {
        "prf": holder.PRF.hex(),
        "vault_id": vault_id().hex(),
        "credential_id": holder.CREDENTIAL.hex(),
    }
    yield Case(FOLDER, "passkey-plain", "passkey", "ok", given)
    yield Case(FOLDER, "passkey-other-vault", "passkey", "ok", {**given, "vault_id": seed("x").hex()})
    yield Case(FOLDER, "passkey-other-credential", "passkey", "ok", {**given, "credential_id": "00"})
    yield Case(FOLDER, "passkey-prf-short", "passkey", "format", {**given, "prf": "00" * 31})
    yield Case(FOLDER, "passkey-prf-long", "passkey", "format", {**given, "prf": "00" * 64})


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    yield from _chains()
    yield from _bad_records()
    yield from _keyring_texts()
    yield from _openings()
    yield from _kits()
    yield from _passkeys()
