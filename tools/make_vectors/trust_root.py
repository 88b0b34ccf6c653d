"""Cases of `vectors/trust-root`: which root counts, and what no root may say."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tools.make_vectors.case import Case
from tools.make_vectors.city import ISSUER_KEY, city_keys, other_time, trust_root
from tools.make_vectors.seeds import seed
from voute.core.ids import Hash
from voute.core.values import UnixTime, time_text
from voute.format.canonical import dumps
from voute.format.dsse import Kind, SigningKey, keyid, sign, sign_many, statement_hash
from voute.format.trust_root import TrustRoot, fingerprint, sign_trust_root

FOLDER = "trust-root"
KEYS = city_keys()
Tree = dict[str, Any]


def _case(name: str, verdict: str, roots: Sequence[bytes], pinned: str | None = None, now: UnixTime | None = None) -> Case:
    given = {
        "roots": [root.decode("utf-8") for root in roots],
        "pinned": pinned,
        "now": time_text(other_time(86_400) if now is None else now),
    }
    return Case(FOLDER, name, "trust-root", verdict, given)


def _second(first: TrustRoot, **changes: Any) -> TrustRoot:  # noqa: ANN401 (any field of a root)
    values: Tree = {"number": 2, "previous": statement_hash(first.encode()), "effective_at": other_time(3600)}
    return replace(first, **{**values, **changes})


def _chains() -> Iterator[Case]:
    first = trust_root()
    one = sign_trust_root(first, KEYS[:2])
    mark = fingerprint(first.encode())
    two = sign_trust_root(_second(first), KEYS[:2])
    yield _case("ok-first", "ok", [one])
    yield _case("ok-pinned", "ok", [one], mark)
    yield _case("ok-all-sign", "ok", [sign_trust_root(first, KEYS)])
    yield _case("ok-stranger-signs-too", "ok", [sign_trust_root(first, [*KEYS[:2], SigningKey(seed("stranger"))])])
    yield _case("ok-second", "ok", [one, two], mark)
    yield _case("ok-same-again", "ok", [one, two, two], mark)
    yield _case("ok-second-not-yet-in-force", "ok", [one, two], mark, other_time(1800))
    yield _case("none", "trust-root-chain", [])
    yield _case("not-in-force", "trust-root-chain", [one], None, other_time(-1))
    yield _case("other-fingerprint", "trust-root-fingerprint", [one], "0000-0000-0000-0000")
    yield _case("one-of-two", "trust-root-quorum", [sign_trust_root(first, KEYS[:1])])
    strangers = [SigningKey(seed(f"stranger {n}")) for n in range(3)]
    yield _case("strangers-only", "trust-root-quorum", [sign_trust_root(first, strangers)])
    forged = one.replace(keyid(KEYS[0].public).encode(), keyid(KEYS[2].public).encode())
    yield _case("signatures-not-sorted", "format", [forged])
    swapped = sign_many(Kind.TRUST_ROOT, replace(first, quorum=0).encode(), KEYS[:2]).split(b'"signatures"')[1]
    yield _case("bad-signature", "bad-signature", [one.split(b'"signatures"')[0] + b'"signatures"' + swapped])
    yield _case("other-kind", "wrong-statement", [sign(Kind.ACT, first.encode(), KEYS[0])])
    yield from _followers(first, one)


def _followers(first: TrustRoot, one: bytes) -> Iterator[Case]:
    two = sign_trust_root(_second(first), KEYS[:2])
    other = sign_trust_root(replace(first, issued_at=other_time(5)), KEYS[:2])
    gap = sign_trust_root(_second(first, number=3), KEYS[:2])
    yield _case("rollback", "trust-root-rollback", [one, two, one])
    yield _case("same-number-other-root", "trust-root-rollback", [one, other])
    yield _case("gap", "trust-root-chain", [one, gap])
    broken = sign_trust_root(_second(first, previous=Hash(seed("x"))), KEYS[:2])
    yield _case("other-previous", "trust-root-chain", [one, broken])
    yield _case("other-city", "trust-root-chain", [one, sign_trust_root(_second(first, city="autre-ville"), KEYS[:2])])
    moved = _second(first, rp_id="autre.example", origin="https://autre.example")
    yield _case("other-rp-id", "trust-root-chain", [one, sign_trust_root(moved, KEYS[:2])])
    fresh = tuple(sorted((SigningKey(seed(f"new city {n}")) for n in range(2)), key=lambda key: keyid(key.public)))
    turned = _second(first, keys=tuple(key.public for key in fresh), threshold=2)
    yield _case("ok-keys-change", "ok", [one, sign_trust_root(turned, [*KEYS[:2], *fresh])])
    yield _case("keys-change-without-old", "trust-root-quorum", [one, sign_trust_root(turned, fresh)])
    yield _case("keys-change-without-new", "trust-root-quorum", [one, sign_trust_root(turned, KEYS[:2])])
    lower = _second(first, threshold=1)
    yield _case("lower-threshold-by-one", "trust-root-quorum", [one, sign_trust_root(lower, KEYS[:1])])


def _edit(change: Callable[[Tree], None]) -> bytes:
    tree = json.loads(trust_root().encode())
    change(tree)
    return sign_many(Kind.TRUST_ROOT, dumps(tree), KEYS)


def _set(*path: str | int, value: object) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        at: Any = tree
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value

    return change


def _reverse(*path: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        at: Any = tree
        for step in path:
            at = at[step]
        at.reverse()

    return change


def _double(tree: Tree) -> None:
    tree["issuers"][1]["keys"][0]["ed25519"] = ISSUER_KEY.public.hex()


def _missing(tree: Tree) -> None:
    del tree["threshold"]


_BAD: dict[str, Callable[[Tree], None]] = {
    "version-2": _set("version", value=2),
    "missing-key": _missing,
    "unknown-key": _set("note", value="x"),
    "number-0": _set("number", value=0),
    "first-with-previous": _set("previous", value=seed("x").hex()),
    "second-without-previous": _set("number", value=2),
    "threshold-0": _set("threshold", value=0),
    "threshold-over-keys": _set("threshold", value=4),
    "no-keys": _set("keys", value=[]),
    "keys-not-sorted": _reverse("keys"),
    "keyid-of-another": _set("keys", 0, "keyid", value="0" * 16),
    "key-short": _set("keys", 0, "ed25519", value="00" * 31),
    "quorum-over-witnesses": _set("witnesses", "quorum", value=4),
    "witnesses-not-sorted": _reverse("witnesses", "keys"),
    "witness-name-space": _set("witnesses", "keys", 0, "name", value="a b"),
    "witness-name-plus": _set("witnesses", "keys", 0, "name", value="a+b"),
    "witness-key-short": _set("witnesses", "keys", 0, "mldsa44", value="AAAA"),
    "no-logs": _set("logs", value=[]),
    "log-ends-before": _set("logs", 0, "until", value="2026-01-15T14:00:00Z"),
    "issuers-not-sorted": _reverse("issuers"),
    "issuer-key-of-another": _double,
    "issuer-no-keys": _set("issuers", 0, "keys", value=[]),
    "issuer-key-ends-before": _set("issuers", 0, "keys", 0, "until", value=0),
    "issuer-name-one-language": _set("issuers", 0, "names", value={"en": "Finance"}),
    "type-registered-null": _set("issuers", 0, "document_types", 0, "registered", value=None),
    "origin-http": _set("origin", value="http://coffre.saint-aurele.example"),
    "origin-path": _set("origin", value="https://coffre.saint-aurele.example/"),
    "origin-other-host": _set("origin", value="https://autre.example"),
    "origin-upper-case": _set("origin", value="https://Coffre.saint-aurele.example"),
    "origin-user": _set("origin", value="https://a@coffre.saint-aurele.example"),
    "rp-id-port": _set("rp_id", value="coffre.saint-aurele.example:443"),
    "time-offset": _set("issued_at", value="2026-01-15T14:00:00+00:00"),
}


def _local(tree: Tree) -> None:
    tree.update(rp_id="localhost", origin="http://localhost:8443")


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    yield from _chains()
    yield _case("ok-localhost", "ok", [_edit(_local)])
    yield _case("ok-port", "ok", [_edit(_set("origin", value="https://coffre.saint-aurele.example:8443"))])
    for name, change in _BAD.items():
        yield _case(f"bad-{name}", "format", [_edit(change)])
