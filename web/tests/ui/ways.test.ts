/** Ways in that are called the same, and how a list tells them apart. */

import { expect, test } from 'vitest';

import { waysOf } from '../../resident/ways.ts';
import type { MethodInfo } from '../../core/rpc.ts';

const way = (id: string, kind: MethodInfo['kind'], name: string, createdAt: string): MethodInfo => ({
  id,
  kind,
  name,
  createdAt,
});

test('ways_that_are_called_the_same_are_numbered_by_age_wherever_they_stand', () => {
  const ways = waysOf([
    way('a', 'passkey', 'iPhone', '2026-02-04T09:00:00Z'),
    way('b', 'passkey', 'Mac', '2026-02-01T09:00:00Z'),
    way('c', 'passkey', 'iPhone', '2026-02-03T09:00:00Z'),
    way('d', 'kit', 'kit', '2026-02-03T09:00:00Z'),
    // In one second: still two.
    way('e', 'passkey', 'iPhone', '2026-02-04T09:00:00Z'),
  ]);
  expect(ways.map(({ id, nth }) => [id, nth])).toEqual([
    ['a', 2],
    ['b', 1],
    ['c', 1],
    ['d', 1],
    ['e', 3],
  ]);
  // Told apart once more, they are the same.
  expect(waysOf(ways)).toEqual(ways);
});

test('ways_of_one_kind_that_were_added_on_one_day_tell_the_time', () => {
  const noon = new Date(2026, 1, 3, 12).toISOString();
  const evening = new Date(2026, 1, 3, 23, 59).toISOString();
  const next = new Date(2026, 1, 4, 0, 1).toISOString();
  const ways = waysOf([
    way('a', 'passkey', 'iPhone', noon),
    way('b', 'passkey', 'Mac', evening),
    way('c', 'kit', 'kit', noon),
    way('d', 'passkey', 'Mac', next),
  ]);
  expect(ways.map(({ sameDay }) => sameDay)).toEqual([true, true, false, false]);
});
