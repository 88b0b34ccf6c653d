/** A city that is asked and stays silent, before an answer or in its middle: the page says so in time, and can ask again. */

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PATIENCE_MS } from '../../ui/patience.ts';

const PART = '/assets/part-1.js';
const PIECES = [new Uint8Array([1, 2]), new Uint8Array([3]), new Uint8Array([4, 5, 6])];
const HASH = `sha384-${createHash('sha384')
  .update(Uint8Array.from(PIECES.flatMap((one) => [...one])))
  .digest('base64')}`;

type Answer = (signal: AbortSignal) => Promise<Response>;
let answer: Answer;

const silent: Answer = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new DOMException('aborted', 'AbortError'));
    });
  });

/** Pieces with a pause before each; ends after so many, or is silent then. */
const paced =
  (pause: number, count: number): Answer =>
  (signal) => {
    let given = 0;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        signal.addEventListener('abort', () => {
          controller.error(new DOMException('aborted', 'AbortError'));
        });
      },
      pull: async (controller) => {
        await new Promise((resolve) => setTimeout(resolve, given < count ? pause : 1e9));
        const piece = PIECES[given];
        if (piece) controller.enqueue(piece);
        given += 1;
        if (given === PIECES.length) controller.close();
      },
    });
    return Promise.resolve(new Response(stream));
  };

beforeEach(() => {
  vi.useFakeTimers();
  // The browser's own clock, wound by the same hand.
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const limit = new AbortController();
    setTimeout(() => {
      limit.abort();
    }, ms);
    return limit.signal;
  });
  vi.stubGlobal('location', { origin: 'https://coffre.ville.test', href: 'https://coffre.ville.test/' });
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('document', {
    querySelector: () => ({ textContent: JSON.stringify({ integrity: { [PART]: HASH } }) }),
  });
  vi.stubGlobal('fetch', (input: unknown, init?: RequestInit) =>
    answer(init?.signal ?? (input instanceof Request ? input.signal : new AbortController().signal)),
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.resetModules();
});

async function settled(pending: Promise<unknown>, ms: number): Promise<string> {
  const code = pending.then(
    () => 'there',
    (thrown: unknown) => (thrown as { code?: string }).code ?? String(thrown),
  );
  await vi.advanceTimersByTimeAsync(ms);
  return code;
}

// attack G1
test('silence_of_a_route_is_no_answer_and_is_asked_again', async () => {
  const { api } = await import('../../api/client.ts');
  answer = silent;
  expect(await settled(api.about(), PATIENCE_MS)).toBe('network');
  answer = () => Promise.resolve(Response.json({ city: 'Ville' }));
  expect(await settled(api.about(), 0)).toBe('there');
});

const SILENCES: readonly (readonly [string, Answer])[] = [
  ['before_its_head', silent],
  ['in_its_middle', paced(10, 1)],
];

// attack G1
test.each(SILENCES)('silence_of_a_part_of_the_program_%s_is_no_answer', async (_, how) => {
  const { loadPart } = await import('../../ui/program.ts');
  answer = how;
  expect(await settled(loadPart(PART), PATIENCE_MS + 1_000)).toBe('network');
  answer = paced(0, PIECES.length);
  expect(await settled(loadPart(PART), 100)).toBe('there');
});

// control G1
test('silence_is_not_what_a_slow_line_has', async () => {
  const { loadPart } = await import('../../ui/program.ts');
  answer = paced(PATIENCE_MS - 1_000, PIECES.length);
  expect(await settled(loadPart(PART), PATIENCE_MS * PIECES.length)).toBe('there');
});

test('silence_that_is_no_more_waited_for_is_stopped_by_whoever_asked', async () => {
  const { loadPart } = await import('../../ui/program.ts');
  answer = silent;
  const stop = new AbortController();
  const pending = loadPart(PART, stop.signal);
  stop.abort(new Error('enough'));
  await expect(pending).rejects.toThrow('enough');
});
