/** The verifier's work: which file is which, then the numbered steps of `docs/spec/event-receipt.md`. Nothing is sent anywhere. */

import { ACT_STEPS, verifyActProof } from '../core/act-verdict.ts';
import { hex, utf8 } from '../core/bytes.ts';
import { digestDocument, type DocumentDigest, MAX_RECEIPT, STEPS, verifyReceipt } from '../core/receipt.ts';
import { fingerprintOf, acceptFirstRoot, type TrustRoot } from '../core/trust.ts';
import type { Verdict } from '../core/rpc.ts';
import { viewVerdict } from '../core/views.ts';
import { PageError, toFailure, type Failure } from '../ui/errors.ts';
import { viewAct, type ActView } from './act-view.ts';

// A delivered document has at most 50 MiB (`docs/spec/document.md`); more is another file, and reading it would only take memory.
const MAX_FILE = 50 * 1024 * 1024;
const PDF_MAGIC = '%PDF-';

/** A trust root that is self-consistent, with what the page says of it. */
export interface KnownRoot {
  readonly root: TrustRoot;
  readonly names: { readonly fr: string; readonly en: string };
  readonly fingerprint: string;
}

/** A file that the person gave, recognized by its content, not by its name. */
export type GivenFile =
  | { readonly kind: 'pdf'; readonly name: string; readonly digest: DocumentDigest }
  | { readonly kind: 'receipt'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'proof'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'trust-root'; readonly name: string; readonly known: KnownRoot }
  | { readonly kind: 'unknown'; readonly name: string };

/** What the page shows in the end. */
export type Outcome =
  | { readonly proven: true; readonly verdict: Verdict }
  | { readonly proven: true; readonly act: ActView }
  | {
      readonly proven: false;
      readonly of: 'document' | 'act';
      readonly failure: Failure;
      readonly step: number;
      readonly last: number;
    };

/** Reads a trust root; `trust-root-invalid` when it is not one, `trust-root-quorum` when too few of its keys signed. */
export async function readRoot(bytes: Uint8Array): Promise<KnownRoot> {
  try {
    const root = await acceptFirstRoot(bytes);
    return { root, names: root.payload.names, fingerprint: fingerprintOf(root) };
  } catch (thrown) {
    const { code } = toFailure(thrown);
    throw new PageError(code === 'trust-root-quorum' ? code : 'trust-root-invalid');
  }
}

/** The trust root that was written into `verifier.html`, or null. */
export async function embeddedRoot(): Promise<KnownRoot | null> {
  const text = document.getElementById('trust-root')?.textContent.trim() ?? 'null';
  return text === 'null' ? null : readRoot(utf8(text.replaceAll('\\u003c', '<')));
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<DocumentDigest> {
  // `crypto.subtle` is many times faster on a large file; from a USB stick some browsers do not offer it.
  const subtle = (globalThis.crypto as Partial<Crypto> | undefined)?.subtle;
  if (!subtle) return digestDocument(bytes);
  return { sha256: hex(new Uint8Array(await subtle.digest('SHA-256', bytes))), size: bytes.length };
}

/** Reads a file and says what it is; rejects with `file-unreadable`. */
export async function recognize(file: File): Promise<GivenFile> {
  if (file.size > MAX_FILE) throw new PageError('file-unreadable');
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new PageError('file-unreadable');
  }
  const { name } = file;
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  if (start.includes(PDF_MAGIC)) return { kind: 'pdf', name, digest: await digest(bytes) };
  if (!start.startsWith('{') || bytes.length > MAX_RECEIPT) return { kind: 'unknown', name };
  // A DSSE envelope begins with its payload, a proof with its act, a receipt with its chain: all are canonical JSON, keys in order.
  if (start.startsWith('{"payload"')) return { kind: 'trust-root', name, known: await readRoot(bytes) };
  if (start.startsWith('{"act":"')) return { kind: 'proof', name, bytes };
  // As pages gave it first: without the records that name the key, which this page does not ask for.
  if (start.startsWith('{"act":{')) throw new PageError('proof-without-records');
  return { kind: 'receipt', name, bytes };
}

/** A refusal as an outcome: the step that failed, of so many. */
function refusal(thrown: unknown, of: 'document' | 'act', codes: readonly (string | null)[]): Outcome {
  const failure = toFailure(thrown);
  const step = Number(failure.facts['step'] ?? 0);
  return {
    proven: false,
    of,
    failure: { ...failure, code: codes[step] ?? failure.code },
    step,
    last: codes.length - 1,
  };
}

// At step 0 nothing was judged yet: what does not parse is not a receipt. Later steps speak for themselves, in the words of a document.
const DOCUMENT_CODES = STEPS.map((_, step) => (step === 0 ? 'receipt-invalid' : null));
const ACT_CODES = ACT_STEPS.map(
  (name) =>
    ({ 'act-reads': 'proof-invalid', 'vault-signed': 'proof-not-signed', 'act-logged': 'proof-of-another' })[
      name as string
    ] ?? null,
);

/** The verdict on a document, its receipt and a trust root. Never rejects: a refusal is an outcome. */
export async function check(document: DocumentDigest, receipt: Uint8Array, known: KnownRoot): Promise<Outcome> {
  try {
    return { proven: true, verdict: viewVerdict(await verifyReceipt(document, receipt, known.root), known.root) };
  } catch (thrown) {
    return refusal(thrown, 'document', DOCUMENT_CODES);
  }
}

/** The verdict on the proof of what a holder signed. Never rejects: a refusal is an outcome. */
export async function checkProof(proof: Uint8Array, known: KnownRoot): Promise<Outcome> {
  try {
    return { proven: true, act: viewAct(await verifyActProof(proof, known.root), known.root) };
  } catch (thrown) {
    return refusal(thrown, 'act', ACT_CODES);
  }
}
