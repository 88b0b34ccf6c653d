/** What a browser keeps of the index: sealed, known to the city by its hash, never believed unverified, and gone when it must be. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Api } from '../../api/client.ts';
import { fromUtf8, hex } from '../../core/bytes.ts';
import { sha256 } from '../../core/derive.ts';
import { SignInFlow } from '../../resident/flows/sign-in.svelte.ts';
import { memoryPins } from '../core/support/claimed.ts';
import { own } from '../core/support/city.ts';
import { Service } from './support/service.ts';
import { Visit } from './support/visit.ts';

const COPY = 'copy/index';
const SPOILED_OR_OLDER = ['spoiled', 'older'];

let service: Service;
let pins: ReturnType<typeof memoryPins>;
const visits: Visit[] = [];

function visit(device?: Visit['device'], kept = pins, at = service): Visit {
  const made = new Visit(at, device, kept);
  visits.push(made);
  return made;
}

beforeEach(async () => {
  vi.stubGlobal('navigator', { onLine: true, languages: ['fr'], userAgent: 'Linux' });
  service = new Service();
  pins = memoryPins();
  await service.wait();
  await service.wait();
});

afterEach(async () => {
  await Promise.all(visits.splice(0).map((one) => one.end()));
});

/** A first visit, which leaves an index with a mark. */
async function first(): Promise<Visit> {
  const one = visit();
  await one.claim();
  await one.session.shelf.load();
  await one.session.shelf.mark(one.session.shelf.rows[0]?.id ?? '', { handled: true });
  await one.session.shelf.save();
  return one;
}

async function next(device: Visit['device'], kept = pins): Promise<Visit> {
  const made = visit(device, kept);
  await new SignInFlow(made.session).passkey();
  await made.session.shelf.load();
  return made;
}

/** What the last visit named to the city. */
const named = (): unknown =>
  service.calls
    .filter(({ route }) => route === 'index')
    .map(({ body }) => body)
    .at(-1);
const asked = (route: string): number => service.calls.filter((call) => call.route === route).length;
const whole = ({ session: { shelf } }: Visit): unknown => [
  shelf.rows.length,
  shelf.rows.filter(({ marks }) => marks.handled).length,
  shelf.indexProblem,
  shelf.failure,
];
const TRUE = [2, 1, null, null];

function copy(): Uint8Array {
  return pins.kept.get(COPY) ?? new Uint8Array();
}

