"""From a plan that people edit to the trust root that officers sign, each apart (docs/operate/keys.md).

A plan is JSON with the keys of the payload (docs/spec/trust-root.md) but those that follow from the moment: `version`, `number`,
`previous`, `issued_at`, `effective_at`; `keys` are the officers' Ed25519 keys in hex alone; lists come in any order; a log may be
given by its two verifier keys (`"vkeys"`), a witness by its one (`"vkey"`), as the commands show them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from voute.core.errors import FormatError, StateError
from voute.core.ids import parse_hex
from voute.core.values import UnixTime, time_text
from voute.format import canonical, dsse
from voute.format.dsse import Kind, Signature
from voute.format.ed25519 import PUBLIC_SIZE, check_public_key
from voute.format.fields import to_base64
from voute.format.trust_root import TrustRoot, parse_trust_root
from voute.tlog.note import ED25519, MLDSA44_COSIGNATURE, VerifierKey
from voute.verify.trust import TrustedRoot, accept_first, accept_next

DAY: Final = 86_400
MAX_PLAN: Final = 2 * 1024 * 1024
"""Bytes of a plan: twice what a trust root may have, for people indent."""
_GIVEN: Final = frozenset({"version", "number", "previous", "issued_at", "effective_at"})

Plan = dict[str, Any]


class PlanError(FormatError):
    """A plan cannot become a trust root; fact `what` names the place."""

    code: ClassVar[str] = "plan"


class CeremonyMixedError(StateError):
    """The signatures are of different drafts."""

    code: ClassVar[str] = "ceremony-mixed"


def plan_of(root: TrustRoot) -> str:
    """Write the plan that gives this root again: what the next one is edited from."""
    payload = json.loads(root.encode())
    plan = {key: value for key, value in payload.items() if key not in _GIVEN}
    plan["keys"] = [one["ed25519"] for one in payload["keys"]]
    return json.dumps(plan, ensure_ascii=False, indent=2) + "\n"


def draft(text: bytes, now: UnixTime, delay_days: int, after: TrustedRoot | None = None) -> bytes:
    """Make the payload of the first root, or of the one after `after`, from a plan.

    Raises:
        PlanError: the plan lacks something, is none, or gives no trust root that the specification allows.
    """
    plan = _read(text)
    with _part("keys"):
        plan["keys"] = sorted((_officer(key) for key in plan["keys"]), key=lambda one: one["keyid"])
    with _part("logs"):
        plan["logs"] = sorted((_log(one) for one in plan["logs"]), key=lambda one: str(one["origin"]))
    with _part("witnesses"):
        witnesses = plan["witnesses"]
        witnesses["keys"] = sorted((_witness(one) for one in witnesses["keys"]), key=lambda one: str(one["name"]))
    with _part("issuers"):
        plan["issuers"] = sorted(plan["issuers"], key=lambda one: str(one["id"]))
        for issuer in plan["issuers"]:
            issuer["document_types"] = sorted(issuer["document_types"], key=lambda one: str(one["id"]))
    plan |= {
        "version": 1,
        "number": 1 if after is None else after.root.number + 1,
        "previous": None if after is None else after.hash.hex(),
        "issued_at": time_text(now),
        "effective_at": time_text(UnixTime(now + delay_days * DAY)),
    }
    with _part("trust root"):
        payload = canonical.dumps(plan)
        parse_trust_root(payload)
    return payload


def message_of(payload: bytes) -> bytes:
    """Return the bytes that an officer's key signs, after proving that they are a trust root's."""
    parse_trust_root(payload)
    return dsse.pre_authentication(Kind.TRUST_ROOT, payload)


def signature_of(payload: bytes, public: bytes, signature: bytes, after: TrustedRoot | None = None) -> bytes:
    """Write one officer's signature as an envelope of its own, verified.

    Raises:
        UnknownKeyError: the key is none of the draft's, nor of the root before: it would not count.
        BadSignatureError: the token signed something else.
    """
    raw = dsse.assemble(Kind.TRUST_ROOT, payload, (Signature(dsse.keyid(public), signature),))
    counting = (*parse_trust_root(payload).keys, *(() if after is None else after.root.keys))
    dsse.verify(dsse.parse(raw), Kind.TRUST_ROOT, counting)
    return raw


def join(envelopes: Sequence[bytes], after: TrustedRoot | None = None) -> TrustedRoot:
    """Join signatures of one draft and accept the root as every client will: the first, or the one after `after`.

    Raises:
        CeremonyMixedError: not all of them signed the same draft.
        VerificationError: as `accept_first`, `accept_next`: too few, or bad ones.
    """
    parsed = [dsse.parse(raw) for raw in envelopes]
    if len({one.payload for one in parsed}) != 1:
        raise CeremonyMixedError
    found = {signature.keyid: signature for one in parsed for signature in one.signatures}
    raw = dsse.assemble(Kind.TRUST_ROOT, parsed[0].payload, found.values())
    return accept_first(raw) if after is None else accept_next(after, raw)


@contextmanager
def _part(name: str) -> Iterator[None]:
    """Name the place of the plan where it goes wrong: whoever wrote it mends it there."""
    try:
        yield
    except PlanError:
        raise
    except FormatError as error:
        raise PlanError(error.detail, what=str(error.facts.get("field", name))) from error
    except KeyError as error:
        raise PlanError("missing", what=str(error.args[0])) from error
    except (TypeError, AttributeError) as error:
        raise PlanError(type(error).__name__, what=name) from error


def _read(text: bytes) -> Plan:
    if len(text) > MAX_PLAN:
        raise PlanError("too long", what="size")
    try:
        plan = json.loads(text.decode("utf-8"))
    except ValueError as error:
        raise PlanError("not JSON", what="JSON") from error
    if not isinstance(plan, dict) or _GIVEN & plan.keys():
        raise PlanError("not a plan", what=", ".join(sorted(_GIVEN & plan.keys())) if isinstance(plan, dict) else "{}")
    return plan


def _officer(key: str) -> Mapping[str, str]:
    public = check_public_key(parse_hex(key, PUBLIC_SIZE))
    return {"keyid": dsse.keyid(public), "ed25519": key}


def _log(one: Plan) -> Plan:
    if "vkeys" not in one:
        return one
    keys = {key.kind: key for key in map(VerifierKey.parse, one["vkeys"])}
    names = {key.name for key in keys.values()}
    if keys.keys() != {ED25519, MLDSA44_COSIGNATURE} or len(names) != 1:
        raise PlanError("a log has two keys under one name", what="vkeys")
    rest = {key: value for key, value in one.items() if key != "vkeys"}
    return {
        "until": None,
        **rest,
        "origin": names.pop(),
        "ed25519": keys[ED25519].public.hex(),
        "mldsa44": to_base64(keys[MLDSA44_COSIGNATURE].public),
    }


def _witness(one: Plan) -> Plan:
    if "vkey" not in one:
        return one
    key = VerifierKey.parse(one["vkey"])
    return {"name": key.name, "mldsa44": to_base64(key.public)}
