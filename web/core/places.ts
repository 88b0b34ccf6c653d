/**
 * Which documents there are, as a browser keeps it between visits and names it to the city (docs/spec/index-directory.md, "Places
 * by their hash"). The hash is the twin of `format/places.py`.
 */

import { fromHex, hex } from './bytes.ts';
import { FormatError } from './errors.ts';
import type { KnownPlace } from './rpc.ts';

const ID_SIZE = 16;
const ROW_SIZE = ID_SIZE + 8 + 1;
const END = 2 ** 53;

/** As many as an index has documents; of a vault with more, the newest. */
export const MAX_KEPT = 20_000;

/** Rows in their order, 25 bytes each: document, position, whether its opening was noted. */
export function encodePlaces(places: readonly KnownPlace[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(places.length * ROW_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [i, { document_id: id, position, opened }] of places.entries()) {
    if (!Number.isSafeInteger(position) || position < 0) throw new FormatError('places: a position');
    bytes.set(fromHex(id, ID_SIZE), i * ROW_SIZE);
    view.setBigUint64(i * ROW_SIZE + ID_SIZE, BigInt(position));
    bytes[(i + 1) * ROW_SIZE - 1] = opened ? 1 : 0;
  }
  return bytes;
}

/** The name of these rows, their SHA-256: what the city has under it is the same. By the browser's own, for pages use it too. */
export async function namePlaces(places: readonly KnownPlace[]): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', encodePlaces(places))));
}

/** Reads rows, the newest first; raises `format` for any that this module would not have kept. */
export function parsePlaces(bytes: Uint8Array): readonly KnownPlace[] {
  if (bytes.length % ROW_SIZE !== 0 || bytes.length > MAX_KEPT * ROW_SIZE) throw new FormatError('places: length');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const places: KnownPlace[] = [];
  const seen = new Set<string>();
  let before = END;
  for (let at = 0; at < bytes.length; at += ROW_SIZE) {
    const id = hex(bytes.subarray(at, at + ID_SIZE));
    const position = Number(view.getBigUint64(at + ID_SIZE));
    const opened = view.getUint8(at + ROW_SIZE - 1);
    if (position >= before || opened > 1 || seen.has(id)) throw new FormatError('places: a row');
    places.push({ document_id: id, position, opened: opened === 1 });
    seen.add(id);
    before = position;
  }
  return places;
}
