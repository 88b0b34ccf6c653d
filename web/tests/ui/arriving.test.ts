/** Codes in the address: taken out at once, handed over once, whenever they come. */

import { beforeEach, expect, test, vi } from 'vitest';
import { Arriving } from '../../resident/arriving.ts';

let page: EventTarget;
let address: { pathname: string; hash: string };
let taken: string[];
/** What the history entry of the page says. */
let entry: unknown;

/** Somebody pastes a link, or scans a letter, into the tab that is open. */
function goTo(hash: string): void {
  address.hash = hash;
  page.dispatchEvent(new Event('hashchange'));
}

beforeEach(() => {
  page = new EventTarget();
  address = { pathname: '/ouvrir', hash: '' };
  taken = [];
  vi.stubGlobal('location', address);
  vi.stubGlobal('history', {
    state: null,
    replaceState: (state: unknown) => {
      entry = state;
      address.hash = '';
    },
  });
  entry = null;
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
});

test('arriving_code_of_the_first_address_waits_for_its_taker', () => {
  address.hash = '#FIRST';
  const codes = new Arriving();
  expect([codes.waits, address.hash]).toEqual([true, '']);
  codes.to((code) => taken.push(code));
  expect([taken, codes.waits]).toEqual([['FIRST'], false]);
});

test('arriving_code_that_comes_before_the_page_is_there_is_taken_too', () => {
  const codes = new Arriving();
  expect(codes.waits).toBe(false);
  goTo('#LATE');
  expect([codes.waits, address.hash]).toEqual([true, '']);
  codes.to((code) => taken.push(code));
  expect(taken).toEqual(['LATE']);
});

test('arriving_of_two_codes_before_the_page_is_there_the_last_counts', () => {
  address.hash = '#FIRST';
  const codes = new Arriving();
  goTo('#SECOND');
  codes.to((code) => taken.push(code));
  expect(taken).toEqual(['SECOND']);
});

test('arriving_later_codes_are_handed_over_at_once_and_once_each', () => {
  const codes = new Arriving();
  codes.to((code) => taken.push(code));
  goTo('#ONE');
  // The event of an address that was emptied, and of a link to a part of the page.
  goTo('');
  goTo('#main');
  expect([taken, address.hash]).toEqual([['ONE'], '#main']);
  goTo('#TWO');
  expect(taken).toEqual(['ONE', 'TWO']);
});

test('arriving_fragment_of_another_page_is_left_alone', () => {
  address = Object.assign(address, { pathname: '/documents', hash: '#year-2026' });
  const codes = new Arriving();
  expect([codes.waits, address.hash]).toEqual([false, '#year-2026']);
});

test('arriving_page_loaded_anew_says_that_a_code_was_there_and_keeps_nothing_of_it', () => {
  address.hash = '#FIRST';
  expect(new Arriving().lost).toBe(false);
  expect(JSON.stringify(entry)).not.toContain('FIRST');
  vi.stubGlobal('history', { state: entry, replaceState: () => undefined });
  expect(new Arriving().lost).toBe(true);
  address.pathname = '/documents';
  expect(new Arriving().lost).toBe(false);
  address.pathname = '/ouvrir';
  vi.stubGlobal('history', { state: null, replaceState: () => undefined });
  expect(new Arriving().lost).toBe(false);
});
