/** Notices by mail: what was just done is said until something else is. */

import { beforeEach, describe, expect, test } from 'vitest';
import { NoticesFlow } from '../../resident/flows/notices.svelte.ts';
import type { Visit } from './support/visit.ts';
import { visiting } from './support/visiting.ts';

const WISH = {
  address: 'marie@exemple.test',
  language: 'fr',
  pace: 'daily',
  hour: 7,
  weekday: 0,
  quiet_from: 21,
  quiet_until: 7,
};

const newVisit = visiting(() => undefined);
let visit: Visit;
let flow: NoticesFlow;

beforeEach(async () => {
  visit = newVisit();
  await visit.claim();
  flow = new NoticesFlow(visit.session);
});

describe('notices', () => {
  test('notices_saved_and_stopped_are_said_until_something_else_is_done', async () => {
    await flow.load();
    expect(flow.view).toEqual({ at: 'shown', notice: null, busy: false, failure: null });
    await flow.save(WISH);
    await flow.confirm('12345678');
    expect(flow.view).toEqual({
      at: 'shown',
      notice: { ...WISH, state: 'confirmed' },
      busy: false,
      failure: null,
    });
    await flow.save({ ...WISH, hour: 9 });
    expect(flow.view).toMatchObject({ notice: { hour: 9 }, done: 'saved' });
    await flow.stop();
    expect(flow.view).toMatchObject({ notice: null, done: 'stopped' });
    await flow.load();
    expect(flow.view).not.toHaveProperty('done');
  });

  test('notices_a_change_that_failed_is_not_said_to_be_done', async () => {
    await flow.load();
    visit.service.troubles = [{ route: 'putNotices', code: 'server' }];
    await flow.save(WISH);
    expect(flow.view).toMatchObject({ notice: null, failure: { code: 'server' } });
    expect(flow.view).not.toHaveProperty('done');
  });

  test('notices_a_new_code_goes_to_the_same_address_and_a_refusal_of_it_is_said', async () => {
    await flow.load();
    await flow.save(WISH);
    await flow.confirm('12345678');
    // Forgotten first, and begun again: for a wish that it has the city sends no second code.
    await flow.anew(WISH);
    expect(flow.view).toMatchObject({ notice: { ...WISH, state: 'unconfirmed' }, failure: null });
    visit.service.troubles = [{ route: 'putNotices', code: 'too-many' }];
    await flow.anew(WISH);
    expect(flow.view).toMatchObject({ notice: null, failure: { code: 'too-many' } });
  });
});
