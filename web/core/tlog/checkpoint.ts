/**
 * Checkpoints: the signed size and root of a log (C2SP tlog-checkpoint), and which of them are believed.
 *
 * Extension lines are refused: ML-DSA-44 cosignatures do not cover them. Twin of `src/voute/tlog/{checkpoint,policy}.py`.
 */

import { fromBase64 } from '../bytes.ts';
import { HASH_SIZE } from '../derive.ts';
import { FormatError, VerificationError } from '../errors.ts';
import {
  ED25519_NOTE,
  MLDSA44_COSIGNATURE,
  type Note,
  parseNote,
  requireKeyName,
  signatureBy,
  verifyNoteEd25519,
} from './note.ts';
import type { Checkpoint } from './head.ts';

/** A checkpoint and the note that carries it; no signature has been verified. */
export interface SignedCheckpoint {
  readonly head: Checkpoint;
  readonly note: Note;
}

/** Keys of a log: both sign every checkpoint under the log's origin. */
export interface LogKeys {
  readonly origin: string;
  readonly ed25519: Uint8Array;
  readonly mldsa44: Uint8Array;
  /** What it signs from this second on is refused; null: it goes on. */
  readonly until: number | null;
}

/** A witness that the trust root names. */
export interface WitnessKey {
  readonly name: string;
  readonly mldsa44: Uint8Array;
}

/** At least `quorum` of these witnesses must have cosigned; 0 asks for none. */
export interface WitnessPolicy {
  readonly quorum: number;
  readonly witnesses: readonly WitnessKey[];
}

/** A cosignature that was verified: whose, and when (Unix seconds). */
export interface Cosignature {
  readonly name: string;
  readonly time: number;
}

/** A checkpoint whose signatures by known keys all verified. */
export interface CheckpointVerdict {
  readonly head: Checkpoint;
  readonly logTime: number;
  readonly cosignatures: readonly Cosignature[];
  /** `witnessed` when a quorum of at least one witness was reached. */
  readonly state: 'logged' | 'witnessed';
  /** Median (the earlier of the two middle ones) of the witnesses' times; null while only logged. */
  readonly witnessedAt: number | null;
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;

/** A tree size or index: decimal without leading zeros, a safe integer; `checkpoint` unless it is one. */
export function parseDecimal(text: string): number {
  const value = Number(text);
  if (!DECIMAL.test(text) || !Number.isSafeInteger(value)) throw new FormatError('not a size or index', 'checkpoint');
  return value;
}

/** 32 bytes in base64; `checkpoint` unless they are. */
export function parseHash(text: string): Uint8Array {
  let hash: Uint8Array;
  try {
    hash = fromBase64(text);
  } catch {
    throw new FormatError('hash is not base64', 'checkpoint');
  }
  if (hash.length !== HASH_SIZE) throw new FormatError('a hash has 32 bytes', 'checkpoint');
  return hash;
}

/** Parses the text of a checkpoint's note; `checkpoint`, or `note` if the origin is not a key name. */
export function parseCheckpointText(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split('\n');
  if (origin === undefined || size === undefined || root === undefined || end !== '' || more.length > 0) {
    throw new FormatError('a checkpoint has three lines', 'checkpoint');
  }
  const head = { origin, size: parseDecimal(size), root: parseHash(root) };
  requireKeyName(origin);
  return head;
}

/** Parses a checkpoint note; verifies nothing. */
export function parseCheckpoint(bytes: Uint8Array): SignedCheckpoint {
  const note = parseNote(bytes);
  return { head: parseCheckpointText(note.text), note };
}

function bad(detail: string): VerificationError {
  return new VerificationError(detail, 'bad-checkpoint');
}

async function verifyLog({ head, note }: SignedCheckpoint, log: LogKeys): Promise<number> {
  const { verifyCosignature } = await import('./cosignature.ts');
  const classic = signatureBy(note, log.origin, ED25519_NOTE, log.ed25519);
  const quantum = signatureBy(note, log.origin, MLDSA44_COSIGNATURE, log.mldsa44);
  if (classic === undefined || quantum === undefined) throw bad('the log has not signed the checkpoint');
  try {
    await verifyNoteEd25519(note, classic, log.ed25519);
  } catch (error) {
    if (error instanceof VerificationError) throw bad(error.message);
    throw error;
  }
  return verifyCosignature(log.origin, log.mldsa44, quantum, head);
}

async function verifyWitnesses({ head, note }: SignedCheckpoint, policy: WitnessPolicy): Promise<Cosignature[]> {
  const { verifyCosignature } = await import('./cosignature.ts');
  return policy.witnesses.flatMap(({ name, mldsa44 }) => {
    const signature = signatureBy(note, name, MLDSA44_COSIGNATURE, mldsa44);
    return signature === undefined ? [] : [{ name, time: verifyCosignature(name, mldsa44, signature, head) }];
  });
}

function median(times: readonly number[]): number | null {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) / 2)] ?? null;
}

/**
 * Checks a checkpoint: the log's two signatures, and every cosignature by a witness of the policy.
 *
 * Lines by unknown keys are ignored (C2SP signed-note); one by a known key that does not verify refuses the whole. Raises
 * `unknown-log`, `bad-checkpoint`, or `log-ended` when the log signed it after its end. Too few witnesses are no error here: the state says it.
 */
export async function verifyCheckpoint(
  signed: SignedCheckpoint,
  logs: readonly LogKeys[],
  policy: WitnessPolicy,
): Promise<CheckpointVerdict> {
  const log = logs.find((candidate) => candidate.origin === signed.head.origin);
  if (log === undefined) throw new VerificationError('a log that is not trusted here', 'unknown-log');
  const logTime = await verifyLog(signed, log);
  const verified = await verifyWitnesses(signed, policy);
  const until = log.until ?? Number.POSITIVE_INFINITY;
  if (logTime >= until) throw new VerificationError('signed after its end', 'log-ended');
  // A thief of the keys can date the log's own line back, not those of witnesses that still follow it.
  const cosignatures = verified.filter(({ time }) => time < until);
  const witnessed = policy.quorum > 0 && cosignatures.length >= policy.quorum;
  return {
    head: signed.head,
    logTime,
    cosignatures,
    state: witnessed ? 'witnessed' : 'logged',
    witnessedAt: witnessed ? median(cosignatures.map(({ time }) => time)) : null,
  };
}
