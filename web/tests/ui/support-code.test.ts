/** The number of an error is the one that the help line's page has: that page is written by the twin in Python. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { supportCode } from '../../ui/support-code.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/guide/support-codes.md'), 'utf8');
const ROWS = [...PAGE.matchAll(/^\| (\d{4}) \| `([a-z-]+)` \|/gm)];

test('every name of the page has its number', () => {
  expect(ROWS.length).toBeGreaterThan(100);
  for (const [, number, name = ''] of ROWS) expect([name, supportCode(name)]).toEqual([name, number]);
});
