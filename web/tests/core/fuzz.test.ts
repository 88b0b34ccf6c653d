/**
 * Fuzzing the TypeScript parsers with fast-check: whatever comes in, only errors of ours come out, and what has one form is
 * written again as it came.
 *
 * Inputs are kept ones (`tests/fuzz`, found by libFuzzer on the Python side), changed where fast-check says, and bytes and
 * texts of its own. `VOUTE_RUNS` runs more, `VOUTE_SEED` runs one again; counterexamples are added to `tests/fuzz/*.txt`,
 * which the Python side replays as well.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { concat, equal, fromBase64, utf8 } from '../../core/bytes.ts';
import { VouteError } from '../../core/errors.ts';
import { FORMATS } from './support/formats.ts';

const KEPT = fileURLToPath(new URL('../../../tests/fuzz', import.meta.url));
const RUNS = Number(process.env['VOUTE_RUNS'] ?? 1000);
// A signature costs milliseconds: it has fewer runs.
const SLOW_RUNS = Math.ceil(RUNS / 20);
const SEED = Number(process.env['VOUTE_SEED'] ?? 20_260_301);
/** What people may write in several ways. */
const MANY_FORMS = new Set(['claim-code', 'kit']);

function kept(name: string): readonly Uint8Array[] {
  const lines = readFileSync(`${KEPT}/${name}.txt`, 'ascii').split('\n');
  return lines.filter((line) => line !== '').map(fromBase64);
}

type Outcome = 'refused' | 'same' | 'other';

async function judge(name: string, input: Uint8Array): Promise<Outcome> {
  try {
    const written = await FORMATS[name]?.(input.slice());
    return written !== undefined && equal(written, input) ? 'same' : 'other';
  } catch (error) {
    if (error instanceof VouteError) return 'refused';
    throw error;
  }
}

function inputs(name: string): fc.Arbitrary<Uint8Array> {
  const seed = fc.constantFrom(...kept(name));
  const cut = fc.tuple(seed, fc.nat(), seed, fc.nat()).map(([left, at, right, from]) => {
    const end = at % (left.length + 1);
    return concat(left.subarray(0, end), right.subarray(from % (right.length + 1)));
  });
  const byte = fc.tuple(seed, fc.nat(), fc.nat(255), fc.boolean()).map(([data, at, value, instead]) => {
    const place = at % (data.length + 1);
    return concat(data.subarray(0, place), Uint8Array.of(value), data.subarray(place + (instead ? 1 : 0)));
  });
  const text = fc.tuple(seed, fc.nat(), fc.string({ unit: 'binary', maxLength: 4 })).map(([data, at, symbols]) => {
    const place = at % (data.length + 1);
    return concat(data.subarray(0, place), utf8(symbols.toWellFormed()), data.subarray(place));
  });
  const other = fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes));
  const json = fc.json({ maxDepth: 4 }).map((written) => utf8(written.toWellFormed()));
  return fc.oneof(seed, cut, byte, byte, text, text, other, json);
}

test('fuzz_kept_inputs_are_of_every_format', () => {
  const names = readdirSync(KEPT).map((name) => name.replace('.txt', ''));
  expect(Object.keys(FORMATS).filter((name) => !names.includes(name))).toEqual([]);
});

test.each(Object.keys(FORMATS))('fuzz_%s_raises_errors_of_ours_alone_and_writes_what_it_read', async (name) => {
  const property = fc.asyncProperty(inputs(name), async (input) => {
    const outcome = await judge(name, input);
    if (outcome === 'other' && !MANY_FORMS.has(name)) throw new Error('written again otherwise');
  });
  await fc.assert(property, { numRuns: name === 'ed25519' ? SLOW_RUNS : RUNS, seed: SEED });
});
