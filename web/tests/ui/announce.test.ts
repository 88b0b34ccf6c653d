/** The live region: what is over is gone from it, and it speaks the language of the page. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { announce, announced, announceWhile, forgetSaid, STAYS_MS } from '../../ui/announce.svelte.ts';
import { setLocale, t, useCatalogues, type Locale } from '../../ui/i18n.svelte.ts';

const MESSAGES = join(import.meta.dirname, '../../ui/messages');

const catalogue = (locale: Locale) => async (): Promise<readonly string[]> =>
  Promise.resolve([readFileSync(join(MESSAGES, locale, 'resident.ftl'), 'utf8')]);

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { languages: ['fr'] });
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  await useCatalogues({ fr: catalogue('fr'), en: catalogue('en') });
});

afterEach(() => {
  vi.advanceTimersByTime(STAYS_MS);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const saved = (): string => t('own-saved');

describe('announce', () => {
  test('announce_what_has_happened_is_gone_after_a_moment', () => {
    announce(saved);
    expect(announced()).toBe(t('own-saved'));
    vi.advanceTimersByTime(STAYS_MS - 1);
    expect(announced()).toBe(t('own-saved'));
    vi.advanceTimersByTime(1);
    expect(announced()).toBe('');
  });

  test('announce_the_same_words_twice_are_two_texts', () => {
    announce(saved);
    announce(saved);
    expect(announced()).toBe(`${t('own-saved')}\u00a0`);
    announce(saved);
    expect(announced()).toBe(t('own-saved'));
  });

  test('announce_what_goes_on_stays_until_it_is_over', () => {
    const over = announceWhile(() => t('documents-loading'));
    vi.advanceTimersByTime(10 * STAYS_MS);
    expect(announced()).toBe(t('documents-loading'));
    over();
    expect(announced()).toBe('');
  });

  test('announce_what_is_over_takes_nothing_away_that_was_said_meanwhile', () => {
    const over = announceWhile(() => t('documents-loading'));
    announce(saved);
    over();
    expect(announced()).toBe(t('own-saved'));
  });

  test('announce_a_moment_that_began_before_ends_nothing_that_goes_on', () => {
    announce(saved);
    vi.advanceTimersByTime(STAYS_MS / 2);
    const over = announceWhile(() => t('documents-loading'));
    vi.advanceTimersByTime(STAYS_MS);
    expect(announced()).toBe(t('documents-loading'));
    over();
  });

  test('announce_forgets_at_once_what_was_said_and_who_said_it', () => {
    announce(saved);
    forgetSaid();
    expect(announced()).toBe('');
    // The timer of what was said held on to the words, and they to their screen.
    expect(vi.getTimerCount()).toBe(0);
    const over = announceWhile(() => t('documents-loading'));
    forgetSaid();
    expect(announced()).toBe('');
    over();
    announce(saved);
    expect(announced()).toBe(t('own-saved'));
  });

  test('announce_speaks_the_language_that_the_page_has_now', async () => {
    const french = t('documents-loading');
    const over = announceWhile(() => t('documents-loading'));
    await setLocale('en');
    expect(announced()).toBe(t('documents-loading'));
    expect(announced()).not.toBe(french);
    over();
  });
});
