/** Payloads as bytes and values: each kind of statement is read by its schema and written as canonical JSON. */

import { decodeJson, encodeJson, type Json, MAX_JSON } from './json.ts';
import type { Reader } from './schema.ts';

/** Parses canonical JSON of one schema; raises `FormatError` alone. */
export function parsePayload<T>(bytes: Uint8Array, reader: Reader<T>, name: string, maximum: number = MAX_JSON): T {
  return reader(decodeJson(bytes, maximum), name);
}

/** Writes a value that its schema accepts; what is written can be read back. */
export function writePayload<T>(value: T, reader: Reader<T>, name: string): Uint8Array {
  return encodeJson(reader(value as Json, name) as Json);
}
