"""Runs the cases of `vectors/vault` and `vectors/document` against the product."""

from base64 import b64decode
from collections.abc import Mapping

from tools.make_vectors.case import Runner, Values
from voute.core.ids import DocumentId, LookupId, MethodId, Slug, VaultId
from voute.core.values import parse_time, time_text
from voute.format.canonical import loads
from voute.format.dsse import statement_hash
from voute.format.keyring import parse_keyring
from voute.format.kit import Kit, parse_kit
from voute.format.manifest import parse_manifest
from voute.format.trust_root import parse_trust_root
from voute.format.vault_record import VaultChain, verify_chain
from voute.seal import unlock
from voute.seal.document import HeldClaim, Holder, open_body, open_card
from voute.seal.hybrid import HybridIdentity
from voute.seal.keyring import open_keyring
from voute.seal.unlock import UnlockMethod


def _chain(chain: VaultChain) -> Values:
    newest = chain.newest
    return {
        "vault_id": chain.vault_id.hex(),
        "head": chain.head.hex(),
        "number": newest.number,
        "epoch": newest.reading.epoch,
        "recipient": newest.reading.recipient,
        "state": str(newest.state),
    }


def _records(given: Values) -> Values:
    return _chain(verify_chain([one.encode("utf-8") for one in given["records"]]))


def _keyring_text(given: Values) -> Values:
    keyring = parse_keyring(given["plaintext"].encode("utf-8", "surrogatepass"))
    return {
        "number": keyring.number,
        "claims": [one.lookup_id.hex() for one in keyring.claims],
        "methods": [one.id.hex() for one in keyring.methods],
        "readings": list(keyring.readings),
        "plaintext": keyring.encode().decode("utf-8"),
    }


def _opener(given: Values) -> UnlockMethod:
    identity = HybridIdentity(bytes.fromhex(given["seed"]))
    return UnlockMethod(MethodId(bytes.fromhex(given["id"])), given["kind"], identity)


def _keyring_open(given: Values) -> Values:
    vault = open_keyring(
        VaultId(bytes.fromhex(given["vault_id"])),
        [one.encode("utf-8") for one in given["records"]],
        b64decode(given["keyring"]),
        _opener(given["opener"]),
    )
    return {
        **_chain(vault.chain),
        "keyring": vault.keyring.number,
        "root_key": vault.root_key.public.hex(),
        "identities": [one.seed.hex() for one in vault.identities()],
    }


def _kit_fields(kit: Kit) -> Values:
    return {
        "city": kit.city,
        "vault_id": kit.vault_id.hex(),
        "method_id": kit.method_id.hex(),
        "created_at": time_text(kit.created_at),
        "secret": kit.secret,
    }


def _kit(given: Values) -> Values:
    return _kit_fields(parse_kit(given["kit"].encode("utf-8", "surrogatepass")))


def _kit_write(given: Values) -> Values:
    kit = Kit(
        Slug(given["city"]),
        VaultId(bytes.fromhex(given["vault_id"])),
        MethodId(bytes.fromhex(given["method_id"])),
        parse_time(given["created_at"]),
        given["secret"],
    )
    return {"kit": kit.encode(given["for_people"]).decode("utf-8")}


def _method(method: UnlockMethod) -> Values:
    return {
        "method_id": method.id.hex(),
        "seed": method.identity.seed.hex(),
        "recipient": method.recipient,
        "commitment": method.commitment.commitment.hex(),
    }


def _kit_keys(given: Values) -> Values:
    kit = parse_kit(given["kit"].encode("utf-8"))
    signature = unlock.kit_sign_in(kit, given["origin"], bytes.fromhex(given["challenge"]))
    return {
        **_method(unlock.kit_method(kit)),
        "sign_in_key": unlock.kit_sign_in_key(kit).public.hex(),
        "signature": signature.hex(),
    }


def _passkey(given: Values) -> Values:
    method = unlock.passkey_method(
        bytes.fromhex(given["prf"]), VaultId(bytes.fromhex(given["vault_id"])), bytes.fromhex(given["credential_id"])
    )
    return {"prf_input": unlock.PRF_INPUT.hex(), **_method(method)}


def _manifest(given: Values) -> Values:
    payload = given["payload"].encode("utf-8", "surrogatepass")
    manifest = parse_manifest(payload)
    return {"hash": statement_hash(payload).hex(), "written": loads(manifest.encode())}


def _holder(given: Values) -> Holder:
    vault_id, code = given["vault_id"], given["code"]
    claims = tuple(
        HeldClaim(
            Slug(one["issuer"]),
            one["party"],
            LookupId(bytes.fromhex(one["lookup_id"])),
            one["slot"],
            one["code_epoch"],
        )
        for one in given["claims"]
    )
    return Holder(
        None if vault_id is None else VaultId(bytes.fromhex(vault_id)),
        claims,
        None if code is None else LookupId(bytes.fromhex(code)),
    )


def _document(given: Values) -> Values:
    wanted = given["wanted"]
    opened = open_card(
        b64decode(given["header"]),
        b64decode(given["card"]),
        [HybridIdentity(bytes.fromhex(seed)) for seed in given["identities"]],
        parse_trust_root(given["trust_root"].encode("utf-8")),
        _holder(given["holder"]),
        None if wanted is None else DocumentId(bytes.fromhex(wanted)),
    )
    body = given["body"]
    return {
        "manifest_hash": opened.signed.manifest_hash.hex(),
        "manifest": loads(opened.manifest.encode()),
        "issuer_key": opened.signed.key.ed25519.hex(),
        "plaintext": None if body is None else open_body(opened, b64decode(body)).hex(),
    }


RUNNERS: Mapping[str, Runner] = {
    "vault-records": _records,
    "keyring-text": _keyring_text,
    "keyring-open": _keyring_open,
    "kit": _kit,
    "kit-write": _kit_write,
    "kit-keys": _kit_keys,
    "passkey": _passkey,
    "manifest": _manifest,
    "document-open": _document,
}
