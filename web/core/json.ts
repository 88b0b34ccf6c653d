/**
 * Canonical JSON: one value, one sequence of bytes (docs/spec/encoding.md, "Canonical JSON"; RFC 8785 section 3.2.2.2).
 *
 * The platform's parser is lenient in ways that its own re-encoding shows, so strictness is one comparison: bytes that the
 * value does not encode back to are refused (white space, another order, a key twice, other escapes, fractions).
 */

import { fromUtf8, utf8 } from './bytes.ts';
import { FormatError } from './errors.ts';

/** A value of canonical JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object of canonical JSON. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Deeper than any schema of ours, shallow enough for every parser's stack. */
export const MAX_DEPTH = 16;

/** One statement; what is larger says so where it is read. */
export const MAX_JSON = 1024 * 1024;

const NAME = /^[a-z][a-z0-9_]*$/;

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function encodeName(name: string): string {
  if (!NAME.test(name)) throw new FormatError('a key is a name of the form [a-z][a-z0-9_]*');
  return `"${name}"`;
}

function encodeValue(value: Json, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new FormatError('not an integer of canonical JSON');
    return String(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new FormatError('lone surrogate in a text');
    return JSON.stringify(value);
  }
  if (depth === MAX_DEPTH) throw new FormatError(`nested deeper than ${MAX_DEPTH}`);
  if (isObject(value)) {
    const members = Object.entries(value).map(([name, member]): [string, Json] => [encodeName(name), member]);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${name}:${encodeValue(member, depth + 1)}`).join(',')}}`;
  }
  return `[${value.map((item) => encodeValue(item, depth + 1)).join(',')}]`;
}

/** Encodes a value canonically; `FormatError` for what canonical JSON does not hold. */
export function encodeJson(value: Json): Uint8Array {
  return utf8(encodeValue(value, 0));
}

/**
 * Refuses a value that canonical JSON does not hold, or whose keys do not rise: what the platform's writer makes of any other is
 * what `encodeJson` makes of it. One walk without a text: an index has 100,000 values.
 */
function requireOrderly(value: Json, depth: number): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new FormatError('not an integer of canonical JSON');
    return;
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new FormatError('lone surrogate in a text');
    return;
  }
  if (depth === MAX_DEPTH) throw new FormatError(`nested deeper than ${MAX_DEPTH}`);
  if (isObject(value)) {
    let before = '';
    for (const name of Object.keys(value)) {
      if (!NAME.test(name)) throw new FormatError('a key is a name of the form [a-z][a-z0-9_]*');
      if (name <= before) throw new FormatError('not canonical JSON');
      before = name;
      requireOrderly(value[name] ?? null, depth + 1);
    }
    return;
  }
  for (const item of value) requireOrderly(item, depth + 1);
}

/** Decodes canonical JSON of at most `maximum` bytes; the value's own encoding is exactly `bytes`. */
export function decodeJson(bytes: Uint8Array, maximum: number = MAX_JSON): Json {
  if (bytes.length > maximum) throw new FormatError(`more than ${maximum} bytes`);
  const text = fromUtf8(bytes);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw new FormatError('not JSON');
  }
  requireOrderly(value, 0);
  if (JSON.stringify(value) !== text) throw new FormatError('not canonical JSON');
  return value;
}
