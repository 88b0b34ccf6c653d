/** The places that a browser keeps: sealed, named by their rows, the city's word and no more, and gone when they must be. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Api } from '../../api/client.ts';
import { fromUtf8, hex } from '../../core/bytes.ts';
import { encodePlaces, namePlaces, parsePlaces } from '../../core/places.ts';
import { SignInFlow } from '../../resident/flows/sign-in.svelte.ts';
import { gatherPlaces, Gathering } from '../../resident/gathering.ts';
import { memoryPins } from '../core/support/claimed.ts';
import { Service } from './support/service.ts';
import { Visit } from './support/visit.ts';

const INDEX = 'copy/index';
const COPY = 'copy/places';
const NEWEST = 2 ** 53;

let service: Service;
let pins: ReturnType<typeof memoryPins>;
const visits: Visit[] = [];

function visit(device?: Visit['device'], kept = pins): Visit {
  const made = new Visit(service, device, kept);
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

const copy = (): Uint8Array => pins.kept.get(COPY) ?? new Uint8Array();

/** What the city would say. */
async function truth(): Promise<Awaited<ReturnType<Api['places']>>> {
  return service.api.places(0, NEWEST, 200, null);
}

/** Waits until the browser keeps what the city has: it does so behind the screen. */
async function kept(one: Visit): Promise<void> {
  const places = (await truth())?.places ?? [];
  await vi.waitFor(async () => {
    expect(await one.session.deps.keys().keptPlaces()).toEqual(places);
  });
}

/** A first visit, which leaves an index and its places. */
async function first(): Promise<Visit> {
  const one = visit();
  await one.claim();
  await one.session.shelf.load();
  await one.session.shelf.save();
  await kept(one);
  return one;
}

/** The next visit, to the end of the list, and how many places travelled. */
async function next(device: Visit['device'], api?: Partial<Api>): Promise<readonly [Visit, number]> {
  const made = visit(device);
  let moved = 0;
  const places: Api['places'] = async (...asked) => {
    const page = await (api?.places ?? service.api.places)(...asked);
    moved += page?.places.length ?? 0;
    return page;
  };
  Object.assign(made.session.deps, { api: { ...service.api, ...api, places } });
  await new SignInFlow(made.session).passkey();
  await made.session.shelf.load();
  return [made, moved];
}

const ids = ({ session: { shelf } }: Visit): readonly string[] => shelf.rows.map(({ id }) => id);

test('a document that is opened while the list is on its way is not unread in it', async () => {
  const { device } = await first();
  const made = visit(device);
  const { session } = made;
  const places: Api['places'] = async (...asked) => {
    const page = await service.api.places(...asked);
    for (const { document_id: id } of (await truth())?.places ?? [])
      await session.markOpened(await session.shelf.row(id));
    return page;
  };
  Object.assign(session.deps, { api: { ...service.api, places } });
  await new SignInFlow(session).passkey();
  await session.shelf.load();
  expect(session.shelf.rows.map(({ opened }) => opened)).toEqual([true, true]);
});
const held = (): readonly string[] => service.held.map(({ delivered }) => delivered.row.documentId);
const sorted = (all: readonly string[]): readonly string[] => [...all].sort();

const SPOILED: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
  ['turned', (bytes: Uint8Array) => bytes.with(bytes.length - 20, (bytes.at(-20) ?? 0) ^ 1)],
  ['cut', (bytes: Uint8Array) => bytes.slice(0, -1)],
  ['empty', (bytes: Uint8Array) => bytes.slice(0, 32)],
  ['nothing', () => new Uint8Array()],
  ['of_another_vault', (bytes: Uint8Array) => bytes.with(0, (bytes[0] ?? 0) ^ 1)],
  ['the_index', () => pins.kept.get(INDEX) ?? new Uint8Array()],
];

