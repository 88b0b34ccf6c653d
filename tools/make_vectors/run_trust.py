"""Runs the cases of `vectors/trust-root` and `vectors/receipt` against the product."""

from collections.abc import Mapping

from tools.make_vectors.case import Runner, Values
from voute.core.errors import VouteError
from voute.core.values import parse_time, time_text
from voute.format.fields import write_time
from voute.format.receipt import CheckpointLine, DeletedLine, parse_line
from voute.format.trust_root import parse_trust_root
from voute.verify.act import verify_act, verify_act_proof
from voute.verify.receipt import digest_bytes, verify_receipt
from voute.verify.trust import accept_all, in_force


def _roots(given: Values) -> Values:
    chain = accept_all([root.encode("utf-8") for root in given["roots"]], given["pinned"])
    return {
        "fingerprint": chain[0].fingerprint,
        "number": chain[-1].root.number,
        "hash": chain[-1].hash.hex(),
        "city": chain[-1].root.city,
        "in_force": in_force(chain, parse_time(given["now"])).root.number,
    }


def _receipt(given: Values) -> Values:
    verdict = verify_receipt(
        digest_bytes(bytes.fromhex(given["document"])),
        given["receipt"].encode("utf-8", "surrogatepass"),
        parse_trust_root(given["trust_root"].encode("utf-8")),
        require_witnessed=given["require_witnessed"],
    )
    return {
        "state": str(verdict.state),
        "issuer": verdict.issuer,
        "names": {"en": verdict.names.en, "fr": verdict.names.fr},
        "document_id": verdict.document_id.hex(),
        "title": verdict.title,
        "issued_at": time_text(verdict.issued_at),
        "event_time": time_text(verdict.event_time),
        "witnessed_at": write_time(verdict.witnessed_at),
        "index": verdict.index,
        "tree_size": verdict.tree_size,
        "steps": [[number, name] for number, name in verdict.steps],
    }


def _act_receipt(given: Values) -> Values:
    try:
        proven = verify_act(
            given["act"].encode("ascii"),
            given["receipt"].encode("utf-8"),
            [one.encode("ascii") for one in given["records"]],
            parse_trust_root(given["trust_root"].encode("utf-8")),
        )
    except VouteError as error:
        # The page never reads the receipt's file, but its parts: it has no numbered steps for them.
        error.facts = {}
        raise
    return {
        "vault_id": proven.vault_id.hex(),
        "type": proven.subject.type,
        "act": proven.act.hex(),
        "signed_at": time_text(proven.signed_at),
        "event_time": time_text(proven.event_time),
        "index": proven.index,
    }


def _act_proof(given: Values) -> Values:
    proven = verify_act_proof(
        given["proof"].encode("utf-8", "surrogatepass"),
        parse_trust_root(given["trust_root"].encode("utf-8")),
        require_witnessed=given["require_witnessed"],
    )
    return {
        "state": str(proven.state),
        "vault_id": proven.vault_id.hex(),
        "type": proven.subject.type,
        "subject": proven.subject.to_json(),
        "act": proven.act.hex(),
        "signed_at": time_text(proven.signed_at),
        "event_time": time_text(proven.event_time),
        "witnessed_at": write_time(proven.witnessed_at),
        "index": proven.index,
        "tree_size": proven.tree_size,
        "steps": [[number, name] for number, name in proven.steps],
    }


def _line(given: Values) -> Values:
    raw = given["line"].encode("utf-8")
    line = parse_line(raw)
    kind = {CheckpointLine: "checkpoint", DeletedLine: "deleted"}.get(type(line), "receipt")
    return {"kind": kind, "line": line.encode().decode("utf-8")}


RUNNERS: Mapping[str, Runner] = {
    "trust-root": _roots,
    "receipt": _receipt,
    "act-receipt": _act_receipt,
    "act-proof": _act_proof,
    "receipt-line": _line,
}
