/** What a browser remembers between visits, and what it refuses because of it. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SignInFlow } from '../../resident/flows/sign-in.svelte.ts';
import { WaysInFlow } from '../../resident/flows/ways-in.svelte.ts';
import { pinHead, pinnedHead, pinnedRoot, pinRoot } from '../../resident/pins.ts';
import { hex } from '../../core/bytes.ts';
import { parseEnvelope, statementHash } from '../../core/dsse.ts';
import { memoryPins } from '../core/support/claimed.ts';
import { Service } from './support/service.ts';
import { Visit } from './support/visit.ts';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('navigator', { onLine: true, languages: ['fr'], userAgent: 'Linux' });
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('pins', () => {
  test('pins_root_keeps_the_highest_number', () => {
    expect(pinnedRoot()).toBe(0);
    pinRoot(3, 'F');
    pinRoot(2, 'F');
    expect(pinnedRoot()).toBe(3);
  });

  test.each(['{', '[]', '{"number":"9"}', '{"number":1.5}', 'null'])(
    'pins_root_that_is_spoiled_%s_counts_as_none',
    (text) => {
      kept.set('voute.trust-root', text);
      expect(pinnedRoot()).toBe(0);
    },
  );

  test('pins_heads_are_one_a_vault_and_at_most_eight', () => {
    for (let i = 0; i < 10; i++) pinHead(`v${i}`, `h${i}`);
    pinHead('v9', 'new');
    expect([pinnedHead('v9'), pinnedHead('v2'), pinnedHead('v1')]).toEqual(['new', 'h2', null]);
  });

  test('pins_heads_that_are_spoiled_count_as_none', () => {
    kept.set('voute.heads', '[["v",1],"x",["a","b","c"],["ok","h"]]');
    expect([pinnedHead('v'), pinnedHead('ok')]).toEqual([null, 'h']);
  });

  test('pins_root_of_a_browser_that_missed_some_is_followed_one_by_one', async () => {
    const service = new Service();
    await service.wait();
    const { city } = service;
    const pins = memoryPins();
    const first = new Visit(service, undefined, pins);
    await first.session.keys();
    expect(first.session.city?.number).toBe(1);
    let newest = () => city.trustRoot();
    const whole = [newest];
    for (let number = 2; number <= 4; number += 1) {
      const previous = hex(statementHash(parseEnvelope(await newest())));
      newest = () => city.trustRoot({ number, previous });
      whole.push(newest);
    }
    // A root in between that the city does not give ends it.
    service.roots = [...whole.slice(0, 2), newest];
    const lied = new Visit(service, undefined, pins);
    await expect(lied.session.keys()).rejects.toMatchObject({ code: 'trust-root-chain' });
    service.roots = whole;
    const later = new Visit(service, undefined, pins);
    await later.session.keys();
    expect(later.session.city?.number).toBe(4);
    expect(pinnedRoot()).toBe(4);
    await Promise.all([first, lied, later].map((one) => one.end()));
  });

  test('pins_without_storage_promise_nothing_and_break_nothing', () => {
    vi.stubGlobal('localStorage', undefined);
    pinRoot(3, 'F');
    pinHead('v', 'h');
    expect([pinnedRoot(), pinnedHead('v')]).toEqual([0, null]);
  });

  test('pins_city_that_goes_back_to_an_older_vault_is_refused', async () => {
    const service = new Service();
    await service.wait();
    const first = new Visit(service);
    await first.claim();
    const old = { records: service.records, keyring: service.keyring };
    await new WaysInFlow(first.session).makeKit();
    const second = new Visit(service, first.device);
    await new SignInFlow(second.session).passkey();
    expect(second.session.open).toBe(true);
    Object.assign(service, old);
    const third = new Visit(service, first.device);
    const flow = new SignInFlow(third.session);
    await flow.passkey();
    expect(flow.view).toMatchObject({ at: 'failed', failure: { code: 'record-chain' } });
    expect(third.session.open).toBe(false);
    await Promise.all([first, second, third].map((one) => one.end()));
  });
});
