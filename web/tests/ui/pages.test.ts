/** Addresses, formats, families of errors, names of files. */

import { beforeAll, describe, expect, test, vi } from 'vitest';
import { toFailure, PageError } from '../../ui/errors.ts';
import { familyOf, toneOf, wordsOf } from '../../ui/failure.ts';
import { fileNameOf } from '../../ui/files.ts';
import {
  daysUntil,
  formatDay,
  formatInstant,
  formatMoment,
  formatMoney,
  formatNumber,
  formatSize,
  groupHex,
} from '../../ui/format.ts';
import { setLocale, t, useCatalogues } from '../../ui/i18n.svelte.ts';
import { placeOf } from '../../ui/router.svelte.ts';
import { VouteError } from '../../core/errors.ts';
import { STATES } from '../../resident/states.ts';
import { catalogue } from './support/catalogue.ts';

beforeAll(async () => {
  vi.stubGlobal('navigator', { languages: ['fr-CA'] });
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  await useCatalogues({ fr: () => Promise.resolve(catalogue('fr')), en: () => Promise.resolve(catalogue('en')) });
});

const NO_BREAK = '\u00a0';
const ID = '0123456789abcdef0123456789abcdef';

describe('router', () => {
  test.each([
    ['/', 'welcome', ''],
    ['/connexion', 'signIn', ''],
    ['/ouvrir', 'open', ''],
    ['/ouvrir/', 'open', ''],
    ['/documents', 'documents', ''],
    [`/documents/${ID}`, 'document', ID],
    [`/documents/${ID}/preuve`, 'evidence', ID],
    ['/acces', 'waysIn', ''],
    ['/documents/../acces', 'unknown', ''],
    [`/documents/${ID.toUpperCase()}`, 'unknown', ''],
    ['/nulle-part', 'unknown', ''],
  ])('router_place_of_%s', (path, route, id) => {
    expect(placeOf(path)).toEqual({ route, id });
  });

  test('router_every_state_has_an_id_of_its_own_and_an_address', () => {
    const ids = STATES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path } of STATES) expect(path).toMatch(/^\//);
  });

  test('router_every_route_has_a_state', () => {
    const routes = new Set(STATES.map(({ path }) => placeOf(path.replace('ID', ID)).route));
    expect([...routes].sort()).toEqual(
      [
        'disown',
        'document',
        'documents',
        'evidence',
        'open',
        'paper',
        'privacy',
        'signIn',
        'terms',
        'unknown',
        'waysIn',
        'welcome',
      ].sort(),
    );
  });
});

describe('format', () => {
  test('format_day_of_a_plain_date_is_not_moved_by_time_zones', () => {
    expect(formatDay('2026-03-02')).toBe(`2${NO_BREAK}mars${NO_BREAK}2026`);
  });

  test('format_days_amounts_and_sizes_hold_no_space_at_which_a_line_ends', async () => {
    const shown = (): string[] => [
      formatDay('2027-03-03'),
      formatDay('2027-03-03', 'short'),
      formatMoney({ cents: 348_712, currency: 'CAD' }),
      formatNumber(1_234_567),
      formatSize(184_320),
    ];
    expect(shown().filter((one) => one.includes(' '))).toEqual([]);
    await setLocale('en');
    try {
      expect(formatDay('2027-03-03')).toBe(`March${NO_BREAK}3,${NO_BREAK}2027`);
      expect(shown().filter((one) => one.includes(' '))).toEqual([]);
      expect(formatMoment('2027-03-03T17:42:00Z').split(' at\u00a0')).toHaveLength(2);
    } finally {
      await setLocale('fr');
    }
  });

  test('format_moment_ends_a_line_before_the_time_alone', () => {
    expect(formatMoment('2027-03-03T17:42:00Z')).toMatch(/^[34]\u00a0mars\u00a02027 à\u00a0\d{1,2}\u00a0h\u00a0\d\d$/);
    // Of all hours of a day, none with a zero before it.
    for (let hour = 0; hour < 24; hour += 1) {
      const at = `2027-03-03T${String(hour).padStart(2, '0')}:05:00Z`;
      expect(formatMoment(at)).toMatch(/à\u00a0(?:[1-9]?\d)\u00a0h\u00a0\d\d$/);
    }
  });

  test('format_instant_is_to_the_second', () => {
    expect(formatInstant('2026-02-03T15:42:07Z')).toMatch(/^[234]\u00a0févr\.\u00a02026 \d\d:42:07$/);
  });

  test('format_money_is_exact', () => {
    expect(formatMoney({ cents: 348_712, currency: 'CAD' }).replaceAll(/\s/g, ' ')).toBe('3 487,12 $');
  });

  test.each([
    [1, '1 ko'],
    [184_320, '180 ko'],
    [5_242_880, '5 Mo'],
  ])('format_size_of_%i', (size, words) => {
    expect(formatSize(size).replaceAll(/\s/g, ' ')).toBe(words);
  });

  test('format_hex_stands_in_groups_of_eight', () => {
    expect(groupHex('00112233445566778899')).toBe('00112233 44556677 8899');
  });

  test.each([
    ['2026-02-05', 0],
    ['2026-02-06', 1],
    ['2026-01-31', -5],
  ])('format_days_until_%s', (date, days) => {
    expect(daysUntil(date, new Date(2026, 1, 5, 23, 59))).toBe(days);
  });

  test.each([
    ['Compte de taxes 2026', 'Compte-de-taxes-2026.pdf'],
    ['../../etc/passwd', 'etc-passwd.pdf'],
    ['Été : 100 % « à l’eau »', 'Été-100-à-l-eau.pdf'],
    ['…', 'document.pdf'],
  ])('files_name_of_%s', (title, name) => {
    expect(fileNameOf(title, 'pdf')).toBe(name);
  });
});

