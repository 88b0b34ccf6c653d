/** Transparency log proofs: index, inclusion path and checkpoint in one text (C2SP tlog-proof), without `extra` line. */

import { base64, concat, fromUtf8, utf8 } from '../bytes.ts';
import { FormatError, LimitError } from '../errors.ts';
import { parseCheckpoint, parseDecimal, parseHash, type SignedCheckpoint } from './checkpoint.ts';
import { MAX_NOTE } from './note.ts';

/** Hashes in an inclusion path: more than any tree that can be counted needs. */
export const MAX_PATH = 63;

/** Bytes of a proof: the checkpoint, and a header line, an index and 63 hashes before it. */
export const MAX_PROOF = MAX_NOTE + 4096;

/** A parsed proof; nothing is verified yet. `checkpointBytes` are the exact bytes of the note. */
export interface LogProof {
  readonly index: number;
  readonly path: readonly Uint8Array[];
  readonly checkpoint: SignedCheckpoint;
  readonly checkpointBytes: Uint8Array;
}

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const INDEX = 'index ';

function splitAtBlankLine(bytes: Uint8Array): [string, Uint8Array] {
  const split = bytes.findIndex((byte, at) => byte === 0x0a && bytes[at + 1] === 0x0a);
  if (split === -1) throw new FormatError('not a proof', 'tlog-proof');
  const before = bytes.subarray(0, split);
  if (before.some((byte) => byte > 0x7f)) throw new FormatError('not a proof', 'tlog-proof');
  return [fromUtf8(before), bytes.slice(split + 2)];
}

/** Parses a proof; its own encoding is exactly `bytes`. Raises `tlog-proof`, `checkpoint`, `note` or `limit`. */
export function parseProof(bytes: Uint8Array): LogProof {
  if (bytes.length > MAX_PROOF) throw new LimitError('the proof is too long');
  const [before, checkpointBytes] = splitAtBlankLine(bytes);
  const [first, index, ...path] = before.split('\n');
  if (first !== FIRST_LINE || !index?.startsWith(INDEX)) throw new FormatError('not a proof', 'tlog-proof');
  // Before the hashes are read: their number is the sender's choice.
  if (path.length > MAX_PATH) throw new FormatError('the path is too long', 'tlog-proof');
  const hashes = path.map(parseHash);
  const proof = {
    index: parseDecimal(index.slice(INDEX.length)),
    path: hashes,
    checkpoint: parseCheckpoint(checkpointBytes),
    checkpointBytes,
  };
  if (proof.index >= proof.checkpoint.head.size) {
    throw new FormatError('the index is not in the tree', 'tlog-proof');
  }
  return proof;
}

/** Writes a proof. */
export function encodeProof(index: number, path: readonly Uint8Array[], checkpointBytes: Uint8Array): Uint8Array {
  const lines = [FIRST_LINE, `${INDEX}${index}`, ...path.map(base64), '', ''];
  return concat(utf8(lines.join('\n')), checkpointBytes);
}
