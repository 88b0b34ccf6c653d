/** An age payload opens alike whatever the pieces it comes in, and any range of it is as the whole says. */

import { expect, test } from 'vitest';

import { concat } from '../../core/bytes.ts';
import { VouteError } from '../../core/errors.ts';
import { CHUNK_SIZE, openPayload, PayloadOpener, PayloadReader, sealPayload } from '../../core/age/stream.ts';
import { seeded } from './support/mutate.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, index) => index);
const SIZES = [0, 1, 15, 16, 17, 100, CHUNK_SIZE + 5];
const PIECES = [1, 7, CHUNK_SIZE + 16];

function sample(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => index % 251);
}

interface Outcome {
  readonly released: Uint8Array;
  readonly code: string;
}

function opened(payload: Uint8Array, size: number): Outcome {
  const parts: Uint8Array[] = [];
  const opener = new PayloadOpener(KEY, (chunk) => parts.push(chunk.slice()));
  try {
    for (let at = 0; at < payload.length; at += size) opener.push(payload.subarray(at, at + size));
    opener.finish();
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    return { released: concat(...parts), code: error.code };
  }
  return { released: concat(...parts), code: '' };
}

function whole(payload: Uint8Array): string {
  try {
    openPayload(KEY, payload);
  } catch (error) {
    if (error instanceof VouteError) return error.code;
    throw error;
  }
  return '';
}

function changed(payload: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * payload.length);
  if (random() < 0.2) return payload;
  if (random() < 0.4) return payload.slice(0, at);
  const copy = payload.slice();
  copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  return copy;
}

test.each(SIZES)('streams_payload_of_%i_bytes_opens_alike_in_any_pieces', (size) => {
  const random = seeded(size + 1);
  const payload = sealPayload(KEY, sample(size));
  for (let run = 0; run < (size > CHUNK_SIZE ? 6 : 100); run++) {
    const data = run === 0 ? payload : changed(payload, random);
    const [first, ...others] = PIECES.map((pieces) => opened(data, pieces));
    for (const one of others) expect(one).toEqual(first);
    expect(first?.code).toBe(whole(data));
  }
});

test('streams_any_range_is_as_the_whole', async () => {
  const size = CHUNK_SIZE + 5;
  const random = seeded(3);
  const payload = sealPayload(KEY, sample(size));
  const reader = await PayloadReader.open(KEY, payload.length, (offset, length) =>
    Promise.resolve(payload.slice(offset, offset + length)),
  );
  const borders = [0, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, size];
  const drawn = Array.from({ length: 8 }, () => Math.floor(random() * (size + 1)));
  const ends = [...borders, ...drawn].toSorted((a, b) => a - b);
  for (const [index, start] of ends.entries()) {
    for (const end of ends.slice(index)) {
      expect(await reader.read(start, end)).toEqual(sample(size).slice(start, end));
    }
  }
});