describe('failure', () => {
  test('failure_keeps_the_code_of_ours_and_hides_the_text_of_others', () => {
    expect(toFailure(new PageError('claim-used', { status: 409 }))).toEqual({
      code: 'claim-used',
      facts: { status: 409 },
    });
    expect(toFailure(new VouteError('bad-signature', 'detail', { issuer: 'x' }))).toEqual({
      code: 'bad-signature',
      facts: { issuer: 'x' },
    });
    expect(toFailure(new TypeError('secret'))).toEqual({ code: 'internal', facts: {} });
    expect(toFailure('text')).toEqual({ code: 'internal', facts: {} });
  });

  test.each([
    ['network', 'again', 'warning'],
    ['internal', 'ours', 'danger'],
    ['bad-signature', 'refused', 'danger'],
    ['never-heard-of', 'refused', 'danger'],
    ['claim-used', 'refused', 'warning'],
    ['passkey-cancelled', 'refused', 'info'],
  ])('failure_of_%s_has_a_family_and_a_tone', (code, family, tone) => {
    expect([familyOf(code), toneOf(code)]).toEqual([family, tone]);
  });

  test('failure_words_fall_back_to_the_family_part_by_part', () => {
    const words = wordsOf({ code: 'offline', facts: {} });
    expect(words.title).toBe('Pas de connexion');
    expect(words.kept).toBe(t('error-family-again.kept'));
    expect(wordsOf({ code: 'never-heard-of', facts: {} }).title).toBe(t('error-family-refused.title'));
  });

  test('failure_words_before_a_vault_is_open_promise_nothing_of_one', () => {
    for (const place of ['letter', 'files'] as const) {
      const kept = wordsOf({ code: 'bad-signature', facts: {} }, place).kept;
      expect(kept).toBe(t(`error-family-${place}.kept`));
      expect(kept).not.toBe(t('error-family-refused.kept'));
      // What has words of its own keeps them, and what is nobody's refusal too.
      expect(wordsOf({ code: 'claim-frozen', facts: {} }, place).kept).toBe(t('error-claim-frozen.kept'));
      expect(wordsOf({ code: 'offline', facts: {} }, place).kept).toBe(t('error-family-again.kept'));
    }
    expect(wordsOf({ code: 'bad-signature', facts: {} }, 'letter').next).toBe(t('error-family-refused.next'));
  });

  test('failure_words_show_the_position_of_a_wrong_symbol', () => {
    expect(wordsOf({ code: 'code-symbol', facts: { position: 8 } }).what).toContain('n° 8');
  });
});
