/**
 * vault-index.age: what a vault's own devices have opened and verified, and what the holder says about it
 * (docs/spec/index-directory.md), versions 1 and 2, in which everything is one payload. Twin of `format/vault_index.py`.
 * Every value here is secret.
 */

import { fromBase64 } from './bytes.ts';
import { FormatError } from './errors.ts';
import { decodeJson, encodeJson } from './json.ts';
import {
  ACTION,
  instalments,
  LANGUAGE,
  MAX_BODY,
  MAX_PAYMENT_REFERENCE,
  MAX_TITLE,
  requireInstalmentOrder,
} from './manifest.ts';
import {
  boolean,
  compareCodePoints,
  date,
  hash,
  id,
  integer,
  isJsonObject,
  list,
  money,
  nullable,
  object,
  pattern,
  type Read,
  type Reader,
  requireRising,
  slug,
  text,
  time,
  version1,
} from './schema.ts';

/** Bytes of the envelope: 5,000 documents are about 4.5 MB. */
export const MAX_INDEX = 16 * 1024 * 1024;

/** Documents of an index at most; a vault may have more, which are then opened one by one. */
export const MAX_INDEXED = 20_000;

/** Code points of a folder's name. */
export const MAX_FOLDER = 100;

/** Code points of a note. */
export const MAX_NOTE = 500;

/** Offers at most: as many choices as an archive has, more than any city has document types. */
export const MAX_OFFERED = 1_000;

// The base64 of an envelope's payload is a third longer than the payload; type and signature take less than 1 KiB.
const MAX_PAYLOAD = Math.floor((MAX_INDEX - 1024) / 4) * 3;
const FILE_KEY_SIZE = 16;

function isFileKey(value: string): boolean {
  try {
    return fromBase64(value).length === FILE_KEY_SIZE;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** What an index says of a document, value by value. */
export const ENTRY = {
  document_id: id,
  manifest_hash: hash,
  file_key: pattern(isFileKey, '16 bytes in base64'),
  issuer_key: hash,
  issuer: slug,
  type: slug,
  title: text(MAX_TITLE),
  language: LANGUAGE,
  issued_at: time,
  due: nullable(date),
  reply_by: nullable(date),
  amount: nullable(money),
  instalments,
  payment_reference: nullable(text(MAX_PAYMENT_REFERENCE)),
  action: nullable(ACTION),
  supersedes: nullable(id),
  sensitive: boolean,
  size: integer(1, MAX_BODY),
  handled: boolean,
  own_title: nullable(text(MAX_TITLE)),
  folder: nullable(text(MAX_FOLDER)),
  note: nullable(text(MAX_NOTE)),
} as const;

const entry = object(ENTRY);

const common = {
  city: slug,
  vault_id: hash,
  number: integer(1),
  previous: nullable(hash),
  written_at: time,
  documents: list(entry, 0, MAX_INDEXED),
};

/** Reads an offer. */
export const offer = object({ issuer: slug, type: slug });
const first = object({ version: version1, ...common });
/** The version that has offers; without any an index is version 1. */
const second = object({
  version: (value, key): 2 => (integer(2, 2)(value, key), 2),
  ...common,
  offered: list(offer, 1, MAX_OFFERED),
});

/** The JSON of an index. */
export type VaultIndex = Read<typeof first> | Read<typeof second>;

/** A kind of document that the holder was offered to have without paper, once: an issuer's type. */
export type Offer = Read<typeof offer>;

const schema: Reader<VaultIndex> = (value, key) =>
  isJsonObject(value) && Object.hasOwn(value, 'offered') ? second(value, key) : first(value, key);

/** What the holder was offered. */
export function offeredOf(index: VaultIndex): readonly Offer[] {
  return index.version === 2 ? index.offered : [];
}

/** What an index has of the offers: nothing, in its first version, when there were none. */
export function withOffered(offers: readonly Offer[]): { version: 1 } | { version: 2; offered: readonly Offer[] } {
  return offers.length === 0 ? { version: 1 } : { version: 2, offered: [...offers].sort(compareOffers) };
}

/** Orders offers by issuer, then type. */
export function compareOffers(a: Offer, b: Offer): number {
  return compareCodePoints(a.issuer, b.issuer) || compareCodePoints(a.type, b.type);
}

/** One document of an index. */
export type IndexEntry = VaultIndex['documents'][number];

function requireOrder(index: VaultIndex): VaultIndex {
  requireRising(
    index.documents.map((one) => one.document_id),
    'documents',
  );
  for (const one of index.documents) requireInstalmentOrder(one.instalments);
  requireOffers(offeredOf(index));
  return index;
}

/** Refuses offers that are not sorted by issuer, then type, each once. */
export function requireOffers(offers: readonly Offer[]): void {
  offers.slice(1).forEach((one, at) => {
    const before = offers[at];
    if (before && compareOffers(before, one) >= 0) throw new FormatError('offered: not sorted, or one twice');
  });
}

/** Writes the payload; `FormatError` for what the specification does not allow. */
export function encodeVaultIndex(index: VaultIndex): Uint8Array {
  const payload = encodeJson(requireOrder(schema(index, 'index')));
  if (payload.length > MAX_PAYLOAD) throw new FormatError('index: too long');
  return payload;
}

/** Parses the payload of a verified envelope; raises `FormatError` alone. */
export function parseVaultIndex(payload: Uint8Array): VaultIndex {
  return requireOrder(schema(decodeJson(payload, MAX_PAYLOAD), 'index'));
}
