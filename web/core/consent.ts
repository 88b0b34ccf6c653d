/**
 * Choosing between paper and none (docs/spec/consent.md): the words that may be signed, and what the city shows of the holder's own
 * choices.
 *
 * A choice is shown only when the vault's own root key signed it, in these words; its receipt only when it proves that very choice.
 */

import { type ProvenAct, readAct, readActReceipt } from './act-receipt.ts';
import { fromBase64, hex, utf8 } from './bytes.ts';
import { sha256 } from './derive.ts';
import { parseEnvelope } from './dsse.ts';
import { VerificationError } from './errors.ts';
import type { Subject } from './event.ts';
import type { ReceiptReply } from './receipt.ts';
import type { VaultChain } from './record.ts';
import type { TrustRoot } from './trust.ts';

type Consent = Subject<'consent'>;

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

/** Raises `verification` unless a choice was made in words that are known, and that say what is chosen. */
export function requireWords({ text, language, words, paperless }: Consent): void {
  if (WORDS.get(`${text}/${language}`) !== words || (text === TEXT.paperless) !== paperless) {
    throw new VerificationError('words that nobody knows');
  }
}

/** A choice as the server gives it. */
export interface SealedChoice {
  readonly act: string;
  readonly receipt: ReceiptReply | null;
}

/** A choice of the open vault, proven to be its own. */
export interface ProvenChoice {
  readonly consent: Consent;
  readonly signedAt: string;
  /** Null until the city's log has it. */
  readonly logged: ProvenAct | null;
}

/** Verifies choices: each signed by this vault's root key, for this city, in words that are known, and in the log if the city says so. */
export async function readChoices(
  given: readonly SealedChoice[],
  chain: VaultChain,
  root: TrustRoot,
): Promise<readonly ProvenChoice[]> {
  return Promise.all(given.map((one) => readChoice(one, chain, root)));
}

async function readChoice(choice: SealedChoice, chain: VaultChain, root: TrustRoot): Promise<ProvenChoice> {
  const signed = await readAct(parseEnvelope(fromBase64(choice.act)), chain, root, 'consent-differs');
  const { act } = signed;
  if (act.type !== 'consent') throw new VerificationError('not a choice', 'consent-differs');
  // Paper is asked for again in any words.
  if (act.subject.paperless) requireWords(act.subject);
  const logged = choice.receipt === null ? null : await readActReceipt(choice.receipt, signed, root, 'consent-differs');
  return { consent: act.subject, signedAt: act.time, logged };
}
