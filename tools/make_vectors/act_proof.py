"""Cases of `vectors/receipt` about proof files of acts: the verdict on (proof file, trust root), without anything beside them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tools.make_vectors import holder
from tools.make_vectors.act_receipt import DELETE, Done, choice, records
from tools.make_vectors.case import Case, Values
from tools.make_vectors.city import COSIGNED, FINANCE, ISSUED, ending, trust_root
from tools.make_vectors.holder import genesis
from tools.make_vectors.receipt import FOLDER, INDEX
from tools.make_vectors.seeds import seed
from voute.core.ids import Hash, Slug, VaultId
from voute.format.act_proof import ActProof
from voute.format.canonical import dumps
from voute.format.consent import PAPER, PAPERLESS
from voute.format.dsse import SigningKey, statement_hash
from voute.format.event import NO_CHAIN
from voute.format.subject import Consent, vault_actor

STRANGER = SigningKey(seed("stranger"))


def proof(done: Done, chain: Sequence[bytes] | None = None) -> ActProof:
    """Put a proof together as a page does: with genesis alone."""
    return ActProof(done.signed(), records()[:1] if chain is None else tuple(chain), done.receipt())


def _case(name: str, verdict: str, raw: bytes, **changes: object) -> Case:
    given: Values = {
        "proof": raw.decode("utf-8"),
        "trust_root": trust_root().encode().decode("utf-8"),
        "require_witnessed": False,
    }
    return Case(FOLDER, f"act-proof-{name}", "act-proof", verdict, {**given, **changes})


def _good(done: Done) -> Iterator[Case]:
    yield _case("ok-delete", "ok", proof(done).encode(), require_witnessed=True)
    yield _case("ok-delete-all-records", "ok", proof(done, records()).encode())
    yield _case("ok-consent", "ok", proof(Done(choice(1, PAPERLESS, "fr"))).encode())
    yield _case("ok-consent-back", "ok", proof(Done(choice(2, PAPER, "en"))).encode())
    stamped = replace(done.receipt(), timestamps=(b"a token",))
    yield _case("ok-timestamp-is-carried", "ok", replace(proof(done), receipt=stamped).encode())
    one = proof(replace(done, witnesses=1)).encode()
    yield _case("ok-one-witness-is-logged", "ok", one)
    yield _case("no-quorum", "no-quorum", one, require_witnessed=True)


def _other_chains(done: Done) -> Iterator[Case]:
    """Chains by which a forger would have another key, or another vault, taken for the holder's."""
    whole, first = proof(done), genesis()
    other = replace(first, root_key=STRANGER.public)
    of_other = VaultId(statement_hash(other.encode()))
    yield _case("genesis-of-another", "unknown-key", replace(whole, records=(other.sign(STRANGER),)).encode())
    theirs = replace(done.act, actor=vault_actor(of_other)).sign(STRANGER)
    swapped = replace(whole, act=theirs, records=(other.sign(STRANGER),))
    yield _case("genesis-and-act-of-another", "event-differs", swapped.encode())
    forged = replace(whole, act=done.act.sign(STRANGER), records=(other.sign(STRANGER),))
    yield _case("genesis-of-another-act-in-the-name", "event-differs", forged.encode())
    again = replace(first, nonce=Hash(seed("another nonce"))).sign(holder.ROOT)
    yield _case("genesis-made-again", "event-differs", replace(whole, records=(again,)).encode())
    yield _case("genesis-by-stranger", "unknown-key", replace(whole, records=(first.sign(STRANGER),)).encode())
    yield _case("chain-without-genesis", "record-chain", replace(whole, records=records()[1:]).encode())
    third = replace(holder.records()[1], number=2, previous=Hash(seed("x"))).sign(holder.ROOT)
    yield _case("chain-cut", "record-chain", replace(whole, records=(records()[0], third)).encode())
    yield _case("chain-genesis-twice", "record-chain", replace(whole, records=records()[:1] * 2).encode())
    # A record that would put the stranger's key in the place of the first one, by either of them; and what that key signed.
    takes_over = replace(holder.records()[1], root_key=STRANGER.public)
    for name, signer, verdict in (("old", holder.ROOT, "record-chain"), ("new", STRANGER, "unknown-key")):
        chain = (records()[0], takes_over.sign(signer))
        yield _case(f"key-replaced-by-{name}", verdict, replace(whole, records=chain).encode())
        yield _case(
            f"key-replaced-by-{name}-act-by-new", verdict, replace(whole, act=done.act.sign(STRANGER), records=chain).encode()
        )
    yield _case("act-by-stranger", "unknown-key", replace(whole, act=done.act.sign(STRANGER)).encode())
    mixed = replace(done.act, nonce=Hash(seed("x"))).sign(holder.ROOT).split(b'"signatures"')[1]
    unsigned = whole.act.split(b'"signatures"')[0] + b'"signatures"' + mixed
    yield _case("act-signature", "bad-signature", replace(whole, act=unsigned).encode())


