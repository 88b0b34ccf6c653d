/**
 * Answers the Python side (`tests/support/twin.py`): batches of inputs of one format on the standard input, one verdict for
 * each on the standard output. A batch is its length, a format's name behind its length (1 byte), then inputs behind theirs
 * (4 bytes); a verdict is a byte and a text behind its length. Ends with the input.
 */

import { readSync, writeSync } from 'node:fs';

import { equal, fromUtf8, utf8 } from '../../../core/bytes.ts';
import { VouteError } from '../../../core/errors.ts';
import { FORMATS, UNLIMITED } from './formats.ts';

const SAME = 0;
const OTHER = 1;
const REFUSED = 2;
const FOREIGN = 3;
const WORD = 4;

function read(size: number): Uint8Array | null {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const got = readSync(0, bytes, at, size - at, null);
    if (got === 0) return null;
    at += got;
  }
  return bytes;
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

async function judge(format: string, input: Uint8Array): Promise<[number, Uint8Array]> {
  const run = FORMATS[format] ?? UNLIMITED[format];
  if (run === undefined) return [FOREIGN, utf8(`no format ${format}`)];
  try {
    const result = run(input);
    // Awaited only where there is something to wait for: a turn of the loop a case would cost more than most parsers.
    const written = result instanceof Promise ? await result : result;
    return equal(written, input) ? [SAME, new Uint8Array(0)] : [OTHER, written];
  } catch (error) {
    if (error instanceof VouteError) return [REFUSED, utf8(error.code)];
    return [FOREIGN, utf8(String(error).toWellFormed())];
  }
}

async function answer(batch: Uint8Array): Promise<Uint8Array> {
  const size = batch[0] ?? 0;
  const format = fromUtf8(batch.subarray(1, 1 + size));
  const parts: Uint8Array[] = [];
  for (let at = 1 + size; at < batch.length;) {
    const length = u32(batch, at);
    // A copy of its own: a parser that reads beyond its input must not find the next one there.
    const [verdict, text] = await judge(format, batch.slice(at + WORD, at + WORD + length));
    const head = new Uint8Array(1 + WORD);
    head[0] = verdict;
    new DataView(head.buffer).setUint32(1, text.length);
    parts.push(head, text);
    at += WORD + length;
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, WORD));
  new DataView(whole.buffer).setUint32(0, whole.length - WORD);
  let at = WORD;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

for (let head = read(WORD); head !== null; head = read(WORD)) {
  const batch = read(u32(head, 0));
  if (batch === null) break;
  const reply = await answer(batch);
  for (let at = 0; at < reply.length;) at += writeSync(1, reply, at);
}
