"""Writes `vectors/log/`: notes, verifier keys, checkpoints, cosigned messages, policies and proofs, one case one file.

Everything derives from fixed seeds, so a second run writes the same bytes. ML-DSA-44 signing is randomised in the library
that we use: its signatures are made once and kept in `vectors/log/cosignatures.json`, by the hash of what they sign; delete
that file to draw new ones (verdicts do not change). Run from the repository's root: `python -m tools.make_vectors.log`.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tools.make_vectors.log_world import ORIGIN, TIME, Case, Recorder, World, b64, flip, seed
from voute.format.ed25519 import SigningKey
from voute.tlog.checkpoint import Checkpoint, SignedCheckpoint
from voute.tlog.cosignature import MAX_TIME, MIN_TIME, Cosigner, cosigned_message
from voute.tlog.note import (
    ED25519,
    MLDSA44_COSIGNATURE,
    Note,
    SignatureLine,
    VerifierKey,
    key_id,
    sign_ed25519,
)
from voute.tlog.proof import TlogProof
from voute.tlog.tree import MAX_TREE_SIZE, Prover


def note_cases(world: World) -> Iterator[tuple[str, Case]]:
    """Parse a note and write it back."""
    key = world.key
    text = "This is an example message.\n"
    line = sign_ed25519(text, "example.com/foo", key).encode()

    def case(verdict: str, raw: bytes | str) -> Case:
        return {"verdict": verdict, "note": b64(raw.encode() if isinstance(raw, str) else raw)}

    many = [SignatureLine(f"k{n}", b"abcd", b"\x00").encode() for n in range(65)]
    head, tail = line.rsplit(" ", 1)
    yield "ok-one-signature", case("ok", f"{text}\n{line}")
    yield "ok-empty-lines-in-text", case("ok", f"a\n\n\nb\n\n{line}")
    yield "ok-text-is-one-newline", case("ok", f"\n\n{line}")
    yield "ok-byte-order-mark-is-text", case("ok", f"\ufeff{text}\n{line}")
    yield "ok-delete-character", case("ok", f"a\x7f\n\n{line}")
    yield "ok-unicode-name", case("ok", f"{text}\n{sign_ed25519(text, 'témoin.exemple/é', key).encode()}")
    yield "ok-64-signatures", case("ok", f"{text}\n{''.join(many[:64])}")
    yield "ok-same-name-two-keys", case("ok", f"{text}\n{line}{SignatureLine('example.com/foo', b'abcd', b'x').encode()}")
    yield "ok-name-of-255-bytes", case("ok", f"{text}\n{SignatureLine('n' * 255, b'abcd', b'x').encode()}")
    yield "limit-65-signatures", case("limit", f"{text}\n{''.join(many)}")
    yield "empty", case("note", b"")
    yield "no-signature", case("note", f"{text}\n")
    yield "no-blank-line", case("note", f"{text}{line}")
    yield "no-final-newline", case("note", f"{text}\n{line}"[:-1])
    yield "blank-line-after-signatures", case("note", f"{text}\n{line}\n")
    yield "carriage-return", case("note", f"{text}\n{line}".replace("\n", "\r\n"))
    yield "tab-in-text", case("note", f"a\tb\n\n{line}")
    yield "nul-in-text", case("note", f"a\x00b\n\n{line}")
    yield "not-utf8", case("note", b"a\xff\n\n" + line.encode())
    yield "utf8-overlong", case("note", b"a\xc0\xaf\n\n" + line.encode())
    yield "utf8-surrogate", case("note", b"a\xed\xa0\x80\n\n" + line.encode())
    yield "hyphen-for-dash", case("note", f"{text}\n{line.replace(chr(0x2014), '-')}")
    yield "two-spaces", case("note", f"{text}\n{head}  {tail}")
    yield "space-at-end", case("note", f"{text}\n{line[:-1]} \n")
    yield "name-empty", case("note", f"{text}\n\u2014  {tail}")
    for name, bad in {"plus": "a+b", "no-break-space": "a\xa0b", "ideographic-space": "a\u3000b", "256": "n" * 256}.items():
        yield f"name-{name}", case("note", f"{text}\n\u2014 {bad} {tail}")
    yield "base64-unpadded", case("note", f"{text}\n{head} {tail.replace('=', '')}")
    yield "base64-loose-bits", case("note", f"{text}\n{head} YWJjZGV=\n")
    yield "base64-url-alphabet", case("note", f"{text}\n{head} _-__AAAA\n")
    yield "signature-empty", case("note", f"{text}\n{head} YWJjZA==\n")
    yield "signs-twice", case("note", f"{text}\n{line}{line}")


def vkey_cases(world: World) -> Iterator[tuple[str, Case]]:
    """Parse a verifier key and write it back."""
    good = VerifierKey("example.com/foo", ED25519, world.key.public)
    text = good.encode()
    name, ident, encoded = text.split("+", 2)
    cosigner = Cosigner(ORIGIN, seed(f"mldsa44/{ORIGIN}")).public.encode()

    def other(kind: int, public: bytes) -> str:
        return f"{name}+{key_id(name, kind, public).hex()}+{b64(bytes([kind]) + public)}"

    yield "ok-ed25519", {"verdict": "ok", "vkey": text, "key_id": good.key_id.hex(), "type": ED25519}
    ok = {"verdict": "ok", "vkey": cosigner, "key_id": cosigner.split("+")[1], "type": MLDSA44_COSIGNATURE}
    yield "ok-mldsa44", ok
    yield (
        "c2sp-example",
        {
            "verdict": "ok",
            "vkey": "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            "key_id": "530d903a",
            "type": ED25519,
        },
    )
    for label, bad in {
        "key-id-of-another-key": f"{name}+00000000+{encoded}",
        "key-id-upper-case": f"{name}+{ident.upper()}+{encoded}",
        "type-unknown": other(0x04, world.key.public),
        "key-too-short": other(ED25519, world.key.public[:-1]),
        "key-of-other-type": other(MLDSA44_COSIGNATURE, world.key.public),
        "name-empty": f"+{ident}+{encoded}",
        "name-with-space": text.replace("/", " "),
        "base64-loose-bits": f"{name}+{ident}+AB==",
        "newline-at-end": text + "\n",
        "two-parts": f"{name}+{ident}",
    }.items():
        yield label, {"verdict": "note", "vkey": bad}


def signature_cases(world: World) -> Iterator[tuple[str, Case]]:
    """Verify the Ed25519 line of a note by a verifier key."""
    key = VerifierKey("example.com/foo", ED25519, world.key.public)
    other = VerifierKey("example.com/foo", ED25519, SigningKey(seed("ed25519/other")).public)
    text = "This is an example message.\n"
    line = sign_ed25519(text, key.name, world.key)

    def case(verdict: str, signed: str, by: SignatureLine, vkey: VerifierKey = key) -> Case:
        return {"verdict": verdict, "note": b64(Note(signed, (by,)).encode()), "vkey": vkey.encode()}

    yield "ok", case("ok", text, line)
    yield (
        "c2sp-example",
        {
            "verdict": "ok",
            "note": b64(
                (
                    "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7"
                    "Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
                ).encode()
            ),
            "vkey": "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        },
    )
    yield "text-changed", case("bad-signature", text.replace("an", "no"), line)
    flipped = SignatureLine(line.name, line.key_id, flip(line.signature, 3))
    yield "signature-changed", case("bad-signature", text, flipped)
    yield "signature-short", case("bad-signature", text, SignatureLine(line.name, line.key_id, line.signature[:-1]))
    yield "by-another-key", case("bad-signature", text, line, other)
    claimed = SignatureLine(other.name, other.key_id, line.signature)
    yield "by-another-key-claimed", case("bad-signature", text, claimed, other)


def checkpoint_cases(world: World) -> Iterator[tuple[str, Case]]:
    """Parse the text of a checkpoint."""
    head = world.head()
    root = b64(head.root)
    for name, size in {"": 13, "-size-zero": 0, "-largest": MAX_TREE_SIZE}.items():
        good = Checkpoint(ORIGIN, size, world.head(0).root if size == 0 else head.root)
        yield f"ok{name}", {"verdict": "ok", "text": good.encode(), "size": size, "root": good.root.hex()}
    loose = "A" * 42 + "B="
    for name, text in {
        "size-leading-zero": f"{ORIGIN}\n013\n{root}\n",
        "size-negative": f"{ORIGIN}\n-1\n{root}\n",
        "size-plus": f"{ORIGIN}\n+1\n{root}\n",
        "size-empty": f"{ORIGIN}\n\n{root}\n",
        "size-space": f"{ORIGIN}\n 13\n{root}\n",
        "size-two-to-53": f"{ORIGIN}\n{2**53}\n{root}\n",
        "size-20-digits": f"{ORIGIN}\n{10**19}\n{root}\n",
        "size-other-digits": f"{ORIGIN}\n\u0661\u0663\n{root}\n",
        "root-31-bytes": f"{ORIGIN}\n13\n{b64(head.root[1:])}\n",
        "root-33-bytes": f"{ORIGIN}\n13\n{b64(head.root + b'x')}\n",
        "root-loose-bits": f"{ORIGIN}\n13\n{loose}\n",
        "root-missing": f"{ORIGIN}\n13\n",
        "extension-line": f"{ORIGIN}\n13\n{root}\nmore\n",
        "empty-line": f"{ORIGIN}\n13\n{root}\n\n",
        "no-final-newline": f"{ORIGIN}\n13\n{root}",
    }.items():
        yield name, {"verdict": "checkpoint", "text": text}
    for name, origin in {"empty": "", "with-space": "a b", "with-plus": "a+b"}.items():
        yield f"origin-{name}", {"verdict": "note", "text": f"{origin}\n13\n{root}\n"}


def message_cases(world: World) -> Iterator[tuple[str, Case]]:
    """Build the bytes that a cosigner signs."""
    for name, cosigner, head, time in (
        ("ok", "witness1.example", world.head(), TIME),
        ("ok-size-zero", "witness1.example", world.head(0), MIN_TIME),
        ("ok-long-names", "é" * 127, Checkpoint("o" * 255, MAX_TREE_SIZE, world.head().root), MAX_TIME),
    ):
        yield (
            name,
            {
                "verdict": "ok",
                "name": cosigner,
                "time": time,
                "origin": head.origin,
                "size": head.size,
                "root": head.root.hex(),
                "message": cosigned_message(cosigner, time, head).hex(),
            },
        )


def policy_cases(world: World) -> Iterator[tuple[str, Case]]:
    """Verify a checkpoint under a policy; a good verdict is the state."""
    head = world.head()
    text_line, head_line = world.lines(head)
    w1, w2, w3 = world.cosign(1, TIME + 50), world.cosign(2, TIME + 10), world.cosign(3, TIME + 30)

    def case(verdict: str, note: Note | SignedCheckpoint, quorum: int, at: int | None = None) -> Case:
        times = {} if verdict not in {"logged", "witnessed"} else {"log_time": TIME, "witnessed_at": at}
        return {"verdict": verdict, "checkpoint": b64(note.encode()), **world.trust(quorum), **times}

    def with_line(line: SignatureLine) -> Note:
        return Note(head.encode(), (text_line, head_line, line))

    def changed(line: SignatureLine, signature: bytes) -> SignatureLine:
        return SignatureLine(line.name, line.key_id, signature)

    yield "logged-no-witness", case("logged", world.signed(), 2)
    yield "logged-below-quorum", case("logged", world.signed(w1), 2)
    yield "logged-quorum-zero", case("logged", world.signed(w1, w2), 0)
    yield "logged-size-zero", case("logged", world.signed(size=0), 1)
    yield "witnessed-2-of-3", case("witnessed", world.signed(w1, w2), 2, TIME + 10)
    yield "witnessed-first-silent", case("witnessed", world.signed(w2, w3), 2, TIME + 10)
    yield "witnessed-3-of-3-median", case("witnessed", world.signed(w1, w2, w3), 2, TIME + 30)
    yield "witnessed-lines-in-any-order", case("witnessed", Note(head.encode(), (w2, head_line, w1, text_line)), 2, TIME + 10)
    stranger = world.recorder.sign("stranger.example", head, TIME)
    yield "ignored-unknown-line", case("witnessed", world.signed(stranger, w1), 1, TIME + 50)
    misnamed = SignatureLine("witness1.example", b"\x00\x00\x00\x00", w1.signature)
    yield "ignored-unknown-key-id", case("logged", world.signed(misnamed), 1)
    foreign = Checkpoint("other.example", 13, head.root)
    by_us = sign_ed25519(foreign.encode(), foreign.origin, world.key)
    yield "unknown-log", case("unknown-log", Note(foreign.encode(), (by_us,)), 1)
    for name, verdict, until in (
        ("log-ended-after-its-witnesses", "witnessed", TIME + 51),
        ("log-ended-with-a-witness", "logged", TIME + 50),
        ("log-ended-a-second-later", "logged", TIME + 1),
        ("log-ended-that-very-second", "log-ended", TIME),
        ("log-ended-long-ago", "log-ended", TIME - 86_400),
    ):
        ending = case(verdict, world.signed(w1, w2), 2, TIME + 10 if verdict == "witnessed" else None)
        yield name, {**ending, "logs": [{**one, "until": until} for one in world.trust(2)["logs"]]}
    refused: dict[str, Note | SignedCheckpoint] = {
        "log-ed25519-missing": Note(head.encode(), (head_line, w1, w2)),
        "log-mldsa44-missing": Note(head.encode(), (text_line, w1, w2)),
        "log-ed25519-changed": Note(head.encode(), (changed(text_line, flip(text_line.signature, 9)), head_line)),
        "log-mldsa44-changed": Note(head.encode(), (text_line, changed(head_line, flip(head_line.signature)))),
        "size-changed": Note(head.encode().replace("\n13\n", "\n12\n"), (text_line, head_line, w1, w2)),
        "witness-signature-changed": with_line(changed(w1, flip(w1.signature, 500))),
        "witness-time-changed": with_line(changed(w1, flip(w1.signature, 7))),
        "witness-signature-short": with_line(changed(w1, w1.signature[:-1])),
        "witness-signature-long": with_line(changed(w1, w1.signature + b"\x00")),
        "witness-time-before-2000": with_line(world.cosign(1, MIN_TIME - 1)),
        "witness-time-zero": with_line(world.cosign(1, 0)),
        "witness-time-after-9999": with_line(world.cosign(1, MAX_TIME + 1)),
        "witness-signed-another-size": with_line(world.cosign(1, TIME, size=12)),
        "witness-signed-under-another-name": with_line(
            changed(w1, world.recorder.sign("stranger.example", head, TIME, key="witness1.example").signature)
        ),
        "one-bad-witness-among-good": world.signed(w1, w2, changed(w3, flip(w3.signature))),
    }
    for name, note in refused.items():
        yield name, case("bad-checkpoint", note, 2)


def proof_cases(world: World) -> Iterator[tuple[str, Case]]:
    """Verify a tlog-proof of an entry; a good verdict is the state."""
    w1, w2 = world.cosign(1, TIME + 50), world.cosign(2, TIME + 10)
    signed = world.signed(w1, w2)

    def proof(index: int, size: int = 13, checkpoint: SignedCheckpoint = signed) -> bytes:
        return TlogProof(index, Prover(size, world.tree).inclusion(index), checkpoint).encode()

    def case(verdict: str, raw: bytes, entry: bytes = world.entries[5]) -> Case:
        return {"verdict": verdict, "proof": b64(raw), "entry": entry.hex(), **world.trust(2)}

    good = proof(5)
    lines = good.decode().split("\n")

    def edit(change: Callable[[list[str]], object]) -> bytes:
        copy = list(lines)
        change(copy)
        return "\n".join(copy).encode()

    for index in (0, 5, 11, 12):
        yield f"witnessed-index-{index}", case("witnessed", proof(index), world.entries[index])
    yield "logged-only", case("logged", proof(5, checkpoint=world.signed()))
    yield "logged-one-leaf", case("logged", proof(0, 1, world.signed(size=1)), world.entries[0])
    yield "another-entry", case("merkle-proof", good, world.entries[6])
    yield "another-index", case("merkle-proof", edit(lambda rows: rows.__setitem__(1, "index 4")))
    yield "path-too-short", case("merkle-proof", edit(lambda rows: rows.pop(5)))
    yield "path-too-long", case("merkle-proof", edit(lambda rows: rows.insert(6, rows[5])))
    yield "path-swapped", case("merkle-proof", edit(lambda rows: rows.insert(2, rows.pop(3))))
    yield "path-hash-changed", case("merkle-proof", edit(lambda rows: rows.__setitem__(2, b64(bytes(32)))))
    yield "checkpoint-changed", case("bad-checkpoint", good.replace(b"\n13\n", b"\n14\n"))
    yield "checkpoint-unknown-log", case("unknown-log", good.replace(f"\n{ORIGIN}\n".encode(), b"\nother.example\n"))
    for name, verdict, raw in (
        ("empty", "tlog-proof", b""),
        ("header-of-version-2", "tlog-proof", good.replace(b"@v1", b"@v2")),
        ("extra-line", "tlog-proof", edit(lambda rows: rows.insert(1, "extra YWJj"))),
        ("no-index", "tlog-proof", edit(lambda rows: rows.pop(1))),
        ("index-is-the-size", "tlog-proof", edit(lambda rows: rows.__setitem__(1, "index 13"))),
        ("no-checkpoint", "tlog-proof", "\n".join(lines[:6]).encode()),
        ("path-of-64-hashes", "tlog-proof", edit(lambda rows: rows.__setitem__(slice(2, 6), [lines[2]] * 64))),
        ("index-leading-zero", "checkpoint", edit(lambda rows: rows.__setitem__(1, "index 05"))),
        ("index-two-spaces", "checkpoint", edit(lambda rows: rows.__setitem__(1, "index  5"))),
        ("path-hash-short", "checkpoint", edit(lambda rows: rows.__setitem__(2, b64(bytes(31))))),
        ("path-hash-loose-bits", "checkpoint", edit(lambda rows: rows.__setitem__(2, "A" * 42 + "B="))),
        ("path-hash-not-ascii", "tlog-proof", edit(lambda rows: rows.__setitem__(2, "é" * 22))),
        ("carriage-returns", "tlog-proof", good.replace(b"\n", b"\r\n")),
        ("checkpoint-is-no-note", "note", edit(lambda rows: rows.__delitem__(slice(11, None)))),
    ):
        yield name, case(verdict, raw)


KINDS: Final = {
    "note": note_cases,
    "vkey": vkey_cases,
    "signature": signature_cases,
    "checkpoint": checkpoint_cases,
    "message": message_cases,
    "policy": policy_cases,
    "proof": proof_cases,
}


def generate(folder: Path) -> int:
    """Write every case under a folder and return how many there are; cases that no longer exist are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    recorder = Recorder(folder / "cosignatures.json")
    world = World(recorder)
    written = set()
    for kind, cases in KINDS.items():
        (folder / kind).mkdir(exist_ok=True)
        for name, case in cases(world):
            path = folder / kind / f"{name}.json"
            path.write_text(json.dumps(case, indent=1, ensure_ascii=True) + "\n")
            written.add(path)
    for path in folder.glob("*/*.json"):
        if path not in written:
            path.unlink()
    recorder.save()
    return len(written)


if __name__ == "__main__":
    print(generate(Path("vectors/log")), "cases")
