/**
 * Receipts: one small file that proves, offline and for decades, that a document was delivered and logged
 * (docs/spec/event-receipt.md). Verifying is the numbered steps of that page; each raises.
 */

import { base64, fromBase64, fromHex, hex, utf8 } from './bytes.ts';
import { sha256 } from './derive.ts';
import { MAX_ENVELOPE } from './dsse.ts';
import { FormatError, VerificationError, VouteError } from './errors.ts';
import { blindEvent, type Event, issuerActor, MAX_EVENT, parseEvent } from './event.ts';
import type { Manifest } from './manifest.ts';
import { hash, instantOf, list, nullable, object, pattern, type Read, slug, version1 } from './schema.ts';
import {
  type ParsedManifest,
  readSignedManifest,
  type SignedManifest,
  verifySignedManifest,
} from './signed-manifest.ts';
import { parsePayload, writePayload } from './statement.ts';
import { type CheckpointVerdict, verifyCheckpoint } from './tlog/checkpoint.ts';
import { leafHash, verifyInclusion } from './tlog/merkle.ts';
import { type LogProof, parseProof } from './tlog/proof.ts';
import { type Issuer, logKeys, type TrustRoot, witnessPolicy } from './trust.ts';

/** The receipt as the server gives it. */
export interface ReceiptReply {
  readonly event: string;
  readonly salt: string;
  readonly chain: string;
  readonly index: number;
  readonly proof: string;
}

/** Bytes of a receipt file. */
export const MAX_RECEIPT = 1024 * 1024;

// RFC 3161 tokens with their certificates; several authorities over the decades.
const MAX_TIMESTAMPS = 16;
const MAX_TIMESTAMP = 64 * 1024;
// A checkpoint with 16 ML-DSA cosignatures has 55 kB.
const MAX_PROOF = 256 * 1024;

function boundedBase64(maximum: number): ReturnType<typeof pattern> {
  return pattern((value) => {
    try {
      return fromBase64(value).length <= maximum;
    } catch {
      return false;
    }
  }, `base64 of at most ${maximum} bytes`);
}

const timestamp = pattern((value) => {
  if (value.length > MAX_TIMESTAMP) return false;
  try {
    fromBase64(value);
    return true;
  } catch {
    return false;
  }
}, 'a timestamp token');

/** What every file that proves an event in the log has: receipts, and proofs of acts. */
export const LOGGED_FIELDS = {
  version: version1,
  city: slug,
  event: boundedBase64(MAX_EVENT),
  salt: hash,
  chain: hash,
  proof: pattern((value) => value !== '' && Array.from(value).length <= MAX_PROOF, 'a proof'),
  timestamps: list(timestamp, 0, MAX_TIMESTAMPS),
} as const;

const schema = object({ ...LOGGED_FIELDS, manifest: nullable(boundedBase64(MAX_ENVELOPE)) });

/** A parsed receipt: nothing is verified. */
export type Receipt = Read<typeof schema>;

/** Parses a receipt file; raises `FormatError` alone. */
export function parseReceipt(bytes: Uint8Array): Receipt {
  return parsePayload(bytes, schema, 'receipt', MAX_RECEIPT);
}

/** Writes the self-contained receipt file. */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  return writePayload(receipt, schema, 'receipt');
}

/** The parts of a receipt as the server hands them over, and the manifest's envelope from the card. */
export function makeReceipt(
  city: string,
  reply: { readonly event: string; readonly salt: string; readonly chain: string; readonly proof: string },
  manifest: Uint8Array,
): Uint8Array {
  const { event, salt, chain, proof } = reply;
  return encodeReceipt({ version: 1, city, event, salt, chain, manifest: base64(manifest), proof, timestamps: [] });
}

/** The name of each step of docs/spec/event-receipt.md, by its number; message files say what it means to people. */
export const STEPS = [
  'receipt-reads',
  'same-city',
  'document-same',
  'issuer-signed',
  'event-same',
  'in-log',
  'checkpoint-signed',
  'witnesses',
] as const;

/** A step that held. */
export interface Step {
  readonly number: number;
  readonly name: (typeof STEPS)[number];
}

/** What a verdict says of the log, whatever was logged. */
export interface LogVerdict {
  readonly state: 'logged' | 'witnessed';
  readonly eventTime: string;
  /** Median time of the quorum's cosignatures, or null. */
  readonly witnessedAt: string | null;
  readonly witnesses: readonly string[];
  readonly logOrigin: string;
  readonly logIndex: number;
  readonly treeSize: number;
  readonly entryHash: string;
}

/** The verdict on (document, receipt, trust root). */
export interface ReceiptVerdict extends LogVerdict {
  readonly manifest: Manifest;
  readonly manifestHash: string;
  readonly issuer: Issuer;
  readonly steps: readonly Step[];
}

/** A document to verify: its bytes, or only what they hash to. */
export interface DocumentDigest {
  readonly sha256: string;
  readonly size: number;
}

/** Digest of a document's bytes. */
export function digestDocument(bytes: Uint8Array): DocumentDigest {
  return { sha256: hex(sha256(bytes)), size: bytes.length };
}

