/** Documents at home without a browser: calendar, links, searching, marks from visit to visit, growth. */

import { describe, expect, test, vi } from 'vitest';

import { DocumentFlow } from '../../resident/flows/document.svelte.ts';
import { DocumentsFlow } from '../../resident/flows/documents.svelte.ts';
import { calendarOf } from '../../resident/calendar.ts';
import { byYear, EVERYTHING, readable, select, toDo } from '../../resident/list.ts';
import { documents } from '../../resident/states-data.ts';
import { SignInFlow } from '../../resident/flows/sign-in.svelte.ts';
import { fold, occurrences } from '../../resident/viewer/frame-find.ts';
import { keyOf } from '../../resident/viewer/keys.ts';
import { readLink, readReport } from '../../resident/viewer/protocol.ts';
import { eventually } from './support/eventually.ts';
import type { Service } from './support/service.ts';
import type { Visit } from './support/visit.ts';
import { visiting } from './support/visiting.ts';

let service: Service;
const visit = visiting((fresh) => {
  service = fresh;
});

const asked = (route: string): number => service.calls.filter((call) => call.route === route).length;

async function again(one: Visit): Promise<Visit> {
  const next = visit(one.device);
  await new SignInFlow(next.session).passkey();
  await next.session.shelf.load();
  return next;
}

