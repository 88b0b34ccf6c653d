/**
 * ML-DSA-44 cosignatures of checkpoints (C2SP tlog-cosignature, type 0x06; FIPS 204).
 *
 * The signed bytes are the `cosigned_message` structure, not the note's text. This module loads the post-quantum code:
 * import it lazily where the first page matters.
 */

import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';

import { concat, u64, utf8 } from '../bytes.ts';
import { VerificationError } from '../errors.ts';
import type { Checkpoint } from './head.ts';
import { requireKeyName } from './note.ts';

/** Length in bytes of an ML-DSA-44 public key. */
export const MLDSA44_KEY_SIZE = 1312;

const TIMESTAMP_SIZE = 8;
const SIGNATURE_SIZE = 2420;
const LABEL = utf8('subtree/v1\n\0');
// 2000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the instants that our JSON can write.
const MIN_TIME = 946_684_800n;
const MAX_TIME = 253_402_300_799n;

function vector8(text: string): Uint8Array {
  requireKeyName(text);
  const bytes = utf8(text);
  return concat(Uint8Array.of(bytes.length), bytes);
}

/** The bytes that a cosigner signs for a whole tree. */
export function cosignedMessage(name: string, timestamp: bigint, checkpoint: Checkpoint): Uint8Array {
  return concat(
    LABEL,
    vector8(name),
    u64(timestamp),
    vector8(checkpoint.origin),
    u64(0),
    u64(checkpoint.size),
    checkpoint.root,
  );
}

/** Verifies a timestamped ML-DSA-44 cosignature and gives its time in Unix seconds; `bad-checkpoint` unless it holds. */
export function verifyCosignature(
  name: string,
  publicKey: Uint8Array,
  signature: Uint8Array,
  checkpoint: Checkpoint,
): number {
  if (publicKey.length !== MLDSA44_KEY_SIZE || signature.length !== TIMESTAMP_SIZE + SIGNATURE_SIZE) {
    throw new VerificationError('length of a cosignature or its key', 'bad-checkpoint');
  }
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  if (time < MIN_TIME || time > MAX_TIME) throw new VerificationError('cosignature time', 'bad-checkpoint');
  if (!ml_dsa44.verify(signature.subarray(TIMESTAMP_SIZE), cosignedMessage(name, time, checkpoint), publicKey)) {
    throw new VerificationError('cosignature does not verify', 'bad-checkpoint');
  }
  return Number(time);
}
