/**
 * Python and TypeScript on the same random trees: proofs, true and changed, get one verdict from both.
 *
 * Python draws trees, proves a leaf or an older size, changes one argument in most cases, and says what it finds. The seed is
 * in the test's name; `VOUTE_SEED` runs it again, `VOUTE_RUNS` runs more.
 */

import { expect, test } from 'vitest';

import { fromBase64 } from '../../core/bytes.ts';
import { VerificationError } from '../../core/errors.ts';
import { verifyConsistency, verifyInclusion } from '../../core/tlog/merkle.ts';
import { runTwin } from './support/twin.ts';

const RUNS = Number(process.env['VOUTE_RUNS'] ?? 12_000);
const SEED = Number(process.env['VOUTE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const TWIN = `
import base64, json, os, random, sys
from voute.core.errors import VerificationError
from voute.tlog.merkle import EMPTY_ROOT, verify_consistency, verify_inclusion
from voute.tlog.tree import MemoryTree, Prover, consistency_proof, root_of
seed, runs = json.loads(sys.stdin.readline())
chance = random.Random(seed)
SIZES = [0, 1, 2, 3, 4, 7, 8, 9, 63, 64, 65, 200]
TREES = [MemoryTree([chance.randbytes(32) for _ in range(max(SIZES))]) for _ in range(3)]
NUMBERS = [0, 1, 2, 3, 7, 64, 2**31, 2**32, 2**53 - 1]
def other(value):
    if isinstance(value, int):
        return chance.choice([value + 1, max(0, value - 1), value * 2, *NUMBERS])
    if isinstance(value, list):
        ways = [value[1:], value[:-1], value[::-1], [*value, chance.randbytes(32)], [EMPTY_ROOT, *value]]
        ways += [[one[:-1] for one in value], [chance.randbytes(32) if chance.random() < 0.3 else one for one in value]]
        return chance.choice(ways)
    return chance.choice([chance.randbytes(32), value[:-1], EMPTY_ROOT, b"", value[::-1]])
def size():
    return chance.choice(SIZES) if chance.random() < 0.4 else chance.randint(0, max(SIZES))
def inclusion(tree):
    many = max(1, size())
    index = chance.randrange(many)
    return [index, many, tree.node(0, index), list(Prover(many, tree).inclusion(index)), root_of(many, tree)]
def consistency(tree):
    larger = size()
    smaller = chance.randint(0, larger)
    proof = list(consistency_proof(smaller, larger, tree)) if smaller else []
    return [smaller, larger, root_of(smaller, tree), root_of(larger, tree), proof]
def written(value):
    if isinstance(value, list):
        return [written(one) for one in value]
    return value if isinstance(value, int) else base64.b64encode(value).decode()
for _ in range(runs):
    kind = chance.choice(["inclusion", "consistency"])
    case = {"inclusion": inclusion, "consistency": consistency}[kind](chance.choice(TREES))
    for _ in range(chance.choice([0, 1, 1, 1, 2])):
        place = chance.randrange(5)
        case[place] = other(case[place])
    try:
        {"inclusion": verify_inclusion, "consistency": verify_consistency}[kind](*case)
        holds = True
    except VerificationError:
        holds = False
    print(json.dumps([kind, written(case), holds]))
`;

type Written = readonly [number, number, string, string | string[], string | string[]];
type Verdict = readonly [kind: 'inclusion' | 'consistency', args: Written, holds: boolean];
type Consistency = typeof verifyConsistency;

const hashes = (value: string | string[]): Uint8Array[] => [value].flat().map((one) => fromBase64(one));
const hash = (value: string | string[]): Uint8Array => hashes(value)[0] ?? new Uint8Array(0);

function holds([kind, args]: Verdict, consistency: Consistency): boolean {
  const [first, second, third, fourth, fifth] = args;
  try {
    if (kind === 'inclusion') verifyInclusion(first, second, hash(third), hashes(fourth), hash(fifth));
    else consistency(first, second, hash(third), hash(fourth), hashes(fifth));
    return true;
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return false;
  }
}

const cases = runTwin(TWIN, [[SEED, RUNS]]) as Verdict[];

// attack E6
test(`merkle_twin_random_trees_one_verdict_seed_${SEED}`, () => {
  expect(cases).toHaveLength(RUNS);
  expect(cases.filter((one) => holds(one, verifyConsistency) !== one[2])).toEqual([]);
});

// control E6
test('merkle_twin_true_proofs_are_among_them_and_hold', () => {
  const good = cases.filter((one) => one[2]);
  expect(good.length).toBeGreaterThan(RUNS / 10);
  expect(good.length).toBeLessThan(RUNS * 0.8);
  expect(good.every((one) => holds(one, verifyConsistency))).toBe(true);
});

// mutant E6
test('merkle_twin_mutant_that_proves_any_tree_from_nothing_is_seen', () => {
  const mutant: Consistency = (size1, ...rest) => {
    if (size1 !== 0) verifyConsistency(size1, ...rest);
  };
  expect(cases.filter((one) => holds(one, mutant) !== one[2]).length).toBeGreaterThan(0);
});