describe('index', () => {
  test('home_marks_are_there_at_the_next_visit_and_no_header_is_asked_for', async () => {
    const one = visit();
    await one.claim();
    await one.session.shelf.load();
    const id = one.session.shelf.rows[0]?.id ?? '';
    await one.session.shelf.mark(id, { handled: true });
    await one.session.shelf.save();
    expect(service.index?.number).toBe(1);
    const before = asked('documents');
    const next = await again(one);
    expect(next.session.shelf.rows[0]?.marks.handled).toBe(true);
    expect(asked('documents')).toBe(before);
  });

  test('home_mark_that_is_not_taken_or_not_written_is_said', async () => {
    const one = visit();
    await one.claim();
    await one.session.shelf.load();
    const flow = new DocumentFlow(one.session, one.session.shelf.rows[0]?.id ?? '');
    service.troubles = [{ route: 'putIndex', code: 'network', after: false }];
    await flow.handled(true);
    await one.session.shelf.save();
    expect(flow.hold).toMatchObject({ marks: { handled: true }, unkept: true, markFailure: null });
    await one.session.shelf.save();
    expect(flow.hold).toMatchObject({ unkept: false });
    // A key holder that was ended meanwhile takes nothing.
    await (await one.session.keys()).lock();
    await flow.handled(false);
    expect(flow.hold.markFailure?.code).toBe('locked');
  });

  test('home_mark_made_while_another_is_on_its_way_is_written_after_it', async () => {
    const one = visit();
    await one.claim();
    const { shelf } = one.session;
    await shelf.load();
    const id = shelf.rows[0]?.id ?? '';
    await shelf.mark(id, { handled: true });
    let come = (): void => undefined;
    service.late.set(
      'putIndex',
      new Promise<void>((resolve) => {
        come = resolve;
      }),
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const first = shelf.save();
      await eventually(() => {
        expect(asked('putIndex')).toBe(1);
      });
      await shelf.mark(id, { folder: 'Maison' });
      await vi.advanceTimersByTimeAsync(2_000);
      come();
      await first;
      await vi.advanceTimersByTimeAsync(2_000);
      await eventually(() => {
        expect(service.index?.number).toBe(2);
      });
    } finally {
      vi.useRealTimers();
    }
    const next = await again(one);
    expect(next.session.shelf.rows[0]?.marks).toMatchObject({ handled: true, folder: 'Maison' });
  });

  test('home_mark_from_the_list_that_is_not_taken_is_named_and_stays_to_do', async () => {
    const one = visit();
    await one.claim();
    await one.session.shelf.load();
    const list = new DocumentsFlow(one.session);
    const [entry] = readable(one.session.shelf.rows);
    if (entry === undefined) throw new Error('no document');
    const keys = await one.session.keys();
    await keys.lock();
    expect(await list.handled(entry, true)).toBe(false);
    expect(list.unmarked).toMatchObject({ entry, failure: { code: 'locked' } });
    expect(one.session.shelf.rows.some(({ marks }) => marks.handled)).toBe(false);
    expect(one.session.shelf.failure).toBeNull();
    // At the next visit it is taken, and nothing is named any more.
    const next = await again(one);
    const later = new DocumentsFlow(next.session);
    const [same] = readable(next.session.shelf.rows);
    expect(same && (await later.handled(same, true))).toBe(true);
    expect([later.unmarked, next.session.shelf.rows[0]?.marks.handled]).toEqual([null, true]);
  });

  test('home_index_that_was_swapped_costs_marks_and_nothing_else', async () => {
    const one = visit();
    await one.claim();
    await one.session.shelf.load();
    await one.session.shelf.save();
    service.index = { number: 5, file: new Uint8Array(500) };
    const next = await again(one);
    expect(next.session.shelf.indexProblem).toBe('format');
    expect(next.session.shelf.rows).toHaveLength(1);
    await next.session.shelf.save();
    expect(service.index.number).toBe(6);
  });

  test('home_two_visits_at_once_keep_both_marks', async () => {
    await service.wait();
    const one = visit();
    await one.claim();
    await one.session.shelf.load();
    await one.session.shelf.save();
    const other = await again(one);
    const [first, second] = one.session.shelf.rows.map(({ id }) => id);
    await one.session.shelf.mark(first ?? '', { handled: true });
    await other.session.shelf.mark(second ?? '', { note: 'à payer' });
    await one.session.shelf.save();
    await other.session.shelf.save();
    const third = await again(one);
    const marks = new Map(third.session.shelf.rows.map((row) => [row.id, row.marks]));
    expect([marks.get(first ?? '')?.handled, marks.get(second ?? '')?.note]).toEqual([true, 'à payer']);
  });

  test('home_document_that_the_list_leaves_out_is_asked_for_alone_and_named_when_it_is_not_there', async () => {
    const one = visit();
    await one.claim();
    await service.deliver();
    await service.deliver();
    const ids = service.held.map(({ delivered }) => delivered.row.documentId);
    const [, second = '', third = ''] = ids;
    service.leftOut.set(second, 'list').set(third, 'everywhere');
    await one.session.shelf.load();
    const shown = new Map(one.session.shelf.rows.map(({ id, card }) => [id, 'refused' in card ? card.refused : null]));
    expect(shown).toEqual(new Map(ids.map((id) => [id, id === third ? 'document-unknown' : null])));
  });

  test('home_document_that_the_city_no_longer_lists_is_named', async () => {
    await service.wait();
    const one = visit();
    await one.claim();
    await one.session.shelf.load();
    await one.session.shelf.save();
    const gone = service.held.pop();
    const next = await again(one);
    expect(next.session.shelf.missing.map(({ id }) => id)).toEqual([gone?.delivered.row.documentId]);
    await next.session.shelf.forget(gone?.delivered.row.documentId ?? '');
    expect(next.session.shelf.missing).toEqual([]);
  });

  test('home_receipt_of_another_deletion_proves_nothing', async () => {
    await service.wait();
    const one = visit();
    await one.claim();
    await service.deliver();
    await one.session.shelf.load();
    const [first = '', second = ''] = one.session.shelf.rows.map(({ id }) => id);
    const flows = [first, second].map((id) => new DocumentFlow(one.session, id));
    for (const flow of flows) {
      await flow.load();
      await flow.remove();
    }
    service.deleted.set(first, service.deleted.get(second) ?? '');
    await flows[0]?.proveRemoval();
    expect(flows[0]?.view).toMatchObject({ receipt: { at: 'refused', failure: { code: 'event-differs' } } });
    await flows[1]?.proveRemoval();
    expect(flows[1]?.view).toMatchObject({ receipt: { at: 'proven' } });
  });

  test('home_deleted_document_leaves_list_and_index', async () => {
    await service.wait();
    const one = visit();
    await one.claim();
    await one.session.shelf.load();
    const id = one.session.shelf.rows[0]?.id ?? '';
    const flow = new DocumentFlow(one.session, id);
    await flow.load();
    service.logged = false;
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    await flow.remove();
    expect(flow.view).toMatchObject({ at: 'deleted', receipt: { at: 'waiting' } });
    // Asked four times more, then the person decides.
    for (let asked = 0; asked < 4; asked += 1) await vi.advanceTimersByTimeAsync(20_000);
    vi.useRealTimers();
    await eventually(() => {
      expect(flow.view).toMatchObject({ at: 'deleted', receipt: { at: 'late' } });
    });
    service.logged = true;
    await flow.proveRemoval();
    expect(flow.view).toMatchObject({ at: 'deleted', receipt: { at: 'proven', index: 2 } });
    await one.session.shelf.save();
    const next = await again(one);
    expect(next.session.shelf.rows.map((row) => row.id)).not.toContain(id);
    expect(next.session.shelf.missing).toEqual([]);
  });
});

