/** Paper or the vault only: what is signed, what is shown, and what a lying city makes of it. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fromBase64 } from '../../core/bytes.ts';
import { parseEnvelope } from '../../core/dsse.ts';
import { parseAct } from '../../core/event.ts';
import type { ChoiceView } from '../../core/rpc.ts';
import { PaperFlow } from '../../resident/flows/paper.svelte.ts';
import { useCatalogues } from '../../ui/i18n.svelte.ts';
import { texts as english } from '../../ui/messages/en/index.ts';
import { texts as french } from '../../ui/messages/fr/index.ts';
import { Service } from './support/service.ts';
import { Visit } from './support/visit.ts';

const visits: Visit[] = [];

async function opened(): Promise<{ readonly service: Service; readonly visit: Visit; readonly flow: PaperFlow }> {
  const service = new Service();
  await service.wait();
  const visit = new Visit(service);
  visits.push(visit);
  await visit.claim();
  const flow = new PaperFlow(visit.session);
  await flow.load();
  return { service, visit, flow };
}

function first(flow: PaperFlow): ChoiceView {
  const choice = flow.view.at === 'list' ? flow.view.choices[0] : undefined;
  if (choice === undefined) throw new Error(`no choice: ${JSON.stringify(flow.view)}`);
  return choice;
}

function signed(service: Service): unknown {
  const act = parseAct(parseEnvelope(fromBase64(service.chosen[0]?.act ?? '')).payload);
  return act.subject;
}

beforeEach(async () => {
  vi.stubGlobal('navigator', { onLine: true, languages: ['fr'], userAgent: 'Linux' });
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  await useCatalogues({ fr: () => Promise.resolve(french), en: () => Promise.resolve(english) });
});

afterEach(async () => {
  await Promise.all(visits.splice(0).map((one) => one.end()));
});

describe('paper', () => {
  test('paper_nothing_is_chosen_beforehand', async () => {
    const { service, flow } = await opened();
    expect(first(flow)).toMatchObject({ issuer: 'finances', paperless: false, number: 0, proof: null });
    expect(service.chosen).toEqual([]);
  });

  test('paper_asking_signs_nothing_and_choosing_signs_the_words_on_the_screen', async () => {
    const { service, flow } = await opened();
    flow.ask(first(flow));
    expect(flow.view).toMatchObject({ asking: `finances/${first(flow).documentType}` });
    expect(service.chosen).toEqual([]);
    await flow.choose(first(flow), true);
    expect(signed(service)).toMatchObject({ number: 1, paperless: true, text: 'paperless-1', language: 'fr' });
    expect(flow.view).toMatchObject({ asking: null, done: `finances/${first(flow).documentType}`, failure: null });
    expect(first(flow)).toMatchObject({ paperless: true, number: 1, logIndex: null });
    await flow.choose(first(flow), false);
    expect(signed(service)).toMatchObject({ number: 2, paperless: false, text: 'paper-1' });
    expect(first(flow)).toMatchObject({ paperless: false, number: 2 });
  });

  test('paper_what_was_done_is_told_once_however_often_the_log_is_asked', async () => {
    const { service, flow } = await opened();
    await flow.choose(first(flow), true);
    const shown = flow.view;
    expect(shown).toMatchObject({ done: `finances/${first(flow).documentType}` });
    // The log has not taken it yet: the city is asked again a moment later.
    await vi.waitFor(
      () => {
        expect(flow.view).not.toBe(shown);
      },
      { timeout: 10_000 },
    );
    expect(flow.view).toMatchObject({ at: 'list', done: null });
    expect(first(flow)).toMatchObject({ paperless: true, number: 1, logIndex: null });
    expect(service.chosen).toHaveLength(1);
  });

  test('paper_kind_whose_offer_led_here_is_asked_for_once_and_nothing_is_signed', async () => {
    const { service, visit, flow } = await opened();
    const { issuer, documentType } = first(flow);
    visit.session.looksAt = { issuer, type: documentType };
    const led = new PaperFlow(visit.session);
    await led.load();
    expect(led.view).toMatchObject({ asking: `${issuer}/${documentType}`, failure: null });
    expect(service.chosen).toEqual([]);
    const later = new PaperFlow(visit.session);
    await later.load();
    expect(later.view).toMatchObject({ asking: null });
    await led.choose(first(led), true);
    visit.session.looksAt = { issuer, type: documentType };
    const chosen = new PaperFlow(visit.session);
    await chosen.load();
    expect(chosen.view).toMatchObject({ asking: null });
  });

  test('paper_other_words_than_those_of_the_specification_are_never_signed', async () => {
    const { visit } = await opened();
    const keys = await visit.session.keys();
    const decision = { issuer: 'finances', documentType: 'x', number: 1, paperless: true, language: 'fr' } as const;
    await expect(keys.signConsent({ ...decision, words: 'Je veux bien.' })).rejects.toMatchObject({ code: 'internal' });
  });

  test('paper_a_choice_of_another_vault_is_not_shown', async () => {
    const [mine, other] = [await opened(), await opened()];
    await other.flow.choose(first(other.flow), true);
    mine.service.chosen = other.service.chosen;
    await mine.flow.load();
    expect(mine.flow.view).toMatchObject({ at: 'failed', failure: { code: 'unknown-key' } });
  });

  test('paper_an_act_that_never_arrived_leaves_what_was_and_says_so', async () => {
    const { service, flow } = await opened();
    service.troubles.push({ route: 'choose', code: 'network' });
    await flow.choose(first(flow), true);
    expect(flow.view).toMatchObject({ at: 'list', busy: null, failure: { code: 'network' } });
    expect(first(flow)).toMatchObject({ paperless: false, number: 0 });
  });

  test('paper_an_answer_that_was_lost_shows_what_the_city_has', async () => {
    const { service, flow } = await opened();
    service.troubles.push({ route: 'choose', code: 'network', after: true });
    await flow.choose(first(flow), true);
    expect(flow.view).toMatchObject({ at: 'list', failure: { code: 'network' } });
    expect(first(flow)).toMatchObject({ paperless: true, number: 1 });
  });
});
