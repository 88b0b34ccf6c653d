/** The list of documents: search, filters, years, what is to be done. */

import { describe, expect, test } from 'vitest';
import {
  byYear,
  EVERYTHING,
  issuersOf,
  localDay,
  nextPartOf,
  partOf,
  readable,
  refused,
  select,
  startOf,
  toDo,
  typesOf,
} from '../../resident/list.ts';
import { documents } from '../../resident/states-data.ts';

const rows = documents(9);
const entries = readable(rows);

describe('list', () => {
  test('list_readable_is_newest_first_and_leaves_refused_out', () => {
    const mixed = documents(5, 'bad-signature');
    const dates = readable(mixed).map(({ manifest }) => manifest.issuedAt);
    expect(dates).toEqual([...dates].sort().reverse());
    expect(readable(mixed)).toHaveLength(4);
    expect(refused(mixed)).toEqual([{ id: mixed[4]?.id, code: 'bad-signature' }]);
  });

  test('list_readable_of_the_same_instant_puts_the_last_arrived_first', () => {
    const same = entries.filter(({ manifest }) => manifest.issuedAt === entries[0]?.manifest.issuedAt);
    const positions = same.map(({ row }) => row.position);
    expect(positions.length).toBeGreaterThan(1);
    expect(positions).toEqual([...positions].sort((a, b) => b - a));
  });

  test('list_select_without_a_wish_keeps_all', () => {
    expect(select(entries, EVERYTHING)).toEqual(entries);
  });

  test.each([
    ['CONSTAT infraction', 2],
    ['érables', 2],
    ['erables', 2],
    ['finance', 5],
    ['2024', 1],
    ['taxes constat', 0],
  ])('list_select_text_%s_ignores_case_and_accents_and_wants_all_words', (text, count) => {
    expect(select(entries, { ...EVERYTHING, text })).toHaveLength(count);
  });

  test('list_select_filters_by_issuer_type_and_unread', () => {
    expect(select(entries, { ...EVERYTHING, issuer: 'cour' }).every(({ manifest }) => manifest.issuer === 'cour')).toBe(
      true,
    );
    expect(select(entries, { ...EVERYTHING, type: 'permit' })).toHaveLength(2);
    expect(select(entries, { ...EVERYTHING, unread: true }).map(({ row }) => row.opened)).toEqual([false, false]);
  });

  test('list_years_hold_every_entry_once_newest_year_first', () => {
    const years = byYear(entries);
    expect(years.map(({ year }) => year)).toEqual(['2026', '2025', '2024']);
    expect(years.flatMap((year) => year.entries)).toEqual(entries);
  });

  test('list_part_begins_where_a_year_does_and_holds_no_more_than_it_is_asked_for', () => {
    const many = readable(documents(5000));
    const years = byYear(many);
    const start = startOf(years, '2010');
    expect(many[start]?.manifest.issuedAt.slice(0, 4)).toBe('2010');
    expect(many[start - 1]?.manifest.issuedAt.slice(0, 4)).toBe('2011');
    const { from, part } = partOf(many, many[start]?.row.id ?? null, 100);
    expect([from, part]).toEqual([start, many.slice(start, start + 100)]);
    expect([startOf(years, '2026'), startOf(years, '1999')]).toEqual([0, 5000]);
  });

  test('list_part_keeps_its_place_when_newer_ones_come_and_begins_anew_when_it_is_gone', () => {
    const [, , third] = entries;
    const id = third?.row.id ?? '';
    expect(partOf(entries.slice(1), id, 2)).toEqual({ from: 1, part: entries.slice(2, 4) });
    expect(partOf(entries, id, 2)).toEqual({ from: 2, part: entries.slice(2, 4) });
    expect(partOf(entries.slice(3), id, 2)).toEqual({ from: 0, part: entries.slice(3, 5) });
    expect(partOf(entries, null, 100)).toEqual({ from: 0, part: entries });
  });

  test('list_to_do_is_what_is_not_past_soonest_first', () => {
    const due = (today: string): (string | null)[] => {
      const { soon, later } = toDo(entries, today);
      return [...soon, ...later].map(({ date }) => date);
    };
    expect(due('2026-02-05')).toEqual(['2026-02-09', '2026-03-02']);
    expect(due('2026-03-02')).toEqual(['2026-03-02']);
    expect(due('2026-03-03')).toEqual([]);
  });

  test('list_choices_name_each_issuer_and_type_once', () => {
    expect(
      issuersOf(entries)
        .map(({ value }) => value)
        .sort(),
    ).toEqual(['cour', 'finances', 'permis']);
    expect(typesOf(entries)).toHaveLength(4);
  });

  test('list_five_thousand_rows_are_sorted_searched_and_grouped_in_a_blink', () => {
    const many = readable(documents(5000));
    expect(byYear(select(many, { ...EVERYTHING, text: 'taxes' })).flatMap((year) => year.entries)).toHaveLength(2500);
  });

  test('list_local_day_is_the_day_on_the_wall', () => {
    expect(localDay(new Date(2026, 1, 3, 23, 59))).toBe('2026-02-03');
  });

  test('list_next_part_is_the_first_instalment_that_is_not_past', () => {
    const [bill] = entries;
    if (bill === undefined) throw new Error('no entries');
    const due = ['2026-03-02', '2026-06-01', '2026-09-01'];
    const parts = due.map((day, at) => ({ cents: 100 + at, currency: 'CAD', due: day }));
    const manifest = {
      ...bill.manifest,
      amount: { cents: 303, currency: 'CAD' },
      due: '2026-03-02',
      instalments: parts,
    };
    expect(nextPartOf(manifest, '2026-03-02')).toMatchObject({
      money: { cents: 100 },
      date: '2026-03-02',
      number: 1,
      of: 3,
    });
    expect(nextPartOf(manifest, '2026-06-02')).toMatchObject({
      money: { cents: 102 },
      date: '2026-09-01',
      number: 3,
      of: 3,
    });
    expect(nextPartOf(manifest, '2026-09-02')).toBeNull();
    expect(nextPartOf({ ...manifest, instalments: parts.slice(0, 1) }, '2026-01-01')).toBeNull();
    expect(nextPartOf({ ...manifest, instalments: [] }, '2026-01-01')).toBeNull();
  });
});
