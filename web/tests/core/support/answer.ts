/**
 * Answers the Python side (`tests/support/twin.py`): batches of inputs of one format on the standard input, one verdict for
 * each on the standard output. A batch is its length, a format's name behind its length (1 byte), then inputs behind theirs
 * (4 bytes); a verdict is a byte and a text behind its length. Ends with the input.
 */

import { readSync, writeSync } from 'node:fs';

import { equal, fromUtf8, utf8 } from '../../../core/bytes.ts';
import { VouteError } from '../../../core/errors.ts';
import { FORMATS, type Run, UNLIMITED } from './formats.ts';

const SAME = 0;
const OTHER = 1;
const REFUSED = 2;
const FOREIGN = 3;
const WORD = 4;
const NOTHING = new Uint8Array(0);

// A verdict is a code: where an error was raised is asked by nobody, and costs more than most parsers.
Error.stackTraceLimit = 0;

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

type Verdict = readonly [number, Uint8Array];

function written(input: Uint8Array, result: Uint8Array): Verdict {
  return equal(result, input) ? [SAME, NOTHING] : [OTHER, result];
}

function raised(error: unknown): Verdict {
  if (error instanceof VouteError) return [REFUSED, utf8(error.code)];
  return [FOREIGN, utf8(String(error).toWellFormed())];
}

async function later(input: Uint8Array, result: Promise<Uint8Array>): Promise<Verdict> {
  try {
    return written(input, await result);
  } catch (error) {
    return raised(error);
  }
}

/** Waits only where there is something to wait for: a turn of the loop a case would cost more than most parsers. */
function judge(run: Run, input: Uint8Array): Verdict | Promise<Verdict> {
  try {
    const result = run(input);
    return result instanceof Promise ? later(input, result) : written(input, result);
  } catch (error) {
    return raised(error);
  }
}

function missing(format: string): Run {
  return () => {
    throw new Error(`no format ${format}`);
  };
}

async function answer(batch: Uint8Array): Promise<Uint8Array> {
  const size = batch[0] ?? 0;
  const format = fromUtf8(batch.subarray(1, 1 + size));
  const run = FORMATS[format] ?? UNLIMITED[format] ?? missing(format);
  const verdicts: Verdict[] = [];
  for (let at = 1 + size; at < batch.length;) {
    const length = u32(batch, at);
    // A copy of its own: a parser that reads beyond its input must not find the next one there.
    const verdict = judge(run, batch.slice(at + WORD, at + WORD + length));
    verdicts.push(verdict instanceof Promise ? await verdict : verdict);
    at += WORD + length;
  }
  const whole = new Uint8Array(verdicts.reduce((sum, [, text]) => sum + 1 + WORD + text.length, WORD));
  const view = new DataView(whole.buffer);
  view.setUint32(0, whole.length - WORD);
  let at = WORD;
  for (const [kind, text] of verdicts) {
    whole[at] = kind;
    view.setUint32(at + 1, text.length);
    whole.set(text, at + 1 + WORD);
    at += 1 + WORD + text.length;
  }
  return whole;
}

for (let head = read(WORD); head !== null; head = read(WORD)) {
  const batch = read(u32(head, 0));
  if (batch === null) break;
  const reply = await answer(batch);
  for (let at = 0; at < reply.length;) at += writeSync(1, reply, at);
}
