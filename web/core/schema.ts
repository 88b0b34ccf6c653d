/**
 * Readers of the values in statements: every key named, every value of its kind, or `FormatError`.
 *
 * Source: docs/spec/encoding.md, "Values in JSON". A reader returns the value as it stands in the JSON (hex stays hex), so
 * that what was read is what is written; an error names the key, never the value.
 */

import { fromBase64 } from './bytes.ts';
import { FormatError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';

/** Reads one value; `key` names it in errors. */
export type Reader<T> = (value: Json | undefined, key: string) => T;

/** The type that a reader gives. */
export type Read<R> = R extends Reader<infer T> ? T : never;

type Fields = Readonly<Record<string, Reader<unknown>>>;
type Shape<F extends Fields> = { readonly [K in keyof F]: Read<F[K]> };

/** Largest unsigned 32-bit integer. */
export const MAX_U32 = 2 ** 32 - 1;

const MAX_TEXT = 500;
const HEX = /^[0-9a-f]*$/;
const SLUG = /^[a-z][a-z0-9-]{0,39}$/;
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const CURRENCY = /^[A-Z]{3}$/;
// Control characters, bidirectional overrides and isolates: what could make a text show as something else.
// eslint-disable-next-line no-control-regex
const UNWANTED = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
// What was given a decomposition or a combining class after Unicode 14: whether it is NFC depends on who asks.
const YOUNG =
  /[\u0897\u1acf-\u1aff\u{10d40}-\u{10d8f}\u{10ec0}-\u{10eff}\u{11380}-\u{113ff}\u{16100}-\u{1613f}\u{16d40}-\u{16d7f}\u{1e030}-\u{1e08f}\u{1e4d0}-\u{1e4ff}\u{1e5d0}-\u{1e5ff}\u{1e6c0}-\u{1e6ff}]|[\u{11f00}-\u{11f5f}]/u;

function fail(key: string, detail: string): never {
  throw new FormatError(`${key}: ${detail}`, 'format', { field: key });
}

function string(value: Json | undefined, key: string): string {
  return typeof value === 'string' ? value : fail(key, 'not a string');
}

/** Reads a string that passes a test. */
export function pattern(test: (text: string) => boolean, kind: string): Reader<string> {
  return (value, key) => {
    const text = string(value, key);
    return test(text) ? text : fail(key, `not ${kind}`);
  };
}

function hexOf(size: number): Reader<string> {
  return pattern((text) => text.length === 2 * size && HEX.test(text), `${size} bytes in hex`);
}

/** Reads 32 bytes in hex: hash, key, nonce, seed. */
export const hash = hexOf(32);

/** Reads 16 bytes in hex. */
export const id = hexOf(16);

/** Reads a slug: city, issuer, document type. */
export const slug = pattern((text) => SLUG.test(text), 'a slug');

/** Reads bytes in padded base64, and leaves them so. */
export const base64Text: Reader<string> = (value, key) => {
  const text = string(value, key);
  try {
    fromBase64(text);
  } catch {
    return fail(key, 'not base64');
  }
  return text;
};

// Printable ASCII, Latin-1 and Latin Extended-A: none is unwanted or young, none combines, so such a text is NFC as it stands, and as
// many code points as units. Nearly every text of ours is.
const PLAIN = /^[\u0020-\u007e\u00a0-\u017f]*$/;

/** Reads a text for people: NFC, 1 to `maximum` code points, no control character. */
export function text(maximum: number = MAX_TEXT): Reader<string> {
  return pattern((value) => {
    if (PLAIN.test(value)) return value.length >= 1 && value.length <= maximum;
    const length = Array.from(value).length;
    return (
      value.isWellFormed() &&
      length >= 1 &&
      length <= maximum &&
      !UNWANTED.test(value) &&
      !YOUNG.test(value) &&
      value.normalize('NFC') === value
    );
  }, `a text of 1 to ${maximum} characters`);
}

/**
 * What a person typed, made into a text for people: composed, on one line, without what could make it show as something else,
 * cut at `maximum` code points; null when nothing is left.
 */
export function tidyText(typed: string, maximum: number): string | null {
  const kept = Array.from(typed.toWellFormed().replace(/\s/gu, ' ')).filter(
    (one) => !UNWANTED.test(one) && !YOUNG.test(one),
  );
  const line = kept.join('').normalize('NFC').replace(/ +/gu, ' ').trim();
  const cut = Array.from(line).slice(0, maximum).join('').trim();
  return cut === '' ? null : cut;
}

function isInstant(iso: string): boolean {
  const milliseconds = Date.parse(iso);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === iso.replace('Z', '.000Z');
}

/** Reads an instant, `YYYY-MM-DDTHH:MM:SSZ`, years 2000 to 9999. */
export const time = pattern((value) => TIME.test(value) && value >= '2000' && isInstant(value), 'an instant');

/** Reads a day, `YYYY-MM-DD`. */
export const date = pattern(
  (value) => DATE.test(value) && !value.startsWith('0000') && isInstant(`${value}T00:00:00Z`),
  'a day',
);

/** Unix seconds of an instant that `time` has read. */
export function unixSeconds(instant: string): number {
  return Date.parse(instant) / 1000;
}

/** Writes whole Unix seconds as an instant. */
export function instantOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** Reads an integer within bounds, both included. */
export function integer(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, key) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum || value > maximum) {
      return fail(key, 'not an integer within its bounds');
    }
    return value;
  };
}

