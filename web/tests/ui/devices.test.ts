/** Notices on devices: the section's flow, and what the worker shows. */

import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { fromBase64url } from '../../core/bytes.ts';
import { movedBody, type MovedBody, type Subscribed } from '../../push/moved.ts';
import { parseMessage, UNREADABLE } from '../../push/message.ts';
import { DevicesFlow } from '../../resident/flows/devices.svelte.ts';
import { setShared } from '../../resident/shared.svelte.ts';
import { keptOf, timesOf } from '../../resident/times.ts';
import type { Visit } from './support/visit.ts';
import { visiting } from './support/visiting.ts';

const KEPT = { pace: 'daily', hour: 7, weekday: 0, quiet_from: 21, quiet_until: 7 };
const TIMES = { language: 'fr', ...KEPT };
const SHOWN = { at: 'shown', unable: null, device: null, stopped: false, others: 0, busy: false, failure: null };

const newVisit = visiting(() => undefined);
let visit: Visit;
let flow: DevicesFlow;

beforeEach(async () => {
  visit = newVisit();
  await visit.claim();
  flow = new DevicesFlow(visit.session);
});

describe('devices', () => {
  test('devices_are_off_until_chosen_then_on_changed_and_off', async () => {
    await flow.load();
    expect(flow.view).toEqual(SHOWN);
    await flow.turnOn(TIMES);
    expect(flow.view).toMatchObject({ device: TIMES, others: 0, failure: null });
    expect(flow.view).not.toHaveProperty('saved', true);
    await flow.turnOn({ ...TIMES, pace: 'once' });
    expect(flow.view).toMatchObject({ device: { pace: 'once' }, others: 0, saved: true });
    await flow.turnOff();
    expect(flow.view).toEqual(SHOWN);
    expect([visit.service.notices.told, visit.telling.endpoint]).toEqual([[], null]);
  });

  test('devices_a_browser_that_the_city_no_more_knows_is_said_to_have_stopped', async () => {
    await flow.load();
    await flow.turnOn(TIMES);
    visit.service.notices.told = [];
    await flow.load();
    expect(flow.view).toEqual({ ...SHOWN, stopped: true });
    await flow.turnOn(TIMES);
    expect(flow.view).toMatchObject({ device: TIMES, stopped: false });
  });

  test('devices_others_are_counted_and_all_are_stopped_at_once', async () => {
    await visit.service.api.putDevice({ ...TIMES, endpoint: 'https://push.test/other', p256dh: 'p', auth: 'a' });
    await flow.load();
    await flow.turnOn(TIMES);
    expect(flow.view).toMatchObject({ device: TIMES, others: 1 });
    await flow.turnAllOff();
    expect(flow.view).toEqual(SHOWN);
    expect([visit.service.notices.told, visit.telling.endpoint]).toEqual([[], null]);
  });

  test('devices_refusal_changes_nothing_and_is_said', async () => {
    await flow.load();
    visit.telling.refuses = true;
    await flow.turnOn(TIMES);
    expect(flow.view).toEqual({ ...SHOWN, failure: { code: 'push-refused', facts: {} } });
    expect(visit.service.notices.told).toEqual([]);
    visit.telling.refuses = false;
    visit.service.troubles = [{ route: 'putDevice', code: 'push-service-unknown' }];
    await flow.turnOn(TIMES);
    expect(flow.view).toMatchObject({ device: null, failure: { code: 'push-service-unknown' } });
  });

  test('devices_that_can_not_be_told_say_why_and_others_can_be_stopped', async () => {
    await visit.service.api.putDevice({ ...TIMES, endpoint: 'https://push.test/other', p256dh: 'p', auth: 'a' });
    for (const cannot of ['missing', 'home-screen', 'blocked'] as const) {
      visit.telling.cannot = cannot;
      await flow.load();
      expect(flow.view).toEqual({ ...SHOWN, unable: cannot, others: 1 });
    }
    setShared(true);
    await flow.load();
    setShared(false);
    expect(flow.view).toMatchObject({ unable: 'shared' });
    visit.telling.cannot = 'missing';
    await flow.turnAllOff();
    expect(flow.view).toMatchObject({ others: 0 });
  });

  test('devices_section_is_not_there_where_the_city_tells_on_none', async () => {
    visit.service.notices.pushKey = null;
    await flow.load();
    expect(flow.view).toEqual({ at: 'off' });
  });

  test('devices_times_go_into_a_form_and_back', () => {
    expect(keptOf(timesOf(KEPT))).toEqual(KEPT);
    expect(keptOf(timesOf(null))).toEqual({ pace: 'once', hour: 8, weekday: 0, quiet_from: 21, quiet_until: 7 });
    expect(keptOf({ ...timesOf(KEPT), quiet: false })).toMatchObject({ quiet_from: 0, quiet_until: 0 });
  });
});

describe('a browser that is moved', () => {
  const vector = JSON.parse(
    readFileSync(new URL('../../../vectors/push-moved/proof.json', import.meta.url), 'utf8'),
  ) as {
    readonly secret: string;
    readonly body: MovedBody;
  };
  const { body, secret } = vector;
  const subscribed = (endpoint: string, keys: Readonly<Record<string, string>>): Subscribed => ({
    endpoint,
    getKey: (name) => (keys[name] === undefined ? null : fromBase64url(keys[name]).slice().buffer),
  });

  test('moved_body_is_that_of_the_vector', async () => {
    const old = subscribed(body.old, { auth: secret });
    expect(await movedBody(old, subscribed(body.endpoint, { p256dh: body.p256dh, auth: body.auth }))).toEqual(body);
  });

  test('moved_without_keys_is_not_said', async () => {
    expect(await movedBody(subscribed(body.old, {}), subscribed(body.endpoint, {}))).toBeNull();
  });
});

describe('push message', () => {
  const good = { body: 'b', language: 'fr', tag: 'documents', title: 't', version: 1 };

  test('push_message_of_the_city_is_read', () => {
    expect(parseMessage(JSON.stringify(good))).toEqual({ body: 'b', language: 'fr', tag: 'documents', title: 't' });
  });

  test.each([
    '',
    'null',
    '[]',
    '1',
    '{',
    '{}',
    ...[
      { ...good, version: 2 },
      { ...good, more: 1 },
      { ...good, title: '' },
      { ...good, title: 'x'.repeat(1025) },
      { ...good, body: 1 },
      { ...good, tag: 'pay' },
      { ...good, language: 'de' },
      { ...good, url: 'https://evil.test' },
    ].map((one) => JSON.stringify(one)),
  ])('push_message_anything_else_is_none: %s', (text) => {
    expect(parseMessage(text)).toBeNull();
    expect(parseMessage(JSON.stringify({ ...UNREADABLE, version: 1 }))).toEqual(UNREADABLE);
  });
});
