/**
 * Choosing between paper and none (docs/spec/consent.md): the words that may be signed, and what the city shows of the holder's own
 * choices.
 *
 * A choice is shown only when the vault's own root key signed it; its receipt only when it proves that very choice.
 */

import { fromBase64, fromHex, fromUtf8, hex, utf8 } from './bytes.ts';
import { sha256 } from './derive.ts';
import { parseEnvelope, statementHash, verifyStatement } from './dsse.ts';
import { VerificationError } from './errors.ts';
import { type Act, blindEvent, parseAct, parseEvent, type Subject, vaultActor } from './event.ts';
import { encodeReceipt } from './receipt.ts';
import { chainVaultId, newestRecord, type VaultChain } from './record.ts';
import type { ReceiptReply } from './rpc.ts';
import { verifyCheckpoint } from './tlog/checkpoint.ts';
import { leafHash, verifyInclusion } from './tlog/merkle.ts';
import { parseProof } from './tlog/proof.ts';
import { logKeys, type TrustRoot, witnessPolicy } from './trust.ts';

type Consent = Subject<'consent'>;
type ConsentAct = Extract<Act, { type: 'consent' }>;

/** The words with which paper is given up, and those with which it is asked for again. */
const TEXT = { paperless: 'paperless-1', paper: 'paper-1' } as const;

// SHA-256 of each text in UTF-8. A text is never changed: new words get the next id.
const WORDS: ReadonlyMap<string, string> = new Map([
  ['paperless-1/fr', '3f06f950690c7d7f83df47532c161fa751311270dc720c559c2d0cde9b090059'],
  ['paperless-1/en', '0418ac9627abaed2831625b223f59bbb99c58ccaace4ad137269e94809f3a013'],
  ['paper-1/fr', '830f3314fad1a7c5238ca86419c7bedd0af659298814a08ff4b180bce99a4da3'],
  ['paper-1/en', '0071f3b736eba5c4972987a95019073baaac98156715dcc14085785fe41ba4bd'],
]);

/** What a holder decides: for which documents, paper or none, and the words that were on the screen. */
export interface Decision {
  readonly issuer: string;
  readonly documentType: string;
  /** The next number: one above the newest choice. */
  readonly number: number;
  readonly paperless: boolean;
  readonly language: 'fr' | 'en';
  readonly words: string;
}

/** The subject to sign; raises `internal` for words that are not those of the specification: they were never agreed to. */
export function consentSubject({ issuer, documentType, number, paperless, language, words }: Decision): Consent {
  const text = paperless ? TEXT.paperless : TEXT.paper;
  const digest = hex(sha256(utf8(words)));
  if (WORDS.get(`${text}/${language}`) !== digest) throw new VerificationError('words that nobody knows', 'internal');
  return { issuer, document_type: documentType, number, paperless, text, language, words: digest };
}

/** A choice as the server gives it. */
export interface SealedChoice {
  readonly act: string;
  readonly receipt: ReceiptReply | null;
}

/** A choice of the open vault, proven to be its own. */
export interface ProvenChoice {
  /** The signed envelope, to be kept. */
  readonly act: string;
  readonly consent: Consent;
  readonly signedAt: string;
  /** Null until the city's log has it. */
  readonly logged: { readonly at: string; readonly index: number; readonly file: Uint8Array } | null;
}

/** Verifies choices: each signed by this vault's root key, for this city, and in the log if the city says so. */
export async function readChoices(
  given: readonly SealedChoice[],
  chain: VaultChain,
  root: TrustRoot,
): Promise<readonly ProvenChoice[]> {
  const [vaultId, rootKey] = [chainVaultId(chain), newestRecord(chain).root_key];
  return Promise.all(given.map((one) => readChoice(one, vaultId, rootKey, root)));
}

async function readChoice(
  choice: SealedChoice,
  vaultId: string,
  rootKey: string,
  root: TrustRoot,
): Promise<ProvenChoice> {
  const envelope = parseEnvelope(fromBase64(choice.act));
  await verifyStatement(envelope, 'act', [fromHex(rootKey)]);
  const act = parseAct(envelope.payload);
  if (act.type !== 'consent' || act.city !== root.payload.city || act.actor !== vaultActor(vaultId)) {
    throw new VerificationError('not a choice of this vault', 'consent-differs');
  }
  const logged = choice.receipt === null ? null : await readReceipt(choice.receipt, act, statementHash(envelope), root);
  return { act: fromUtf8(envelope.bytes), consent: act.subject, signedAt: act.time, logged };
}

async function readReceipt(
  reply: ReceiptReply,
  act: ConsentAct,
  digest: Uint8Array,
  root: TrustRoot,
): Promise<NonNullable<ProvenChoice['logged']>> {
  const bytes = fromBase64(reply.event);
  const event = parseEvent(bytes);
  const same =
    event.type === 'consent' &&
    event.city === act.city &&
    event.actor === act.actor &&
    event.act === hex(digest) &&
    JSON.stringify(event.subject) === JSON.stringify(act.subject);
  if (!same) throw new VerificationError('the receipt is of another choice', 'consent-differs');
  const { index, path, checkpoint } = parseProof(utf8(reply.proof));
  if (index !== reply.index) throw new VerificationError('index of another proof', 'not-in-log');
  const entry = blindEvent(fromHex(reply.salt), fromHex(reply.chain), bytes);
  verifyInclusion(index, checkpoint.head.size, leafHash(entry), path, checkpoint.head.root);
  await verifyCheckpoint(checkpoint, logKeys(root), witnessPolicy(root));
  const { event: data, salt, chain, proof } = reply;
  const file = encodeReceipt({
    version: 1,
    city: act.city,
    event: data,
    salt,
    chain,
    manifest: null,
    proof,
    timestamps: [],
  });
  return { at: event.time, index, file };
}
