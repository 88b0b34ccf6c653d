/**
 * Python and TypeScript on the same random input: shared cases, each changed in one place, must get one verdict and one output.
 *
 * Cases whose arguments are typed at a page's door (ids, numbers of a call) are left as they are: only what a parser reads is
 * changed. The seed is in the test's name; `VOUTE_SEED` runs it again, `VOUTE_RUNS` runs more.
 */

import { expect, test } from 'vitest';

import { fromUtf8 } from '../../core/bytes.ts';
import { VouteError } from '../../core/errors.ts';
import { mutate, seeded } from './support/mutate.ts';
import { ENCODING, Given, type Runner, type Values } from './support/runners.ts';
import { EVENTS, TRUST } from './support/runners-trust.ts';
import { VAULT } from './support/runners-vault.ts';
import { runTwin } from './support/twin.ts';
import { listVectors, readVector } from './support/vectors.ts';

/** Kinds, and the fields of each that bytes from elsewhere can be in. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'canonical-json': ['bytes'],
  text: ['value'],
  time: ['value'],
  date: ['value'],
  slug: ['value'],
  base64: ['value'],
  money: ['value'],
  names: ['value'],
  recipient: ['value'],
  ed25519: ['public', 'signature', 'message'],
  'ed25519-key': ['public'],
  envelope: ['envelope'],
  'code-read': ['typed'],
  'trust-root': ['roots'],
  receipt: ['document', 'receipt'],
  'act-proof': ['proof'],
  event: ['event'],
  act: ['payload'],
  'vault-records': ['records'],
  'keyring-text': ['plaintext'],
  'keyring-open': ['records', 'keyring'],
  kit: ['kit'],
  manifest: ['payload'],
  'document-open': ['header', 'card', 'body'],
};

const HEX = new Set(['bytes', 'public', 'signature', 'message', 'envelope', 'document']);
const BASE64 = new Set(['keyring', 'header', 'card', 'body']);
const RUNNERS: Readonly<Record<string, Runner>> = { ...ENCODING, ...TRUST, ...EVENTS, ...VAULT };
const RUNS = Number(process.env['VOUTE_RUNS'] ?? 600);
const SEED = Number(process.env['VOUTE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const TWIN = `
import json, sys
from tools.make_vectors.__main__ import RUNNERS
from tools.make_vectors.case import run
for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps(run(RUNNERS[case["kind"]], case["input"])))
`;

interface Case {
  readonly kind: string;
  readonly input: Values;
}

function load(): Case[] {
  const folders = ['claim', 'document', 'encoding', 'receipt', 'statements', 'trust-root', 'vault'];
  return folders
    .flatMap((folder) => listVectors(folder).map((name) => readVector(folder, name)))
    .map((bytes) => JSON.parse(fromUtf8(bytes)) as Case)
    .filter(({ kind }) => kind in FIELDS);
}

function changeBytes(text: string, encoding: 'hex' | 'base64', random: () => number): string {
  const bytes = Buffer.from(text, encoding);
  const at = Math.floor(random() * bytes.length);
  if (random() < 0.2) return bytes.subarray(0, at).toString(encoding);
  if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  return bytes.toString(encoding);
}

function change(one: Case, random: () => number): Case {
  const fields = (FIELDS[one.kind] ?? []).filter(
    (name) => typeof one.input[name] !== 'object' || Array.isArray(one.input[name]),
  );
  const field = fields[Math.floor(random() * fields.length)];
  if (field === undefined) return one;
  const value = one.input[field];
  const encoding = HEX.has(field) ? 'hex' : BASE64.has(field) ? 'base64' : null;
  const changed =
    encoding !== null && typeof value === 'string'
      ? changeBytes(value, encoding, random)
      : mutate(value as Parameters<typeof mutate>[0], random);
  return { kind: one.kind, input: { ...one.input, [field]: changed } };
}

function pick(cases: readonly Case[], random: () => number): Case {
  const one = cases[Math.floor(random() * cases.length)];
  if (one === undefined) throw new Error('no cases');
  return one;
}

async function ours({ kind, input }: Case): Promise<readonly [string, Values]> {
  const runner = RUNNERS[kind];
  if (runner === undefined) throw new Error(`no runner for ${kind}`);
  try {
    return ['ok', JSON.parse(JSON.stringify(await runner(new Given(input)))) as Values];
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    const facts = Object.entries(error.facts).filter(([name]) => name === 'step' || name === 'check');
    return [error.code, Object.fromEntries(facts)];
  }
}

test(`differential_cases_changed_in_one_place_seed_${SEED}`, async () => {
  const random = seeded(SEED);
  const cases = load();
  const changed = Array.from({ length: RUNS }, () => change(pick(cases, random), random));
  const theirs = runTwin(TWIN, changed) as [string, Values][];
  expect(theirs).toHaveLength(RUNS);
  const differ: unknown[] = [];
  let accepted = 0;
  for (const [index, one] of changed.entries()) {
    const mine = await ours(one);
    if (mine[0] === 'ok') accepted += 1;
    if (JSON.stringify(sorted(mine)) !== JSON.stringify(sorted(theirs[index])))
      differ.push({ one, mine, theirs: theirs[index] });
  }
  expect(differ).toEqual([]);
  // The changes reach both sides of the parsers.
  expect(accepted).toBeGreaterThan(RUNS / 100);
  expect(accepted).toBeLessThan(RUNS * 0.9);
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
