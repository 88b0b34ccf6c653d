/** A sealed body by a signed link: what the page asks for, of whom, and what it does when that fails. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually } from './support/eventually.ts';

const ORIGIN = 'https://coffre.ville.test';
const STORE = 'https://s3.ville.test/city/packs/00.pack?X-Amz-Signature=1';
const SIGNED = 'application/vnd.voute.signed-url+json';
const BODY = new Uint8Array([1, 2, 3, 4]);

interface Asked {
  readonly url: string;
  readonly accept: string | null;
  readonly init: RequestInit | undefined;
}

const asked: Asked[] = [];
let store: () => Promise<Response>;

beforeEach(() => {
  asked.length = 0;
  store = () => Promise.resolve(new Response(BODY, { status: 206 }));
  vi.stubGlobal('location', { origin: ORIGIN });
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('fetch', (input: Request | string, init?: RequestInit) => {
    const url = typeof input === 'string' ? input : input.url;
    const accept = typeof input === 'string' ? null : input.headers.get('accept');
    asked.push({ url, accept, init });
    if (url === STORE) return store();
    return Promise.resolve(
      accept?.includes(SIGNED) === true
        ? Response.json({ url: STORE, range: 'bytes=10-13', expires_at: '' }, { headers: { 'content-type': SIGNED } })
        : new Response(new Uint8Array([9, 9, 9, 9]), { headers: { 'content-type': 'application/octet-stream' } }),
    );
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.resetModules();
});

const read = async (): Promise<Uint8Array> => {
  const { api } = await import('../../api/client.ts');
  return api.body('00'.repeat(16));
};

test('direct_body_is_read_from_the_store_without_cookie_or_referer', async () => {
  expect(await read()).toEqual(BODY);
  expect(asked.map((one) => one.url)).toEqual([`${ORIGIN}/api/documents/${'00'.repeat(16)}/body`, STORE]);
  expect(asked[1]?.init).toMatchObject({
    headers: { range: 'bytes=10-13' },
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    redirect: 'error',
    cache: 'no-store',
  });
});

test.each<[string, () => Promise<Response>]>([
  ['refused', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['expired', () => Promise.resolve(new Response('<Error/>', { status: 403 }))],
  ['whole', () => Promise.resolve(new Response(BODY, { status: 200 }))],
  ['longer', () => Promise.resolve(new Response(new Uint8Array(5), { status: 206 }))],
  ['shorter', () => Promise.resolve(new Response(new Uint8Array(3), { status: 206 }))],
])('direct_body_that_the_store_does_not_give_comes_from_the_city: %s', async (_, answer) => {
  store = answer;
  expect(await read()).toEqual(new Uint8Array([9, 9, 9, 9]));
  expect(asked.map((one) => one.accept)).toEqual([
    `${SIGNED}, application/octet-stream`,
    null,
    'application/octet-stream',
  ]);
});

test('direct_store_that_is_silent_is_not_waited_for', async () => {
  vi.useFakeTimers();
  store = () =>
    new Promise((_, reject) => {
      asked.at(-1)?.init?.signal?.addEventListener('abort', () => {
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
  const pending = read();
  await eventually(() => {
    expect(asked).toHaveLength(2);
  });
  await vi.advanceTimersByTimeAsync(8_000);
  expect(await pending).toEqual(new Uint8Array([9, 9, 9, 9]));
});