describe('copies', () => {
  // control B5, B6
  test('copies_second_visit_moves_no_index_and_lists_the_same', async () => {
    const one = await first();
    const file = service.index?.file ?? new Uint8Array();
    expect(hex(copy().subarray(32))).toBe(hex(file));
    await one.session.lock('locked');
    // Sealed bytes would have to come from here.
    const moved = vi.fn();
    service.index = {
      number: 1,
      get file() {
        moved();
        return own(file);
      },
    };
    const headers = asked('documents');
    expect(whole(await next(one.device))).toEqual(TRUE);
    expect(named()).toEqual([hex(sha256(file))]);
    // The fake city reads the file once, to hash it.
    expect(moved).toHaveBeenCalledTimes(1);
    expect(asked('documents')).toBe(headers);
    expect(asked('putIndex')).toBe(1);
  });

  test('copies_of_what_another_device_wrote_come_once', async () => {
    const one = await first();
    await one.session.lock('locked');
    const elsewhere = await next(one.device, memoryPins());
    const [a, b] = elsewhere.session.shelf.rows.map(({ id }) => id);
    await elsewhere.session.shelf.mark(a ?? '', { handled: true });
    await elsewhere.session.shelf.mark(b ?? '', { handled: true });
    await elsewhere.session.shelf.save();
    const file = service.index?.file ?? new Uint8Array();
    expect(hex(copy().subarray(32))).not.toBe(hex(file));
    for (let time = 0; time < 2; time++) {
      const again = await next(one.device);
      expect(whole(again)).toEqual([2, 2, null, null]);
      expect(hex(copy().subarray(32))).toBe(hex(file));
      await again.session.lock('locked');
    }
    expect(named()).toEqual([hex(sha256(file))]);
  });

  test('copies_are_sealed', async () => {
    const one = await first();
    const title = one.session.shelf.rows.flatMap(({ card }) => ('manifest' in card ? [card.manifest.title] : []))[0];
    expect(title).toBeTruthy();
    const text = [...copy()].map((byte) => String.fromCharCode(byte)).join('');
    expect(text).not.toContain(title);
    expect(fromUtf8(copy().subarray(32, 60))).toContain('age-encryption.org');
  });

  test.each([
    ['turned', (bytes: Uint8Array) => bytes.with(bytes.length - 40, (bytes.at(-40) ?? 0) ^ 1)],
    ['cut', (bytes: Uint8Array) => bytes.slice(0, -1)],
    ['empty', (bytes: Uint8Array) => bytes.slice(0, 32)],
    ['nothing', () => new Uint8Array()],
    ['of another vault', (bytes: Uint8Array) => bytes.with(0, (bytes[0] ?? 0) ^ 1)],
  ])('copies_that_are_spoiled_%s_are_refused_and_come_anew', async (_, spoil) => {
    const one = await first();
    await one.session.lock('locked');
    const good = copy();
    const file = service.index?.file ?? new Uint8Array();
    pins.kept.set(COPY, spoil(good));
    expect(whole(await next(one.device))).toEqual(TRUE);
    expect(named()).not.toEqual([hex(sha256(file))]);
    expect(hex(copy())).toBe(hex(good));
    expect(asked('putIndex')).toBe(1);
  });

  // attack B5, B6
  test.each(SPOILED_OR_OLDER)('copies_%s_are_not_believed_if_a_city_calls_them_unchanged', async (how) => {
    const one = await first();
    const older = copy();
    await one.session.shelf.mark(one.session.shelf.rows[1]?.id ?? '', { handled: true });
    await one.session.shelf.save();
    await one.session.lock('locked');
    const newest = service.index;
    pins.kept.set(COPY, how === 'older' ? older : older.with(2_500, (older[2_500] ?? 0) ^ 1));
    // A city that says so of whatever is named, once; asked without a name it must give its own.
    const { api } = service;
    const lying = vi.fn();
    const again = visit(one.device);
    const index: Api['index'] = async (known) => {
      if (known === null) return api.index(null);
      lying();
      return { number: newest?.number ?? 0, pieces: null, unchanged: true };
    };
    Object.assign(again.session.deps, { api: { ...api, index } });
    await new SignInFlow(again.session).passkey();
    await again.session.shelf.load();
    expect(lying).toHaveBeenCalledTimes(1);
    expect(named()).toEqual([null]);
    expect(whole(again)).toEqual([2, 2, null, null]);
    expect(hex(copy().subarray(32))).toBe(hex(newest?.file ?? new Uint8Array()));
  });

  test('copies_of_an_index_that_was_refused_are_not_kept', async () => {
    const one = await first();
    await one.session.lock('locked');
    const good = copy();
    const { file, number } = service.index ?? { file: new Uint8Array(), number: 0 };
    service.index = { number, file: file.with(file.length - 1, (file.at(-1) ?? 0) ^ 1) };
    const again = await next(one.device);
    expect(again.session.shelf.indexProblem).toBe('verification');
    expect(hex(copy())).toBe(hex(good));
  });

  test('copies_go_at_signing_out_and_stay_at_a_lock', async () => {
    const one = await first();
    await one.session.lock('locked');
    expect(pins.kept.has(COPY)).toBe(true);
    const again = await next(one.device);
    await again.session.leave();
    expect(pins.kept.has(COPY)).toBe(false);
    // What this browser has seen stays: an older index is still told apart.
    expect([...pins.kept.keys()].some((name) => name.startsWith('index/'))).toBe(true);
    expect(whole(await next(one.device))).toEqual(TRUE);
    expect(named()).toEqual([null]);
  });

  test('copies_go_at_signing_out_in_another_tab_whatever_this_one_still_kept_while_it_closed', async () => {
    const one = await first();
    one.hear({ say: 'locked' });
    await one.session.ended();
    expect([one.session.reason, pins.kept.has(COPY)]).toEqual(['elsewhere', true]);
    const again = await next(one.device);
    expect(again.session.open).toBe(true);
    again.hear({ say: 'signed-out' });
    await vi.waitFor(() => {
      expect([...pins.kept.keys()].filter((name) => name.startsWith('copy/'))).toEqual([]);
    });
    expect(again.session.reason).toBe('signed-out');
  });

  test('copies_are_neither_left_nor_kept_on_a_computer_that_others_use', async () => {
    const one = await first();
    expect(pins.kept.has(COPY)).toBe(true);
    await one.session.share(true);
    expect(pins.kept.has(COPY)).toBe(false);
    await one.session.shelf.mark(one.session.shelf.rows[1]?.id ?? '', { handled: true });
    await one.session.shelf.save();
    expect(service.index?.number).toBe(2);
    expect(pins.kept.has(COPY)).toBe(false);
    await one.session.share(false);
  });

  /** What a browser keeps that says which vaults were opened in it. */
  const tells = (): readonly string[] => [...pins.kept.keys()].filter((name) => name !== 'trust-root');

  test('copies_and_pins_go_from_a_computer_that_is_said_to_be_shared_before_anybody_signs_in', async () => {
    const one = await first();
    await one.session.leave();
    expect(tells().map((name) => name.split('/')[0])).toEqual(expect.arrayContaining(['vault', 'index']));
    await visit().session.share(true);
    expect(tells()).toEqual([]);
    await one.session.share(false);
  });

  // attack F3
  test('copies_and_pins_are_kept_no_more_by_a_tab_that_was_open_when_another_said_that_others_use_this_computer', async () => {
    const one = await first();
    one.hear({ say: 'shared' });
    await vi.waitFor(() => {
      expect([one.session.idle.minutes, tells()]).toEqual([2, []]);
    });
    await one.session.shelf.mark(one.session.shelf.rows[1]?.id ?? '', { handled: true });
    await one.session.shelf.save();
    await one.session.deps.keys().keepPlaces([]);
    expect(service.index?.number).toBe(2);
    await one.session.leave();
    expect(tells()).toEqual([]);
    one.hear({ say: 'own' });
    await vi.waitFor(() => {
      expect(one.session.idle.minutes).toBe(10);
    });
  });

  test('copies_of_a_browser_are_those_of_one_vault', async () => {
    await first();
    const mine = hex(copy().subarray(0, 32));
    // Another city, for this one has but one letter: it is no matter of the trust root.
    const shared = memoryPins();
    shared.kept.set(COPY, copy());
    const other = new Service();
    await other.wait();
    const neighbour = visit(undefined, shared, other);
    await neighbour.claim();
    await neighbour.session.shelf.load();
    await neighbour.session.shelf.save();
    await vi.waitFor(() => {
      const copies = [...shared.kept].filter(([name]) => name.startsWith('copy/'));
      expect(copies.map(([name]) => name).sort()).toEqual([COPY, 'copy/places']);
      for (const [, bytes] of copies) expect(hex(bytes.subarray(0, 32))).not.toBe(mine);
    });
  });
});
