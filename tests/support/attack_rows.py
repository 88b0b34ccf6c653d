"""The rows of the evil server: each attack in a sentence, and what this project does against it.

The tests that prove a row carry its name (`@pytest.mark.attack("A1")`, `control`, `mutant`; in TypeScript a comment
`// attack A1` on the line before the test). `tools/attacks_page.py` makes docs/security/attacks.md of both. A path in
backquotes is where it is in the code; a test holds that it exists.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class AttackRow:
    """One row of the page."""

    id: str
    attack: str
    answer: str


ROWS: tuple[AttackRow, ...] = (
    AttackRow(
        "A1",
        "The city puts its own key, another resident's, or an old one, in the place of the key that a document is sealed to.",
        "The code on the letter authenticates the vault (`bind`), the claim must be in a checkpoint of the witnesses' quorum, "
        "the vault's records must be signed and must extend what the department has pinned: "
        "`src/voute/client/vault_proof.py`, `src/voute/verify/binding.py`. That a pinned head is the same is believed only where "
        "it was asked, and of what the department kept itself: `src/voute/client/matching.py`, "
        "`src/voute/client/kept_vaults.py`. A failure names the row and seals nothing. Who is shown the proof of a choice or a "
        "deletion takes the key from the vault's first record, whose hash the logged event names: `src/voute/verify/act.py`, "
        "`web/core/act-verdict.ts`. A trust root, which names all keys, waits in public before it counts: a monitor tells of "
        "it, of another in its place, even behind a later one, and of its disappearance: `src/voute/client/monitor_roots.py`.",
    ),
    AttackRow(
        "A2",
        "The city exchanges the holder's keyring, or one of its wraps, for one made with the attacker's key.",
        "The vault id is known from elsewhere; records, keyring hash, unlock methods, root key and reading identity are "
        "recomputed before anything in the keyring is used: nine checks in `src/voute/seal/keyring.py` and `web/core/vault.ts`.",
    ),
    AttackRow(
        "A3",
        "The city changes ciphertexts and learns from what the client sends next which of its changes decrypted.",
        "Nothing that a decryption gives decides what is sent: no error is reported, nothing is asked again. "
        "`src/voute/client/archive.py` and `src/voute/cli/verify.py` make no request at all; in the page only "
        "`web/core/worker.ts` decrypts.",
    ),
    AttackRow(
        "A5",
        "The city asks for a rotation, an upgrade or an older format, so that documents are sealed or wrapped again.",
        "No reply has a field for it. Keys change only when the holder asks, signed by the vault's root key "
        "(`src/voute/format/vault_record.py`); unknown members of an answer are not looked at (`src/voute/client/matching.py`).",
    ),
    AttackRow(
        "A6",
        "The city lowers the cost of deriving a key from a password.",
        "There is no password: kits, codes and passkeys have at least 115 bits, and HKDF alone is used "
        "(`src/voute/format/binary.py`). No schema has a cost; a `scrypt` stanza is refused by shape "
        "(`src/voute/format/age_header.py`).",
    ),
    AttackRow(
        "A7",
        "The city offers an older or weaker format: a classical stanza, another version, armor.",
        "One format: a header with any stanza but `mlkem768x25519`, another version line or armor is refused before a key "
        "touches it, and nothing else is asked for: `src/voute/format/age_header.py`, `web/core/age`.",
    ),
    AttackRow(
        "A8",
        "A file is sealed to hybrid and classical recipients together, so that it is only classically safe.",
        "Recipients are of one type, hybrid; a classical one does not parse, and a header with both kinds is refused at "
        "reading: `src/voute/seal/hybrid.py`, `src/voute/format/age_header.py`.",
    ),
    AttackRow(
        "A9",
        "The city chooses the salt, the host or the list of credentials of a passkey, to get one secret for several purposes.",
        "The PRF input is one constant of the product, the host is the trust root's, and the key is derived with purpose, vault "
        "and method: `src/voute/seal/unlock.py`, `web/core/unlock.ts`, `web/resident/webauthn.ts`.",
    ),
    AttackRow(
        "A10",
        "The city has a new passkey made in the place of the one that opens the vault, and the secret of that one is gone.",
        "For whom a passkey is made, and which ones it must leave alone, is held against the open keyring before any prompt: "
        "`web/core/derived-method.ts`, `web/resident/flows/ways-in.svelte.ts`.",
    ),
    AttackRow(
        "A12",
        "A claim code is guessed, chosen by the city, or used twice.",
        "Codes have 115 bits from a secret that never leaves the department (`src/voute/seal/claim.py`); the city is shown a "
        "lookup id alone, one claim wins in one transaction (`src/voute/app/claim.py`), and a bound code is never sealed to "
        "again (`src/voute/client/matching.py`).",
    ),
    AttackRow(
        "B1",
        "The city writes a document of its own into a vault, in the name of an issuer.",
        "A card holds the issuer's signed manifest; its key must be the trust root's for that issuer: "
        "`src/voute/format/signed_manifest.py`, `src/voute/seal/document.py`, `web/core/signed-manifest.ts`. "
        "What a key that has ended signed counts only with a receipt from before its end: `web/core/cards.ts`.",
    ),
    AttackRow(
        "B2",
        "The city gives one document in the place of another: header, payload, or both.",
        "The manifest names document, vault and hash of the file; all are compared before anything is shown: "
        "`src/voute/seal/document.py`, `src/voute/client/archive.py`, `web/core/document.ts`.",
    ),
    AttackRow(
        "B3",
        "The city changes names, dates, types or amounts.",
        "What is shown comes from the signed manifest; columns of the catalogue and members of replies are hints that no "
        "client shows: `src/voute/client/archive.py`, `web/core/document.ts`.",
    ),
    AttackRow(
        "B4",
        "The city reorders, cuts or repeats pieces of a file.",
        "age's STREAM numbers the chunks and marks the last one; a file is released whole or not at all: "
        "`src/voute/seal/stream.py`, `src/voute/client/archive.py`, `web/core/age`.",
    ),
    AttackRow(
        "B5",
        "The city flips bits of a header, a card or a file.",
        "Authenticated encryption everywhere, the header's MAC before the first byte, the signature over exact bytes: "
        "`src/voute/seal/agefile.py`, `src/voute/format/dsse.py`, `web/core/dsse.ts`.",
    ),
    AttackRow(
        "B6",
        "The city gives back an older state: of the vault's records, of the index with the holder's marks, or of the list; or "
        "it calls unchanged what the browser kept, which somebody may have put there.",
        "The browser keeps the newest record and the number and hash of the newest index that it has seen; an older record is "
        "refused, an older index is named and never decides which documents there are: `web/resident/pins.ts`, "
        "`web/core/index-book.ts`. Kept copies are named by what is in them and pass every check of what comes from the city: "
        "`web/core/kept-places.ts`. A browser that sees the vault for the first time can't tell.",
    ),
    AttackRow(
        "B7",
        "The city leaves documents out of the list.",
        "The index, sealed and signed by the holder, says what was there; what the city no longer lists is named, and what it "
        "counts and does not give is asked for by itself: `web/resident/shelf.svelte.ts`. A document that no visit has seen "
        "yet can be held back unnoticed; its department sees that it was never opened.",
    ),
    AttackRow(
        "B9",
        "Fields inside a document are exchanged, or its content makes the client call somewhere.",
        "One manifest is one signed statement with the names of its fields; no request is derived from what was decrypted: "
        "`src/voute/format/manifest.py`, `src/voute/client/archive.py`, `web/resident/viewer`.",
    ),
    AttackRow(
        "D1",
        "The log shows one history to one client and another to another.",
        "A checkpoint counts with the quorum of the trust root's witnesses: `src/voute/tlog/policy.py`, "
        "`src/voute/client/trust.py`; a witness cosigns only what extends what it has cosigned: `src/voute/tlog/witness.py`. "
        "A monitor keeps what the log signed, and with a fork the proof of it: `src/voute/client/monitor_log.py`. "
        "The page calls nothing authentic without the quorum: `web/resident/screens/ProofLine.svelte`, "
        "`web/verify/Verify.svelte`.",
    ),
    AttackRow(
        "D2",
        "The log forks after a restore from a backup, or because it was started twice.",
        "The head is compared and swapped in a lock that is never in a backup, before any signature: "
        "`src/voute/tlog/sequencer.py`, `src/voute/store/posix_log.py`.",
    ),
    AttackRow(
        "D3",
        "A bit flips in memory or on the disk before the log signs.",
        "The root is computed twice, by two code paths, from bytes that were read back; all tiles are read back before signing: "
        "`src/voute/tlog/recheck.py`, `src/voute/tlog/sequencer.py`.",
    ),
    AttackRow(
        "D5",
        "A reader of the public log guesses who did what and when, and checks the guess against the entries.",
        "An entry is the hash of a random salt with the event: `src/voute/format/event.py`; salts stay with the parties.",
    ),
    AttackRow(
        "D6",
        "Something takes effect without a trace in the log.",
        "A document, a receipt or a vault is shown only once its entry is published: `src/voute/app/sequence.py`, "
        "`src/voute/tlog/sequencer.py`.",
    ),
    AttackRow(
        "D7",
        "The keys of a log that has ended sign on: they were stolen, or the old machine came back.",
        "The trust root says when a log ends; what is signed with a time from then on is refused, whoever cosigned it: "
        "`src/voute/tlog/policy.py`, `web/core/tlog/checkpoint.ts`. What is dated back is no more than a log that no witness "
        "has seen (D1), once the witnesses have taken it off their lists: `docs/operate/keys.md`.",
    ),
    AttackRow(
        "D8",
        "The city makes a department believe that its documents are lost, or that none is, when a successor takes the log over.",
        "The department compares the receipts that it keeps with the successor's tree, and with nothing that the city says; a "
        "tree counts with the quorum of witnesses, and nothing is delivered again by itself: "
        "`src/voute/client/lost_receipts.py`.",
    ),
    AttackRow(
        "E2",
        "A sign-in is replayed, or made for another site, another page's frame, another host, or without the person.",
        "Challenge, origin, frame, host, presence and verification of the person are checked: `src/voute/server/webauthn.py`. "
        "The page asks its own question whatever the server proposes, and sends no extension's result: "
        "`web/resident/webauthn.ts`.",
    ),
    AttackRow(
        "E5",
        "A key or a signature is taken by one library and refused by another, or two signatures hold where one was made.",
        "A key or nonce point that is not canonical, not on the curve or not of prime order is refused before anything is "
        "multiplied, in three engines alike: `src/voute/format/ed25519.py`, `web/core/ed25519.ts`.",
    ),
    AttackRow(
        "E6",
        "A wrong proof passes because two verifiers differ, or because of a tree of size zero.",
        "Two implementations agree on all vectors and on random trees; sizes of zero are decided: `src/voute/tlog/merkle.py`, "
        "`web/core/tlog`.",
    ),
    AttackRow(
        "F1",
        "The script that a browser gets is not the one that was published.",
        "A page names every script, style, worker and frame by its hash, and what differs does not run: "
        "`web/ui/build/integrity.ts`, `web/ui/program.ts`. The list of all files is in the log, in clear, and `voute monitor` "
        "compares every file at every address with it: `src/voute/client/monitor_pages.py`.",
    ),
    AttackRow(
        "F2",
        "A document runs scripts, asks the network, or stops the viewer.",
        "The file is drawn in a frame of an origin of its own, without keys, cookie or network; no script of it runs: "
        "`web/resident/viewer/sandbox.ts`, `src/voute/server/http/pages.py`.",
    ),
    AttackRow(
        "F3",
        "Secrets stay in the browser after the vault is locked.",
        "Keys live in a worker that is ended at lock; the page overwrites the document it holds and drops the rest; nothing "
        "secret is written to any storage: `web/resident/session.svelte.ts`, `web/resident/holder.ts`.",
    ),
    AttackRow(
        "G1",
        "A small input costs a parser much time or memory.",
        "Every format has a limit that is checked before work is done: `src/voute/format`, `src/voute/tlog`, `web/core`. "
        "Every answer has a limit of time, its head included: `src/voute/outside/heads.py`, `src/voute/client/answers.py`, "
        "`web/ui/patience.ts`.",
    ),
)
