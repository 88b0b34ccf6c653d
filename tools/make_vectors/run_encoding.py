"""Runs the cases of `vectors/encoding` and `vectors/statements` against the product."""

from collections.abc import Mapping

from tools.make_vectors.case import Runner, Values
from voute.core import ids, values
from voute.format import binary, canonical, dsse, ed25519, fields
from voute.format.dsse import Kind, SigningKey
from voute.format.fields import Fields


def _canonical(given: Values) -> Values:
    raw = bytes.fromhex(given["bytes"])
    value = canonical.loads(raw)
    return {"value": value, "bytes": canonical.dumps(value).hex()}


def _encode(given: Values) -> Values:
    return {"bytes": canonical.dumps(given["value"]).hex()}


def _text(given: Values) -> Values:
    return {"value": values.text_of(given["value"], given["maximum"])}


def _time(given: Values) -> Values:
    seconds = values.parse_time(given["value"])
    return {"seconds": seconds, "value": values.time_text(seconds)}


def _date(given: Values) -> Values:
    return {"value": values.parse_date(given["value"]).isoformat()}


def _slug(given: Values) -> Values:
    return {"value": ids.slug(given["value"])}


def _hex(given: Values) -> Values:
    return {"bytes": ids.parse_hex(given["value"], given["size"]).hex()}


def _base64(given: Values) -> Values:
    return {"bytes": fields.from_base64(given["value"]).hex()}


def _money(given: Values) -> Values:
    money = Fields({"money": given["value"]}, frozenset({"money"}), "case").money("money")
    return {"cents": money.cents, "currency": money.currency}


def _names(given: Values) -> Values:
    names = Fields({"names": given["value"]}, frozenset({"names"}), "case").names("names")
    return {"en": names.en, "fr": names.fr}


def _recipient(given: Values) -> Values:
    return {"value": Fields({"value": given["value"]}, frozenset({"value"}), "case").recipient("value")}


def _parts(given: Values) -> list[bytes]:
    return [bytes.fromhex(part) for part in given["parts"]]


def _length_prefixed(given: Values) -> Values:
    return {"bytes": binary.length_prefixed(*_parts(given)).hex()}


def _hash(given: Values) -> Values:
    return {"bytes": binary.labelled_hash(given["label"], *_parts(given)).hex()}


def _derive(given: Values) -> Values:
    return {"bytes": binary.derive(bytes.fromhex(given["key"]), given["label"], *_parts(given)).hex()}


def _ed25519(given: Values) -> Values:
    public, signature = bytes.fromhex(given["public"]), bytes.fromhex(given["signature"])
    ed25519.verify(public, signature, bytes.fromhex(given["message"]))
    return {}


def _public_key(given: Values) -> Values:
    ed25519.check_public_key(bytes.fromhex(given["public"]))
    return {}


def _sign(given: Values) -> Values:
    keys = [SigningKey(bytes.fromhex(seed)) for seed in given["seeds"]]
    raw = dsse.sign_many(Kind(given["statement"]), bytes.fromhex(given["payload"]), keys)
    return {"envelope": raw.hex()}


def _envelope(given: Values) -> Values:
    envelope = dsse.parse(bytes.fromhex(given["envelope"]))
    keys = [bytes.fromhex(key) for key in given["keys"]]
    used = dsse.verify(envelope, Kind(given["statement"]), keys)
    return {
        "payload": envelope.payload.hex(),
        "hash": dsse.statement_hash(envelope.payload).hex(),
        "key": used.hex(),
        "keyid": dsse.keyid(used),
    }


RUNNERS: Mapping[str, Runner] = {
    "canonical-json": _canonical,
    "canonical-json-write": _encode,
    "text": _text,
    "time": _time,
    "date": _date,
    "slug": _slug,
    "hex": _hex,
    "base64": _base64,
    "money": _money,
    "names": _names,
    "recipient": _recipient,
    "length-prefixed": _length_prefixed,
    "hash": _hash,
    "derive": _derive,
    "ed25519": _ed25519,
    "ed25519-key": _public_key,
    "sign": _sign,
    "envelope": _envelope,
}