interface Claimed {
  readonly receipt: Receipt;
  readonly event: Event;
  readonly eventBytes: Uint8Array;
  readonly signed: ParsedManifest;
  readonly proof: LogProof;
}

/** Runs one step; the error of a step that fails carries the fact `step`. */
export async function step<T>(number: number, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof VouteError) error.facts = { ...error.facts, step: number };
    throw error;
  }
}

function read(bytes: Uint8Array): Claimed {
  const receipt = parseReceipt(bytes);
  const eventBytes = fromBase64(receipt.event);
  const event = parseEvent(eventBytes);
  if (receipt.manifest === null) throw new FormatError('a receipt without manifest speaks of no document');
  const signed = readSignedManifest(fromBase64(receipt.manifest));
  return { receipt, event, eventBytes, signed, proof: parseProof(utf8(receipt.proof)) };
}

function requireCity({ receipt, event, signed }: Claimed, root: TrustRoot): void {
  if ([event.city, signed.manifest.city, root.payload.city].some((city) => city !== receipt.city)) {
    throw new VerificationError('not all of one city', 'wrong-city');
  }
}

function requireDocument({ signed }: Claimed, document: DocumentDigest): void {
  const { sha256: expected, size } = signed.manifest.plaintext;
  if (document.sha256 !== expected || document.size !== size) {
    throw new VerificationError('hash or size', 'document-differs', { size: document.size, expected: size });
  }
}

async function requireIssuer({ signed, proof }: Claimed, root: TrustRoot): Promise<SignedManifest> {
  const verified = await verifySignedManifest(signed, root);
  const { from, until } = verified.key;
  if (proof.index < from || (until !== null && proof.index >= until)) {
    throw new VerificationError('key and log index', 'key-not-valid-then', { issuer: verified.issuer.id });
  }
  return verified;
}

function requireEvent({ event, signed: { manifest, manifestHash } }: Claimed): void {
  if (
    event.type !== 'deliver' ||
    event.actor !== issuerActor(manifest.issuer) ||
    event.subject.manifest_hash !== manifestHash ||
    event.subject.document_id !== manifest.document_id
  ) {
    throw new VerificationError('not the delivery of this document', 'event-differs');
  }
}

/** Gives the entry back, or raises `not-in-log`: it is not at the proof's index in the tree that the checkpoint stands for. */
export function requireLogged(entry: Uint8Array, proof: LogProof): Uint8Array {
  const { size, root } = proof.checkpoint.head;
  try {
    verifyInclusion(proof.index, size, leafHash(entry), proof.path, root);
  } catch (error) {
    if (error instanceof VerificationError) throw new VerificationError(error.message, 'not-in-log');
    throw error;
  }
  return entry;
}

/** Raises `no-quorum` unless as many witnesses cosigned as the trust root asks for. */
export function requireQuorum(verdict: CheckpointVerdict, root: TrustRoot): void {
  const { quorum } = root.payload.witnesses;
  if (verdict.cosignatures.length >= quorum) return;
  throw new VerificationError('too few witnesses', 'no-quorum', { have: verdict.cosignatures.length, need: quorum });
}

/**
 * Verifies that a document was issued, delivered and logged as its receipt says, under a trust root that the caller has
 * accepted.
 *
 * Raises the error of the step that fails, with fact `step`. With `requireWitnessed` a checkpoint without the quorum is
 * `no-quorum`; without, the verdict says `logged`.
 */
export async function verifyReceipt(
  document: DocumentDigest,
  receiptBytes: Uint8Array,
  root: TrustRoot,
  requireWitnessed = false,
): Promise<ReceiptVerdict> {
  const claimed = await step(0, () => read(receiptBytes));
  await step(1, () => {
    requireCity(claimed, root);
  });
  await step(2, () => {
    requireDocument(claimed, document);
  });
  const { issuer, manifest, manifestHash } = await step(3, () => requireIssuer(claimed, root));
  await step(4, () => {
    requireEvent(claimed);
  });
  const entry = await step(5, () => {
    const { receipt, eventBytes, proof } = claimed;
    return requireLogged(blindEvent(fromHex(receipt.salt), fromHex(receipt.chain), eventBytes), proof);
  });
  const { checkpoint } = claimed.proof;
  const verdict = await step(6, () => verifyCheckpoint(checkpoint, logKeys(root), witnessPolicy(root)));
  await step(7, () => {
    if (requireWitnessed) requireQuorum(verdict, root);
  });
  return {
    state: verdict.state,
    manifest,
    manifestHash,
    issuer,
    eventTime: claimed.event.time,
    witnessedAt: verdict.witnessedAt === null ? null : instantOf(verdict.witnessedAt),
    witnesses: verdict.cosignatures.map(({ name }) => name),
    logOrigin: verdict.head.origin,
    logIndex: claimed.proof.index,
    treeSize: verdict.head.size,
    entryHash: hex(entry),
    steps: STEPS.map((name, number) => ({ number, name })),
  };
}
