/**
 * The worker that keeps the vault's secrets, behind the calls of `VaultApi` (`rpc.ts`).
 *
 * A page starts it from the one script that the build makes of it (`ui/program.ts`), at the first call that needs it, and calls
 * `connect(worker)`. Calls are answered one after the other. Each rejects
 * with a `VouteError`: a stable `code`, `facts` for its words. Bytes given to a call are transferred: the page's array is
 * empty afterwards, and a PRF output is wiped here once its identity is derived. Ids and hashes are lower-case hex, other
 * bytes in strings base64.
 *
 * | call | gives | promises |
 * |---|---|---|
 * | `trustRoot(envelope, pinned)` | what pages show of the city | the first one seen needs its own quorum, and is kept by this origin; later ones must follow it one by one (`trust-root-rollback`, `trust-root-chain` with facts `seen` and `offered`: call again with each root between). `pinned`: the highest number that the page has seen, 0 at first. First of all calls |
 * | `readCode(code)` | lookup id, token | `code-symbol` (fact `position` from 1), `code-length` (`found`, `expected`), `code-check` |
 * | `openLetter(rows)` | checked manifests, in order | all or nothing, checks 1 to 5 of docs/spec/document.md; `claim-disagree` if they name different takers |
 * | `beginVault(v)` | vault id (the WebAuthn user handle) | draws all keys; again draws others |
 * | `finishClaim(unlock, name)` | the parts of `POST /api/claims` | counts once `accepted` is called; a page repeats a lost request with the same parts |
 * | `makeKit()` | a kit's text | for the vault that is begun or open; a way in only when `finishClaim` or `addMethod` has taken it |
 * | `signWithKit(text, challenge)` | body of `POST /api/sessions/kit` without challenge | signs for this page's own origin only |
 * | `openVault(vaultId, records, keyring, unlock, pinnedHead?)` | newest record's number and hash | all nine checks of docs/spec/vault.md before anything is used; the newest record that this origin has seen, and `pinnedHead` if given, must be in the chain (`record-chain`) |
 * | `openCards(rows)` | a manifest or a refusal's code for each, in order | cards are remembered until `lock` |
 * | `openProvenCard(row, reply)` | a manifest | for a card that `openCards` refuses with `key-not-valid-then`: its receipt must say, with the witnesses' quorum, that the key signed before its end |
 * | `openBody(row, body)` | the document, whole | `body-mismatch` unless size and hash are the manifest's |
 * | `signOpened(row)` | act `opened` (base64 envelope) | signed by the vault's root key |
 * | `signDeleted(row)` | act `delete` (base64 envelope) | signed by the vault's root key |
 * | `deletion(act, reply)` | proof file (text), line of the log | only a receipt that proves this act of this vault (`wrong-statement`, `not-in-log`) |
 * | `openIndex(file)` | what the vault's index holds, as a list shows it | `file` as the city gave it, null for none; never rejects for what is wrong with it: `problem` names it, and the list is built from headers |
 * | `beginIndex()`, then `indexPart(bytes)` for each piece, then `endIndex()` | of each piece what it made known, at the end the rest | the same as its bytes come: what a segment says counts once its hash is the signed head's; only the end says that it is whole. One that does not come to its end is forgotten by the next `beginIndex` |
 * | `keptIndex()` | the hash of the sealed copy of the index that this browser keeps, or null | made from its bytes: what the city knows by this hash is what is here |
 * | `openKept()` | the same as `openIndex`, of the copy that `keptIndex` named, or null | by all checks; null: it is not used and forgotten, the city is asked for its own |
 * | `keptPlaces()` | the places that this browser keeps, the newest first | none: it keeps none, not this vault's, or not whole, and then they are forgotten. They count once the city says that it has the same |
 * | `keepPlaces(places)` | – | sealed to the vault; the city's word, as it was given and as what was done here has changed it |
 * | `mark(documentId, marks)`, `forget(documentId)` | – | what the holder says about a document, that it was deleted: for the next `writeIndex` |
 * | `writeIndex(after)` | a new index with its number, or null when nothing changed | joined with what was opened since; `after` is the number that the city has |
 * | `indexWritten()` | – | the city took the last `writeIndex` |
 * | `choices(given)` | each document type of the issuers that write to this vault, with what was chosen | only what this vault's root key signed, and receipts that prove it (`consent-differs`, `not-in-log`) |
 * | `signConsent(decision)` | act `consent` (base64 envelope) | signs the words of docs/spec/consent.md and no others; `words` are those that were on the screen |
 * | `receipt(row, reply, document)` | receipt file (text), verdict | `document` are the opened bytes; all steps of docs/spec/event-receipt.md; an error's fact `step` |
 * | `methods()` | ways in | from the keyring, not from the server |
 * | `passkeyPlace(known)` | the vault's id and the credentials that stay, for a new passkey | before any prompt: the id is this vault's own, and the session's methods name all its passkeys (`state`) |
 * | `addMethod(unlock, name, known)` | body of `PUT /api/vault/keyring` without challenge and credential | `known` are the session's methods; counts once `accepted` is called |
 * | `removeMethod(methodId, known)` | the same | begins a new reading epoch |
 * | `accepted()` | – | the server took the last `finishClaim`, `addMethod` or `removeMethod`; after a claim the vault is open |
 * | `proveWay(records, keyring, unlock)` | the method's id | opened the newest keyring with it, with all checks, and forgot it again: a drill, not a way in |
 * | `disown(row)` | acts `disown` (base64 envelopes) | one for each code by which documents of this row's issuer and party come here |
 * | `keepNothing(on)` | – | nothing of a vault is kept by this origin from now on, no copy either, and what was kept is forgotten |
 * | `lock()` | – | wipes every secret; the trust root stays |
 */

import { BROWSER_PINS, pinsFor } from './pin-store.ts';
import { serve } from './rpc.ts';
import { KeyHolder } from './vault.ts';

serve(self, () => {
  // A worker made of bytes has the page's origin, not its address.
  const { origin } = self;
  const now = (): number => Math.floor(Date.now() / 1000);
  return Promise.resolve(new KeyHolder({ origin, now, pins: pinsFor(origin), copies: BROWSER_PINS }));
});