describe('places', () => {
  // control B7
  test('places_second_visit_moves_none_and_lists_the_same', async () => {
    const one = await first();
    await one.session.lock('locked');
    const [again, moved] = await next(one.device);
    expect([moved, again.session.shelf.failure, again.session.shelf.missing]).toEqual([0, null, []]);
    expect(sorted(ids(again))).toEqual(sorted(held()));
  });

  test('places_of_what_was_opened_deleted_and_delivered_are_kept_too', async () => {
    const one = await first();
    const [row, other] = one.session.shelf.rows;
    if (row === undefined || other === undefined) throw new Error('two documents');
    await one.session.markOpened(await one.session.shelf.row(row.id));
    await kept(one);
    await one.session.lock('locked');
    const [second, none] = await next(one.device);
    expect([none, second.session.shelf.rows.find(({ id }) => id === row.id)?.opened]).toEqual([0, true]);
    await service.api.remove(other.id, 'act');
    await second.session.shelf.forget(other.id);
    // The fake city's positions are places in a list: the document that is left moves up.
    await second.session.lock('locked');
    await service.deliver();
    const [third, some] = await next(one.device);
    expect([some, sorted(ids(third))]).toEqual([2, sorted(held())]);
    await kept(third);
    await third.session.lock('locked');
    expect((await next(one.device))[1]).toBe(0);
  });

  test('places_are_sealed', async () => {
    const one = await first();
    const text = hex(copy());
    for (const id of held()) expect(text).not.toContain(id);
    expect(fromUtf8(copy().subarray(32, 60))).toContain('age-encryption.org');
    await one.session.leave();
    expect(pins.kept.has(COPY)).toBe(false);
  });

  test('places_are_neither_left_nor_kept_on_a_computer_that_others_use', async () => {
    const one = await first();
    await one.session.share(true);
    expect(pins.kept.has(COPY)).toBe(false);
    await one.session.shelf.load();
    await one.session.deps.keys().keepPlaces([]);
    expect(pins.kept.has(COPY)).toBe(false);
    await one.session.share(false);
  });

  // attack B5
  test.each(SPOILED)('places_that_are_spoiled_%s_name_nothing_and_come_anew', async (_, spoil) => {
    const one = await first();
    await one.session.lock('locked');
    pins.kept.set(COPY, spoil(copy()));
    const [again, moved] = await next(one.device);
    expect([moved, sorted(ids(again))]).toEqual([2, sorted(held())]);
    await kept(again);
  });

  /** The places of before a delivery that an index has seen since: what a thief of an old disk could put back. */
  async function replayed(): Promise<Visit> {
    const one = await first();
    const older = copy();
    await service.deliver();
    await one.session.shelf.load();
    await one.session.shelf.save();
    await kept(one);
    await one.session.lock('locked');
    pins.kept.set(COPY, older);
    return one;
  }

  // control B6
  test('places_that_are_older_are_others_for_an_honest_city', async () => {
    const one = await replayed();
    const [again, moved] = await next(one.device);
    expect([moved, ids(again).length, again.session.shelf.missing]).toEqual([3, 3, []]);
  });

  // attack B6, B7
  test('places_that_are_older_and_a_city_that_calls_them_unchanged_leave_out_nothing_unnamed', async () => {
    const one = await replayed();
    const [again, moved] = await next(one.device, { places: () => Promise.resolve(null) });
    expect([moved, ids(again).length]).toEqual([0, 2]);
    expect(again.session.shelf.missing.map(({ id }) => id)).toEqual(held().slice(2));
  });

  // mutant B6, B7
  test('places_mutant_without_what_the_index_knows_does_not_notice', async () => {
    const one = await replayed();
    pins.kept.delete(INDEX);
    const lie: Partial<Api> = {
      places: () => Promise.resolve(null),
      index: () => Promise.resolve({ number: 0, pieces: null, unchanged: false }),
    };
    const [again] = await next(one.device, lie);
    expect([ids(again).length, again.session.shelf.missing]).toEqual([2, []]);
  });

  // attack B6
  test('places_of_a_document_that_is_gone_open_nothing_though_the_city_calls_them_unchanged', async () => {
    const one = await first();
    await one.session.lock('locked');
    const [gone = ''] = held();
    await service.api.remove(gone, 'act');
    const [again] = await next(one.device, { places: () => Promise.resolve(null) });
    expect(ids(again)).toContain(gone);
    await expect(again.session.shelf.row(gone)).rejects.toMatchObject({ code: 'document-unknown' });
  });

  test('places_stay_as_they_were_when_an_opening_is_noted_after_the_lock', async () => {
    const one = await first();
    await kept(one);
    const before = hex(copy());
    let written: () => void = () => undefined;
    service.late.set('putIndex', new Promise((resolve) => (written = resolve)));
    const [id = ''] = held();
    await one.session.shelf.mark(id, { handled: true });
    const locking = one.session.lock('locked');
    one.session.shelf.change(id, { opened: true });
    written();
    await locking;
    expect(hex(copy())).toBe(before);
  });

  test('places_come_page_by_page_and_only_pages_that_changed', async () => {
    const all = Array.from({ length: 2_500 }, (_, i) => ({
      document_id: (i + 1).toString(16).padStart(32, '0'),
      position: 2_500 - i,
      opened: i % 2 === 0,
    }));
    const given: number[] = [];
    const city = (has: typeof all): Pick<Api, 'places'> => ({
      places: async (after, before, limit, known) => {
        const rows = has.filter(({ position }) => position > after && position < before).slice(0, limit);
        const same = known === (await namePlaces(rows));
        given.push(same ? 0 : rows.length);
        return same ? null : { places: rows, next: rows.length === limit ? (rows.at(-1)?.position ?? null) : null };
      },
    });
    const gather = async (has: typeof all, kept: typeof all): Promise<readonly number[]> => {
      given.length = 0;
      const gathering = new Gathering(new Set(), () => undefined);
      await gatherPlaces(city(has), 0, gathering, kept);
      expect(gathering.others()).toEqual([...has].reverse());
      return [...given];
    };
    const row = all[701];
    if (row === undefined) throw new Error('many places');
    expect(await gather(all, [])).toEqual([200, 1_000, 1_000, 300]);
    expect(await gather(all, all)).toEqual([0, 0, 0, 0]);
    // Opened elsewhere: its page alone. New: the first page, and others that begin where it ends now.
    expect(await gather(all.with(701, { ...row, opened: true }), all)).toEqual([0, 1_000, 0, 0]);
    expect(await gather(all, all.slice(3))).toEqual([200, 0, 0, 0]);
    // Deleted elsewhere: its page, and what follows is asked for from where that ends.
    expect(await gather(all.toSpliced(700, 1), all)).toEqual([0, 1_000, 0, 0]);
    // A city with none of them, or with more of them than are kept.
    expect(await gather([], all)).toEqual([0]);
    expect(await gather(all, all.slice(0, 1_000))).toEqual([0, 1_000, 1_000, 300]);
  });

  /** Cities whose list would never end, by what they say to the question of that number. */
  const ENDLESS: readonly (readonly [string, (asked: number) => Page])[] = [
    ['gives_the_same_page', () => ({ places: [place(1)], next: 1 })],
    ['goes_upwards', (asked) => ({ places: [place(asked)], next: NEWEST + asked })],
    [
      'names_one_document_at_ever_other_places',
      (asked) => ({ places: [{ ...place(1), position: NEWEST - asked }], next: NEWEST - asked }),
    ],
    ['leads_on_with_nothing', (asked) => ({ places: [], next: NEWEST - asked })],
    ['leads_to_no_number', (asked) => ({ places: [place(asked)], next: Number.NaN })],
    ['names_ever_more', (asked) => ({ places: many(asked), next: NEWEST - asked })],
  ];
  type Page = NonNullable<Awaited<ReturnType<Api['places']>>>;
  const place = (id: number): Page['places'][number] => ({
    document_id: id.toString(16).padStart(32, '0'),
    position: id,
    opened: false,
  });
  const many = (asked: number): Page['places'] => Array.from({ length: 50_000 }, (_, i) => place(asked * 50_000 + i));

  // attack G1
  test.each(ENDLESS)('places_of_a_city_that_%s_come_to_an_end', async (_, say) => {
    let asked = 0;
    const api: Pick<Api, 'places'> = {
      places: () => {
        asked += 1;
        if (asked > 100) throw new Error('asked for ever');
        return Promise.resolve(say(asked));
      },
    };
    const gathering = new Gathering(new Set(), () => undefined);
    await expect(gatherPlaces(api, 0, gathering)).rejects.toMatchObject({ code: 'server' });
    expect(asked).toBeLessThan(10);
  });

  // attack G1
  test('places_of_a_city_whose_headers_go_back_are_asked_for_once', async () => {
    const one = await first();
    await one.session.lock('locked');
    const made = visit(one.device);
    const asked: number[] = [];
    const documents: Api['documents'] = async (after) => {
      asked.push(after);
      if (asked.length > 100) throw new Error('asked for ever');
      const said = await service.api.documents(after);
      return { ...said, documents: said.documents.map((row) => ({ ...row, position: 0 })) };
    };
    const index: Api['index'] = () => Promise.resolve({ number: 0, pieces: null, unchanged: false });
    Object.assign(made.session.deps, { api: { ...service.api, documents, index } });
    await new SignInFlow(made.session).passkey();
    await made.session.shelf.load();
    expect([made.session.shelf.failure, sorted(ids(made)), asked.length]).toEqual([null, sorted(held()), 2]);
  });

  test('places_that_are_read_are_written_the_same_and_nothing_else_is_read', () => {
    const row = (id: number, position: number, opened = false) => ({
      document_id: id.toString(16).padStart(32, '0'),
      position,
      opened,
    });
    const good = [row(9, NEWEST - 1, true), row(1, 300), row(2, 0)];
    expect(parsePlaces(encodePlaces(good))).toEqual(good);
    expect(parsePlaces(new Uint8Array(0))).toEqual([]);
    const bytes = encodePlaces(good);
    expect(() => parsePlaces(bytes.subarray(1))).toThrow('places: length');
    expect(() => parsePlaces(bytes.with(24, 2))).toThrow('places: a row');
    expect(() => parsePlaces(bytes.with(17, 0xff))).toThrow('places: a row');
    expect(() => parsePlaces(encodePlaces([row(1, 3), row(2, 3)]))).toThrow('places: a row');
    expect(() => parsePlaces(encodePlaces([row(1, 3), row(1, 2)]))).toThrow('places: a row');
    expect(() => parsePlaces(new Uint8Array(20_001 * 25))).toThrow('places: length');
    for (const bad of [row(1, 1.5), row(1, -1), row(1, NEWEST), { ...row(1, 1), document_id: 'x' }])
      expect(() => encodePlaces([bad])).toThrow();
  });
});
