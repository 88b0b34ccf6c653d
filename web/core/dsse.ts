/**
 * DSSE v1 envelopes: the one way in which anything is signed (docs/spec/statements.md).
 *
 * An envelope keeps its exact bytes. Nothing in it is trusted until `verify…` has returned; only then is the payload parsed.
 */

import { base64, concat, fromBase64, fromUtf8, hex, utf8 } from './bytes.ts';
import { sha256 } from './derive.ts';
import { publicKeyOf, signEd25519, verifyEd25519 } from './ed25519.ts';
import { FormatError, VerificationError } from './errors.ts';

/** The kinds of statement, each with its own `payloadType`. */
export type Kind =
  'trust-root' | 'manifest' | 'vault-record' | 'act' | 'pack' | 'registry' | 'issuer-auth' | 'vault-index';

/** The largest statement that a page reads. */
export const MAX_ENVELOPE = 1024 * 1024;

/** A trust root is signed by the old and the new city keys. */
export const MAX_SIGNATURES = 16;

/** One signature and the hint that names its key. */
export interface Signature {
  readonly keyid: string;
  readonly sig: Uint8Array;
}

/** A parsed envelope: nothing in it is verified yet; `bytes` are its exact form. */
export interface Envelope {
  readonly bytes: Uint8Array;
  readonly kind: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly Signature[];
}

// The canonical bytes are a regular language, so parsing is one match and no JSON value is built.
const SIGNATURE = String.raw`\{"keyid":"([0-9a-f]{16})","sig":"([A-Za-z0-9+/]{86}==)"\}`;
const ENVELOPE = new RegExp(
  String.raw`^\{"payload":"([A-Za-z0-9+/]*={0,2})","payloadType":"application/vnd\.voute\.([a-z][a-z-]{0,39})\.v1\+json",` +
    String.raw`"signatures":\[(${SIGNATURE}(?:,${SIGNATURE})*)\]\}$`,
);

function payloadType(kind: string): string {
  return `application/vnd.voute.${kind}.v1+json`;
}

/** The hint for a public key: the first 16 hex digits of its SHA-256. */
export function keyidOf(publicKey: Uint8Array): string {
  return hex(sha256(publicKey)).slice(0, 16);
}

/** A statement's hash: SHA-256 of its payload bytes, whoever signed it. */
export function statementHash(envelope: Envelope): Uint8Array {
  return sha256(envelope.payload);
}

/** The bytes that are signed (DSSE v1, PAE). */
export function preAuthentication(kind: string, payload: Uint8Array): Uint8Array {
  const type = payloadType(kind);
  return concat(utf8(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload);
}

function requireOrder(signatures: readonly Signature[]): void {
  if (signatures.length < 1 || signatures.length > MAX_SIGNATURES) throw new FormatError('number of signatures');
  signatures.forEach(({ keyid }, index) => {
    const before = signatures[index - 1];
    if (before !== undefined && before.keyid >= keyid) throw new FormatError('signatures are sorted, each once');
  });
}

function assemble(kind: Kind, payload: Uint8Array, signatures: readonly Signature[]): Envelope {
  const ordered = signatures.toSorted((a, b) => (a.keyid < b.keyid ? -1 : 1));
  requireOrder(ordered);
  const written = ordered.map(({ keyid, sig }) => `{"keyid":"${keyid}","sig":"${base64(sig)}"}`).join(',');
  const text = `{"payload":"${base64(payload)}","payloadType":"${payloadType(kind)}","signatures":[${written}]}`;
  return { bytes: utf8(text), kind, payload, signatures: ordered };
}

/** Signs a payload with one or more 32-byte seeds. */
export async function signStatement(
  kind: Kind,
  payload: Uint8Array,
  ...seeds: readonly Uint8Array[]
): Promise<Envelope> {
  const message = preAuthentication(kind, payload);
  const signatures = await Promise.all(
    seeds.map(async (seed) => ({ keyid: keyidOf(publicKeyOf(seed)), sig: await signEd25519(seed, message) })),
  );
  return assemble(kind, payload, signatures);
}

/** Parses an envelope of at most `maximum` bytes; `FormatError` unless the bytes are its canonical form. */
export function parseEnvelope(bytes: Uint8Array, maximum: number = MAX_ENVELOPE): Envelope {
  if (bytes.length > maximum) throw new FormatError('envelope too long');
  const match = ENVELOPE.exec(fromUtf8(bytes));
  const [payload, kind, list] = [match?.[1], match?.[2], match?.[3]];
  if (payload === undefined || kind === undefined || list === undefined) {
    throw new FormatError('not an envelope in canonical form');
  }
  const signatures = Array.from(list.matchAll(new RegExp(SIGNATURE, 'g')), ([, keyid = '', sig = '']) => ({
    keyid,
    sig: fromBase64(sig),
  }));
  requireOrder(signatures);
  return { bytes: bytes.slice(), kind, payload: fromBase64(payload), signatures };
}

/** Refuses an envelope of another kind. */
export function requireKind(envelope: Envelope, kind: Kind): void {
  if (envelope.kind !== kind) throw new VerificationError(`expected ${kind}`, 'wrong-statement');
}

/**
 * Verifies an envelope of one signature with the keys that the caller trusts; gives the key that signed.
 *
 * Raises `wrong-statement`, `format` (not exactly one signature), `unknown-key` (no trusted key has its keyid) or
 * `bad-signature`.
 */
export async function verifyStatement(
  envelope: Envelope,
  kind: Kind,
  trusted: readonly Uint8Array[],
): Promise<Uint8Array> {
  requireKind(envelope, kind);
  const [only, ...more] = envelope.signatures;
  if (only === undefined || more.length > 0) throw new FormatError('exactly one signature is expected');
  const key = trusted.find((candidate) => keyidOf(candidate) === only.keyid);
  if (key === undefined) throw new VerificationError('no trusted key has this keyid', 'unknown-key');
  await verifyEd25519(key, only.sig, preAuthentication(kind, envelope.payload));
  return key;
}

/**
 * How many of the trusted keys signed, for a statement that counts signatures (trust root).
 *
 * Signatures of other keys are passed over; one that names a trusted key and does not verify raises `bad-signature`.
 */
export async function countSigners(envelope: Envelope, kind: Kind, trusted: readonly Uint8Array[]): Promise<number> {
  requireKind(envelope, kind);
  const message = preAuthentication(kind, envelope.payload);
  const keys = new Map(trusted.map((key) => [keyidOf(key), key]));
  let count = 0;
  for (const { keyid, sig } of envelope.signatures) {
    const key = keys.get(keyid);
    if (key === undefined) continue;
    await verifyEd25519(key, sig, message);
    count += 1;
  }
  return count;
}
