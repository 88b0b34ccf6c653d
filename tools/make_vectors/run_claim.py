"""Runs the cases of `vectors/claim` against the product."""

from collections.abc import Mapping

from tools.make_vectors.case import Runner, Values
from voute.core.ids import VaultId
from voute.format import registry
from voute.format.claim_code import group_code, read_code, write_code
from voute.seal import claim
from voute.seal.claim import ClaimKeys, Party


def _read(given: Values) -> Values:
    value = read_code(given["typed"])
    return {"value": value.hex(), "code": write_code(value)}


def _write(given: Values) -> Values:
    code = write_code(bytes.fromhex(given["value"]))
    return {"code": code, "grouped": group_code(code)}


def _make(given: Values) -> Values:
    secret = claim.run_secret(bytes.fromhex(given["master"]), given["city"], given["issuer"], given["run"])
    value = claim.make_code(secret, given["reference"], given["party"], given["slot"], given["code_epoch"])
    return {"run_secret": secret.hex(), "value": value.hex(), "code": write_code(value)}


def _keys(given: Values) -> Values:
    keys = claim.claim_keys(bytes.fromhex(given["value"]))
    return {
        "lookup_id": keys.lookup_id.hex(),
        "identity_seed": keys.identity_seed.hex(),
        "identity": keys.identity().to_string(),
        "recipient": keys.identity().recipient.to_string(),
        "token": keys.token.hex(),
        "token_hash": keys.token_hash.hex(),
        "binding_key": keys.binding_key.hex(),
    }


def _subject(given: Values) -> tuple[ClaimKeys, Party, VaultId]:
    party = Party(given["city"], given["issuer"], given["party"], given["slot"], given["code_epoch"])
    return claim.claim_keys(bytes.fromhex(given["value"])), party, VaultId(bytes.fromhex(given["vault_id"]))


def _bind(given: Values) -> Values:
    return {"bind": claim.make_bind(*_subject(given)).hex()}


def _check_bind(given: Values) -> Values:
    claim.check_bind(*_subject(given), bytes.fromhex(given["bind"]))
    return {}


def _document_ids(given: Values) -> Values:
    key = claim.dedupe_key(bytes.fromhex(given["master"]))
    return {
        "dedupe_key": key.hex(),
        "dedupe_id": claim.dedupe_id(key, *given["parts"]).hex(),
        "content_id": claim.content_id(key, bytes.fromhex(given["plaintext_hash"])).hex(),
    }


def _registry(given: Values) -> Values:
    keys = [bytes.fromhex(key) for key in given["keys"]]
    opened, digest = registry.open_registry(given["envelope"].encode("utf-8"), keys)
    return {"hash": digest.hex(), "number": opened.number, "entries": len(opened.entries)}


RUNNERS: Mapping[str, Runner] = {
    "code-read": _read,
    "code-write": _write,
    "code-make": _make,
    "code-keys": _keys,
    "bind": _bind,
    "bind-check": _check_bind,
    "document-ids": _document_ids,
    "registry": _registry,
}
