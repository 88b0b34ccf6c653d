/** The shared vectors: every case gives the verdict and the output that Python gives (vectors/README.md). */

import { describe, expect, test } from 'vitest';

import { fromUtf8 } from '../../core/bytes.ts';
import { VouteError } from '../../core/errors.ts';
import { ENCODING, Given, type Runner, type Values } from './support/runners.ts';
import { DEPARTMENT, EVENTS, TRUST } from './support/runners-trust.ts';
import { VAULT } from './support/runners-vault.ts';
import { listVectors, readVector } from './support/vectors.ts';

interface Case {
  readonly case: string;
  readonly kind: string;
  readonly verdict: string;
  readonly input: Values;
  readonly output: Values;
}

const RUNNERS: Readonly<Record<string, Runner>> = { ...ENCODING, ...TRUST, ...EVENTS, ...VAULT };

// Kits of others and the log's cases have tests and forms of their own; no page reads or writes a pack or the ledger.
const ELSEWHERE = new Set([
  'README.md',
  'cctv-age',
  'cctv-ed25519',
  'frozen.json',
  'ledger',
  'log',
  'merkle-rfc6962',
  'pack',
  'push-moved',
  'push-rfc8291',
  'release',
  'witness-torchwood',
]);
const FOLDERS = listVectors().filter((name) => !ELSEWHERE.has(name));

test('vectors_folders_are_there', () => {
  expect(FOLDERS).toEqual(
    expect.arrayContaining(['claim', 'document', 'encoding', 'receipt', 'statements', 'trust-root', 'vault']),
  );
});

function load(folder: string): [string, Case][] {
  return listVectors(folder)
    .map((name): [string, Case] => [name, JSON.parse(fromUtf8(readVector(folder, name))) as Case])
    .filter(([, one]) => !DEPARTMENT.has(one.kind));
}

describe.each(FOLDERS)('%s', (folder) => {
  test.each(load(folder))('vector_run_%s', async (_, one) => {
    const runner = RUNNERS[one.kind];
    if (runner === undefined) throw new Error(`no runner for ${one.kind}`);
    let verdict = 'ok';
    let output: Values;
    try {
      output = await runner(new Given(one.input));
    } catch (error) {
      if (!(error instanceof VouteError)) throw error;
      verdict = error.code;
      const { facts } = error;
      output = Object.fromEntries(Object.entries(facts).filter(([name]) => name === 'step' || name === 'check'));
    }
    expect([verdict, output]).toEqual([one.verdict, one.output]);
  });
});
