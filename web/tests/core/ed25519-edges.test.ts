/**
 * Ed25519 at its edges: C2SP's vectors, through WebCrypto and through noble; a key or nonce point that is not torsion-free is
 * refused (docs/spec/statements.md). `tests/vectors/test_ed25519_edges.py` runs the same in Python.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { fromHex, utf8 } from '../../core/bytes.ts';
import { type Engine, verifyEd25519 } from '../../core/ed25519.ts';
import { VerificationError } from '../../core/errors.ts';

interface Vector {
  readonly number: number;
  readonly key: string;
  readonly sig: string;
  readonly msg: string;
  readonly flags: readonly string[] | null;
}

const PATH = fileURLToPath(new URL('../../../vectors/cctv-ed25519/ed25519vectors.json', import.meta.url));
const VECTORS = JSON.parse(readFileSync(PATH, 'utf8')) as readonly Vector[];

async function holds({ key, sig, msg }: Vector, engine: Engine): Promise<boolean> {
  try {
    await verifyEd25519(fromHex(key), fromHex(sig), utf8(msg), engine);
    return true;
  } catch (error) {
    if (error instanceof VerificationError && error.code === 'bad-signature') return false;
    throw error;
  }
}

// attack E5
test('ed25519_vectors_of_c2sp_are_refused_but_the_plain_one_by_both_engines', async () => {
  const wrong: string[] = [];
  for (const engine of ['platform', 'noble'] as const) {
    for (const vector of VECTORS) {
      const good = (vector.flags ?? []).length === 0;
      if ((await holds(vector, engine)) !== good) wrong.push(`${engine} ${vector.number}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(VECTORS).toHaveLength(914);
});
