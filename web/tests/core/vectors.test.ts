/** The shared vectors: every case gives the verdict and the output that Python gives (vectors/README.md). */

import { describe, expect, test } from 'vitest';

import { fromUtf8 } from '../../core/bytes.ts';
import { VouteError } from '../../core/errors.ts';
import { ENCODING, Given, type Runner, type Values } from './support/runners.ts';
import { listVectors, readVector } from './support/vectors.ts';

interface Case {
  readonly case: string;
  readonly kind: string;
  readonly verdict: string;
  readonly input: Values;
  readonly output: Values;
}

const RUNNERS: Readonly<Record<string, Runner>> = { ...ENCODING };

// Kits of others and the log's cases have tests and forms of their own.
const ELSEWHERE = new Set(['README.md', 'cctv-age', 'log', 'merkle-rfc6962']);
const FOLDERS = listVectors().filter((name) => !ELSEWHERE.has(name));

test('vectors_folders_are_there', () => {
  expect(FOLDERS).toEqual(expect.arrayContaining(['encoding', 'statements']));
});

describe.each(FOLDERS)('%s', (folder) => {
  test.each(listVectors(folder))('vector_run_%s', async (name) => {
    const one = JSON.parse(fromUtf8(readVector(folder, name))) as Case;
    const runner = RUNNERS[one.kind];
    if (runner === undefined) throw new Error(`no runner for ${one.kind}`);
    let [verdict, output]: [string, Values] = ['ok', {}];
    try {
      output = await runner(new Given(one.input));
    } catch (error) {
      if (!(error instanceof VouteError)) throw error;
      verdict = error.code;
    }
    expect([verdict, output]).toEqual([one.verdict, one.output]);
  });
});
