/** What the viewer's frame may say to the page: exactly this, within limits, and nothing else. */

import { describe, expect, test } from 'vitest';
import { pageOf } from '../../resident/viewer/keys.ts';
import { MAX_PAGES, readReport } from '../../resident/viewer/protocol.ts';

const picture = new ArrayBuffer(4);

describe('viewer', () => {
  test.each([
    { say: 'opened', pages: 2, shown: 2 },
    { say: 'opened', pages: 100_000, shown: MAX_PAGES },
    { say: 'failed', why: 'encrypted' },
    { say: 'failed', why: 'unreadable' },
    { say: 'height', height: 0 },
    { say: 'drawn', page: 1, picture },
    { say: 'drawn', page: 1, picture: null },
    { say: 'searching', page: MAX_PAGES },
    { say: 'touched' },
  ])('viewer_report_is_read %o', (report) => {
    expect(readReport(report)).toEqual(report);
    // Whatever else it brings is left behind.
    expect(readReport({ ...report, html: '<b>' })).toEqual(report);
  });

  test.each([
    null,
    'opened',
    [],
    {},
    { say: 'toString' },
    { say: 'opened', pages: 1, shown: 2 },
    { say: 'opened', pages: 1e9, shown: MAX_PAGES + 1 },
    { say: 'opened', pages: '2', shown: 2 },
    { say: 'opened', pages: 1.5, shown: 1 },
    { say: 'failed', why: 'you must call 555-0100' },
    { say: 'height', height: -1 },
    { say: 'height', height: Number.NaN },
    { say: 'height', height: 1e9 },
    { say: 'height', height: '1px; background: url(x)' },
    { say: 'drawn', page: MAX_PAGES + 1, picture },
    { say: 'searching', page: MAX_PAGES + 1 },
    { say: 'searching', page: 'last' },
    { say: 'drawn', page: 1, picture: 'data:image/svg+xml,<svg/>' },
    { say: 'drawn', page: 1, picture: new ArrayBuffer(64 * 1024 * 1024 + 1) },
  ])('viewer_anything_else_is_no_report %#', (report) => {
    expect(readReport(report)).toBeNull();
  });
});

describe('a page that is asked for', () => {
  test.each([
    ['1', 1],
    [' 12 ', 12],
    ['007', 7],
    ['40', 40],
    ['41', 40],
    ['99999999999999999999', 40],
  ])('page_of_%s_is_%i', (typed, page) => {
    expect(pageOf(typed, 40)).toBe(page);
  });

  test.each(['', ' ', '0', '000', '-1', '1.5', '1e3', 'deux', '٣'])('page_of_%s_is_none', (typed) => {
    expect(pageOf(typed, 40)).toBeNull();
  });
});
