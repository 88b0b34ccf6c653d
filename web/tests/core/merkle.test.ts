/** The 518 proof vectors of transparency-dev/merkle (vectors/merkle-rfc6962), each with its verdict. */

import { readdirSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { fromBase64, fromUtf8 } from '../../core/bytes.ts';
import { VerificationError } from '../../core/errors.ts';
import {
  leafHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from '../../core/tlog/merkle.ts';
import { readVector, vectorPath } from './support/vectors.ts';

interface Vector {
  readonly leafIdx?: number;
  readonly treeSize?: number;
  readonly size?: number;
  readonly size1?: number;
  readonly size2?: number;
  readonly start?: number;
  readonly end?: number;
  readonly root?: string;
  readonly root1?: string;
  readonly root2?: string;
  readonly leafHash?: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

const FOLDER = ['merkle-rfc6962', 'testdata'] as const;

function load(kind: string): [string, Vector][] {
  const names = readdirSync(vectorPath(...FOLDER, kind), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [name, JSON.parse(fromUtf8(readVector(...FOLDER, kind, name))) as Vector]);
}

const bytes = (text: string | undefined): Uint8Array => fromBase64(text ?? '');

const CHECKS: Record<string, (vector: Vector, proof: Uint8Array[]) => void> = {
  inclusion: (v, proof) => {
    verifyInclusion(v.leafIdx ?? 0, v.treeSize ?? 0, bytes(v.leafHash), proof, bytes(v.root));
  },
  consistency: (v, proof) => {
    verifyConsistency(v.size1 ?? 0, v.size2 ?? 0, bytes(v.root1), bytes(v.root2), proof);
  },
  subtreeinclusion: (v, proof) => {
    verifySubtreeInclusion(v.leafIdx ?? 0, [v.start ?? 0, v.end ?? 0], bytes(v.leafHash), proof, bytes(v.root));
  },
  subtreeconsistency: (v, proof) => {
    verifySubtreeConsistency([v.start ?? 0, v.end ?? 0], v.size ?? 0, bytes(v.root1), bytes(v.root2), proof);
  },
};

describe.each(Object.entries(CHECKS))('%s', (kind, check) => {
  test.each(load(kind))('merkle_proof_verify_%s', (_, vector) => {
    const run = (): void => {
      check(vector, (vector.proof ?? []).map(bytes));
    };
    if (vector.wantErr) expect(run).toThrow(VerificationError);
    else expect(run).not.toThrow();
  });
});

test('merkle_vectors_folder_read_complete', () => {
  expect(Object.keys(CHECKS).flatMap(load)).toHaveLength(518);
});

test('merkle_tree_root_of_three_leaves_by_definition', () => {
  const leaves = ['a', 'b', 'c'].map((entry) => leafHash(new TextEncoder().encode(entry)));
  const [a, b, c] = leaves as [Uint8Array, Uint8Array, Uint8Array];
  verifyInclusion(2, 3, c, [treeRoot([a, b])], treeRoot(leaves));
  verifyInclusion(0, 3, a, [b, c], treeRoot(leaves));
});