def _other_parts(done: Done) -> Iterator[Case]:
    whole, receipt = proof(done), done.receipt()
    elsewhere = replace(done.act, city=Slug("autre")).sign(holder.ROOT)
    yield _case("act-other-city", "wrong-city", replace(whole, act=elsewhere).encode())
    yield _case("other-city", "wrong-city", replace(whole, receipt=replace(receipt, city=Slug("autre"))).encode())
    unknown = Consent(FINANCE, Slug("compte-de-taxes"), 1, paperless=True, text=PAPERLESS, language="fr", words=Hash(seed("x")))
    yield _case("words-unknown", "verification", proof(Done(unknown)).encode())
    signed_again = replace(done.act, nonce=Hash(seed("x"))).sign(holder.ROOT)
    yield _case("act-again-signed", "event-differs", replace(whole, act=signed_again).encode())
    event = replace(done.event, time=ISSUED).encode()
    yield _case("event-time-changed", "not-in-log", replace(whole, receipt=replace(receipt, event=event)).encode())
    yield _case("salt", "not-in-log", replace(whole, receipt=replace(receipt, salt=Hash(seed("x")))).encode())
    yield _case("chain", "not-in-log", replace(whole, receipt=replace(receipt, chain=NO_CHAIN)).encode())
    shifted = replace(receipt, proof=receipt.proof.replace(f"index {INDEX}\n", f"index {INDEX + 1}\n"))
    yield _case("index", "not-in-log", replace(whole, receipt=shifted).encode())
    foreign = replace(trust_root(), logs=tuple(replace(one, ed25519=seed("x")) for one in trust_root().logs))
    yield _case("log-of-another", "bad-checkpoint", whole.encode(), trust_root=foreign.encode().decode("utf-8"))
    yield _case("log-ended", "log-ended", whole.encode(), trust_root=ending(COSIGNED).encode().decode("utf-8"))


def _malformed(done: Done) -> Iterator[Case]:
    raw = proof(done).encode()
    tree = json.loads(raw)
    genesis_text = tree["records"][0]
    changes: dict[str, Values] = {
        "version-2": {"version": 2},
        "unknown-key": {"note": "x"},
        "manifest": {"manifest": None},
        "records-none": {"records": []},
        "records-null": {"records": None},
        "records-number": {"records": [1]},
        "records-not-base64": {"records": [genesis_text[:-1]]},
        "records-not-envelope": {"records": ["AAAA"]},
        "records-many": {"records": ["AAAA"] * 1001},
        "act-null": {"act": None},
        "act-object": {"act": json.loads(done.signed())["signatures"][0]},
        "act-not-envelope": {"act": "AAAA"},
        "event-not-json": {"event": "AAAA"},
        "proof-empty": {"proof": ""},
    }
    for name, change in changes.items():
        yield _case(f"bad-{name}", "format", dumps({**tree, **change}))
    without = {key: value for key, value in tree.items() if key != "records"}
    yield _case("bad-without-records", "format", dumps(without))
    yield _case("bad-cut-short", "format", raw[:-1])
    yield _case("bad-space", "format", raw.replace(b",", b", ", 1))
    yield _case("bad-proof-header", "tlog-proof", dumps({**tree, "proof": tree["proof"].replace("@v1", "@v2")}))
    old = b'{"act":%b,"receipt":%b}' % (done.signed(), done.receipt().encode())
    yield _case("bad-as-pages-gave-before", "format", old)


def cases() -> Iterator[Case]:
    """Give every case."""
    done = Done(DELETE)
    yield from _good(done)
    yield from _other_chains(done)
    yield from _other_parts(done)
    yield from _malformed(done)