/** Reads an unsigned 32-bit integer. */
export const u32Integer = integer(0, MAX_U32);

/** Reads `version` 1: a later number is another schema, never guessed. */
export const version1: Reader<1> = (value, key) => (value === 1 ? 1 : fail(key, 'not version 1'));

/** Reads true or false. */
export const boolean: Reader<boolean> = (value, key) =>
  typeof value === 'boolean' ? value : fail(key, 'not true or false');

/** Reads null. */
export const nothing: Reader<null> = (value, key) => (value === null ? null : fail(key, 'not null'));

/** Reads one word of a closed list. */
export function oneOf<const W extends string>(...words: readonly W[]): Reader<W> {
  return (value, key) => words.find((word) => word === value) ?? fail(key, 'not one of the words allowed');
}

/** Reads null or a value. */
export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return (value, key) => (value === null ? null : reader(value, key));
}

/** Reads a list of `minimum` to `maximum` items. */
export function list<T>(reader: Reader<T>, minimum: number, maximum: number): Reader<readonly T[]> {
  return (value, key) => {
    if (!Array.isArray(value) || value.length < minimum || value.length > maximum) {
      return fail(key, `not a list of ${minimum} to ${maximum}`);
    }
    return (value as readonly Json[]).map((item) => reader(item, key));
  };
}

/** Whether a value is a JSON object. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads an object with exactly these keys. */
export function object<F extends Fields>(fields: F): Reader<Shape<F>> {
  const entries = Object.entries(fields);
  return (value, key) => {
    if (!isJsonObject(value)) return fail(key, 'not an object');
    const given = Object.keys(value);
    // Own keys alone: `constructor` is in every object of the language.
    if (given.length !== entries.length || !given.every((name) => Object.hasOwn(fields, name))) {
      const wrong = [
        ...given.filter((name) => !Object.hasOwn(fields, name)),
        ...Object.keys(fields).filter((name) => !Object.hasOwn(value, name)),
      ];
      return fail(wrong.sort()[0] ?? key, 'missing or unknown key');
    }
    const read: Record<string, unknown> = {};
    for (const [name, reader] of entries) read[name] = reader(value[name], name);
    return read as Shape<F>;
  };
}

/** Reads one of several objects, told apart by the word at `tag`. */
export function tagged<V extends Readonly<Record<string, Reader<unknown>>>>(
  tag: string,
  variants: V,
): Reader<Read<V[keyof V]>> {
  return (value, key) => {
    const word = isJsonObject(value) ? value[tag] : undefined;
    const reader = typeof word === 'string' && Object.hasOwn(variants, word) ? variants[word] : undefined;
    return reader === undefined ? fail(key, 'no such variant') : (reader(value, key) as Read<V[keyof V]>);
  };
}

/** Reads a name in both languages. */
export const names = object({ en: text(), fr: text() });

/** Reads an amount: whole cents and a currency of three capital letters. */
export const money = object({
  cents: integer(0),
  currency: pattern((value) => CURRENCY.test(value), 'a currency'),
});

/** A name in both languages. */
export type Names = Read<typeof names>;

/** An amount. */
export type Money = Read<typeof money>;

/** Refuses a list that is not strictly rising by a key: sorted, and none twice. */
export function requireRising(keys: readonly string[], what: string): void {
  keys.forEach((key, index) => {
    const before = keys[index - 1];
    if (before !== undefined && compareCodePoints(before, key) >= 0) fail(what, 'not sorted, or one twice');
  });
}

/** Where a UTF-16 unit stands among code points: halves of pairs stand above U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Orders well-formed texts by code point, as canonical JSON orders keys (UTF-16 order differs above U+FFFF). */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}
