/** What the holder says in their own words, and the one offer to do without paper: kept, found again, never asked twice. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { text, tidyText } from '../../core/schema.ts';
import { DocumentFlow } from '../../resident/flows/document.svelte.ts';
import { PaperFlow } from '../../resident/flows/paper.svelte.ts';
import { SignInFlow } from '../../resident/flows/sign-in.svelte.ts';
import { EVERYTHING, foldersOf, readable, select } from '../../resident/list.ts';
import { tidyOwn } from '../../resident/own-words.ts';
import { documents } from '../../resident/states-data.ts';
import { useCatalogues } from '../../ui/i18n.svelte.ts';
import { catalogue } from './support/catalogue.ts';
import { eventually } from './support/eventually.ts';
import { Service } from './support/service.ts';
import { Visit } from './support/visit.ts';

let service: Service;
const visits: Visit[] = [];

function visit(device?: Visit['device']): Visit {
  const made = new Visit(service, device);
  visits.push(made);
  return made;
}

beforeEach(async () => {
  vi.stubGlobal('navigator', { onLine: true, languages: ['fr'], userAgent: 'Linux' });
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  await useCatalogues({
    fr: () => Promise.resolve(catalogue('fr')),
    en: () => Promise.resolve(catalogue('en')),
  });
  service = new Service();
  await service.wait();
});

afterEach(async () => {
  await Promise.all(visits.splice(0).map((one) => one.end()));
});

/** A first visit, and the document that it opened. */
async function first(): Promise<{ readonly one: Visit; readonly flow: DocumentFlow; readonly id: string }> {
  const one = visit();
  await one.claim();
  await one.session.shelf.load();
  const id = one.session.shelf.rows[0]?.id ?? '';
  const flow = new DocumentFlow(one.session, id);
  await flow.load();
  return { one, flow, id };
}

async function again(one: Visit): Promise<Visit> {
  const next = visit(one.device);
  await new SignInFlow(next.session).passkey();
  await next.session.shelf.load();
  return next;
}

/** As if the documents had never been opened. */
function unopened(): void {
  for (const one of service.held) one.opened = false;
  for (const { session } of visits) session.shelf.rows = session.shelf.rows.map((row) => ({ ...row, opened: false }));
}

describe('own words', () => {
  test('own_words_are_kept_sealed_and_found_on_another_visit', async () => {
    const { one, flow, id } = await first();
    const said = tidyOwn({ ownTitle: ' Taxes de\nla maison ', folder: 'Maison', note: '' });
    expect(said).toEqual({ ownTitle: 'Taxes de la maison', folder: 'Maison', note: null });
    await flow.call(said);
    expect(flow.hold).toMatchObject({ marks: said, folders: ['Maison'] });
    await flow.handled(true);
    await one.session.shelf.save();
    const next = await again(one);
    const row = next.session.shelf.rows.find((other) => other.id === id);
    expect(row?.marks).toEqual({ ...said, handled: true });
    expect(new DocumentFlow(next.session, id).hold.folders).toEqual(['Maison']);
  });

  test('own_words_whatever_is_typed_is_a_text_that_the_index_takes', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 260 }),
      fc.string({
        unit: fc.constantFrom(
          'e',
          '\u0301',
          '\n',
          '\u202e',
          '\ud800',
          '\u1acf',
          ' ',
          '\u{11f00}',
          '가',
          '\u1100',
          '\u1161',
        ),
        maxLength: 260,
      }),
    );
    fc.assert(
      fc.property(typed, (value) => {
        const kept = tidyText(value, 200);
        if (kept !== null) expect(text(200)(kept, 'kept')).toBe(kept);
        expect(tidyText(kept ?? '', 200)).toBe(kept);
      }),
      { numRuns: 2_000 },
    );
    expect([tidyText('é'.repeat(300), 200), tidyText(' \n\t', 200)]).toEqual(['é'.repeat(200), null]);
  });

  test('own_words_folder_is_a_filter_and_is_found_by_search', () => {
    const rows = documents(9).map((row, at) => ({
      ...row,
      marks: { ...row.marks, folder: at === 0 ? 'Été 2026' : at === 1 ? 'Auto' : null },
    }));
    expect(foldersOf(rows, 'fr')).toEqual(['Auto', 'Été 2026']);
    const entries = readable(rows);
    expect(select(entries, { ...EVERYTHING, folder: 'Auto' }).map(({ row }) => row.id)).toEqual([rows[1]?.id]);
    expect(select(entries, { ...EVERYTHING, text: 'ete 2026' }).map(({ row }) => row.id)).toContain(rows[0]?.id);
  });
});

describe('offer', () => {
  test('offer_is_made_at_the_first_opening_once_and_never_again', async () => {
    const { one, flow, id } = await first();
    expect(flow.hold.offer).toBe('made');
    expect(service.calls.filter(({ route }) => route === 'choose')).toEqual([]);
    flow.offer.seen();
    flow.offer.decline();
    expect(flow.hold.offer).toBe('declined');
    await one.session.shelf.save();
    const next = await again(one);
    // As if it had never been opened: the index alone says that it was offered.
    unopened();
    const later = new DocumentFlow(next.session, id);
    await later.load();
    expect(later.hold.offer).toBe('none');
  });

  test('offer_that_nobody_saw_is_made_at_the_next_first_opening', async () => {
    const { one, id } = await first();
    await one.session.shelf.save();
    const next = await again(one);
    unopened();
    const later = new DocumentFlow(next.session, id);
    await later.load();
    expect(later.hold.offer).toBe('made');
  });

  test('offer_is_not_made_for_what_was_opened_before_or_chosen_already', async () => {
    const { one, id } = await first();
    const seen = new DocumentFlow(one.session, id);
    await seen.load();
    expect(seen.hold.offer).toBe('none');
    const paper = new PaperFlow(one.session);
    await paper.load();
    const choices = paper.view.at === 'list' ? paper.view.choices : [];
    for (const choice of choices) await paper.choose(choice, true);
    unopened();
    const chosen = new DocumentFlow(one.session, id);
    await chosen.load();
    expect(chosen.hold.offer).toBe('none');
  });

  test('offer_considered_before_a_lock_does_not_appear_after_it', async () => {
    let come = (): void => undefined;
    const answer = new Promise<void>((resolve) => {
      come = resolve;
    });
    service.late.set('consents', answer);
    const one = visit();
    await one.claim();
    await one.session.shelf.load();
    const flow = new DocumentFlow(one.session, one.session.shelf.rows[0]?.id ?? '');
    const loading = flow.load();
    await eventually(() => service.calls.some(({ route }) => route === 'consents'));
    // Locked and opened again in the same page, while the city's answer is on its way.
    await one.session.lock('asked');
    await new SignInFlow(one.session).passkey();
    await one.session.shelf.load();
    come();
    await loading;
    expect([flow.hold.offer, one.session.open]).toEqual(['none', true]);
    // It was not in anybody's sight: the next first opening makes it.
    service.late.delete('consents');
    unopened();
    const next = await again(one);
    const later = new DocumentFlow(next.session, next.session.shelf.rows[0]?.id ?? '');
    await later.load();
    expect(later.hold.offer).toBe('made');
    later.forget();
    expect(later.hold.offer).toBe('none');
  });
});