describe('calendar', () => {
  test('home_calendar_lines_are_folded_between_characters_and_escaped', () => {
    const reminder = {
      uid: 'a@voute',
      day: '2026-12-31',
      summary: `${'é'.repeat(60)}, a; b\\c`,
      description: 'x',
      url: 'https://coffre.example/documents/00',
    };
    const text = calendarOf([reminder], '2026-02-05T14:20:00.123Z');
    for (const line of text.split('\r\n')) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(text.replaceAll('\r\n ', '')).toContain(`SUMMARY:${'é'.repeat(60)}\\, a\\; b\\\\c\r\n`);
    expect(text).toContain('DTSTAMP:20260205T142000Z\r\nDTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\n');
  });
});

describe('viewer', () => {
  test.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://ville.example@evil.test/',
    'mailto:a@b',
    'x',
    7,
    null,
  ])('home_link_%s_of_a_document_is_no_link', (address) => {
    expect(readLink(address)).toBeNull();
    expect(readReport({ say: 'link', address })).toBeNull();
  });

  test('home_reports_of_the_frame_are_read_strictly', () => {
    expect(readReport({ say: 'link', address: 'https://ville.example/a', more: 1 })).toEqual({
      say: 'link',
      address: 'https://ville.example/a',
    });
    expect(readReport({ say: 'found', count: 3, at: 2, top: 10 })).toEqual({ say: 'found', count: 3, at: 2, top: 10 });
    for (const bad of [
      { say: 'found', count: 1, at: 2, top: 0 },
      { say: 'found', count: 1e9, at: 0, top: 0 },
      { say: 'zoom', factor: Number.NaN },
      { say: 'zoom', factor: 1e9 },
      { say: 'key', key: 'print' },
      { say: 'places', tops: [-1] },
      { say: 'places', tops: Array.from({ length: 501 }, () => 0) },
    ]) {
      expect(readReport(bad)).toBeNull();
    }
  });

  test('home_search_folds_case_and_accents_one_character_for_one', () => {
    const text = fold('Échéance : ﬁn ß À L’ÉTÉ');
    expect(text).toHaveLength('Échéance : ﬁn ß À L’ÉTÉ'.length);
    expect(occurrences(text, fold('ete'))).toHaveLength(1);
    expect(occurrences('aaaa', 'aa')).toEqual([0, 2]);
  });

  test('home_keys_of_the_viewer_leave_those_of_the_browser_alone', () => {
    const press = (key: string, ctrlKey = false): string | null =>
      keyOf({ key, ctrlKey, metaKey: false, altKey: false });
    expect(['+', '=', '-', '0', 'f', 'a'].map((key) => press(key))).toEqual([
      'larger',
      'larger',
      'smaller',
      'fit',
      null,
      null,
    ]);
    expect(['f', '+', '0'].map((key) => press(key, true))).toEqual(['find', null, null]);
  });
});

describe('growth', () => {
  test('home_list_of_5000_is_sorted_searched_and_grouped; its times are printed', () => {
    const times: string[] = [];
    for (const count of [50, 5000]) {
      const rows = documents(count);
      const begin = performance.now();
      const entries = readable(rows);
      toDo(entries, '2026-02-05');
      byYear(entries.slice(0, 100));
      const listed = performance.now();
      const found = select(entries, { ...EVERYTHING, text: 'reno erables' });
      const searched = performance.now();
      select(entries, { ...EVERYTHING, text: 'reno erables 2' });
      const refined = performance.now();
      expect(entries).toHaveLength(count);
      expect(found.length).toBeGreaterThan(0);
      const ms = (from: number, to: number): string => (to - from).toFixed(1);
      times.push(
        `${count}: listed ${ms(begin, listed)} ms, searched ${ms(listed, searched)} ms, next letter ${ms(searched, refined)} ms`,
      );
    }
    process.stdout.write(`\n${times.join('\n')}\n`);
  });
});
