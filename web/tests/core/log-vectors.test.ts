/** The shared vectors of the log (vectors/log): one case one file, each with its verdict. */

import { describe, expect, test } from 'vitest';

import { base64, equal, fromBase64, fromHex, fromUtf8, hex, utf8 } from '../../core/bytes.ts';
import { VouteError } from '../../core/errors.ts';
import {
  type LogKeys,
  parseCheckpoint,
  parseCheckpointText,
  verifyCheckpoint,
  type WitnessPolicy,
} from '../../core/tlog/checkpoint.ts';
import { cosignedMessage } from '../../core/tlog/cosignature.ts';
import { leafHash, verifyInclusion } from '../../core/tlog/merkle.ts';
import {
  ED25519_NOTE,
  noteKeyId,
  parseNote,
  parseVerifierKey,
  signatureBy,
  verifyNoteEd25519,
} from '../../core/tlog/note.ts';
import { encodeProof, parseProof } from '../../core/tlog/proof.ts';
import { VerificationError } from '../../core/errors.ts';
import { listVectors, readVector } from './support/vectors.ts';

interface Case {
  readonly verdict: string;
  readonly note: string;
  readonly vkey: string;
  readonly key_id: string;
  readonly type: number;
  readonly text: string;
  readonly size: number;
  readonly root: string;
  readonly origin: string;
  readonly name: string;
  readonly time: number;
  readonly message: string;
  readonly checkpoint: string;
  readonly proof: string;
  readonly entry: string;
  readonly log_time: number;
  readonly witnessed_at: number | null;
  readonly logs: readonly {
    readonly origin: string;
    readonly ed25519: string;
    readonly mldsa44: string;
    readonly until?: number;
  }[];
  readonly witnesses: readonly { readonly name: string; readonly mldsa44: string }[];
  readonly quorum: number;
}

function trust(one: Case): [LogKeys[], WitnessPolicy] {
  const logs = one.logs.map(({ origin, ed25519, mldsa44, until }) => ({
    origin,
    ed25519: fromHex(ed25519),
    mldsa44: fromBase64(mldsa44),
    until: until ?? null,
  }));
  const witnesses = one.witnesses.map(({ name, mldsa44 }) => ({ name, mldsa44: fromBase64(mldsa44) }));
  return [logs, { quorum: one.quorum, witnesses }];
}

function encodeNote(bytes: Uint8Array): Uint8Array {
  const note = parseNote(bytes);
  const lines = note.signatures.map(({ name, keyId, signature }) => {
    const joined = new Uint8Array([...keyId, ...signature]);
    return `\u2014 ${name} ${base64(joined)}\n`;
  });
  return utf8(`${note.text}\n${lines.join('')}`);
}

const RUNNERS: Readonly<Record<string, (one: Case) => string | Promise<string>>> = {
  note: (one) => {
    const bytes = fromBase64(one.note);
    expect(equal(encodeNote(bytes), bytes)).toBe(true);
    return 'ok';
  },
  vkey: (one) => {
    const key = parseVerifierKey(one.vkey);
    expect([hex(noteKeyId(key.name, key.type, key.publicKey)), key.type]).toEqual([one.key_id, one.type]);
    return 'ok';
  },
  signature: async (one) => {
    const note = parseNote(fromBase64(one.note));
    const key = parseVerifierKey(one.vkey);
    const signature = key.type === ED25519_NOTE ? signatureBy(note, key.name, key.type, key.publicKey) : undefined;
    if (signature === undefined) throw new VerificationError('the line is by another key', 'bad-signature');
    await verifyNoteEd25519(note, signature, key.publicKey);
    return 'ok';
  },
  checkpoint: (one) => {
    const head = parseCheckpointText(one.text);
    expect([`${head.origin}\n${head.size}\n${base64(head.root)}\n`, head.size, hex(head.root)]).toEqual([
      one.text,
      one.size,
      one.root,
    ]);
    return 'ok';
  },
  message: (one) => {
    const head = { origin: one.origin, size: one.size, root: fromHex(one.root) };
    expect(hex(cosignedMessage(one.name, BigInt(one.time), head))).toBe(one.message);
    return 'ok';
  },
  policy: async (one) => {
    const verdict = await verifyCheckpoint(parseCheckpoint(fromBase64(one.checkpoint)), ...trust(one));
    expect([verdict.logTime, verdict.witnessedAt]).toEqual([one.log_time, one.witnessed_at]);
    return verdict.state;
  },
  proof: async (one) => {
    const bytes = fromBase64(one.proof);
    const proof = parseProof(bytes);
    expect(equal(encodeProof(proof.index, proof.path, proof.checkpointBytes), bytes)).toBe(true);
    const verdict = await verifyCheckpoint(proof.checkpoint, ...trust(one));
    verifyInclusion(proof.index, verdict.head.size, leafHash(fromHex(one.entry)), proof.path, verdict.head.root);
    return verdict.state;
  },
};

const FOLDERS = listVectors('log').filter((name) => !name.endsWith('.json'));

test('log_vectors_folders_all_have_a_runner', () => {
  expect(FOLDERS).toEqual(Object.keys(RUNNERS).sort());
});

describe.each(FOLDERS)('%s', (folder) => {
  test.each(listVectors('log', folder))('log_vector_run_%s', async (name) => {
    const one = JSON.parse(fromUtf8(readVector('log', folder, name))) as Case;
    let verdict: string;
    try {
      verdict = (await RUNNERS[folder]?.(one)) ?? 'no runner';
    } catch (error) {
      if (!(error instanceof VouteError)) throw error;
      verdict = error.code;
    }
    expect(verdict).toBe(one.verdict);
  });
});
