/**
 * vault-index.age: what a vault's own devices have opened and verified, and what the holder says about it
 * (docs/spec/index-directory.md). Twin of `format/vault_index.py` and `seal/vault_index.py`. Every value here is secret.
 */

import type { Identity, Recipient } from './age/hybrid.ts';
import { openFile, sealFile } from './age/sealed.ts';
import { fromBase64, hex, wipe } from './bytes.ts';
import { parseEnvelope, signStatement, statementHash, verifyStatement } from './dsse.ts';
import { FormatError, VerificationError } from './errors.ts';
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

const entry = object({
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
});

const common = {
  city: slug,
  vault_id: hash,
  number: integer(1),
  previous: nullable(hash),
  written_at: time,
  documents: list(entry, 0, MAX_INDEXED),
};

const offer = object({ issuer: slug, type: slug });
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
  const offers = offeredOf(index);
  offers.slice(1).forEach((one, at) => {
    const before = offers[at];
    if (before && compareOffers(before, one) >= 0) throw new FormatError('offered: not sorted, or one twice');
  });
  return index;
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

/** An index and the hash of its payload. */
export interface HashedIndex {
  readonly index: VaultIndex;
  readonly hash: string;
}

/** Signs an index with the root seed and seals it to the vault's newest reading recipient. */
export async function sealVaultIndex(
  index: VaultIndex,
  rootSeed: Uint8Array,
  recipient: Recipient,
): Promise<{ readonly file: Uint8Array; readonly hash: string }> {
  const envelope = await signStatement('vault-index', encodeVaultIndex(index), rootSeed);
  return { file: sealFile(envelope.bytes, [recipient]), hash: hex(statementHash(envelope)) };
}

/** Whose index it must be. */
export interface IndexOwner {
  readonly rootKey: Uint8Array;
  readonly city: string;
  readonly vaultId: string;
}

/**
 * Opens an index and checks it, 1 to 3 of the specification.
 *
 * Raises `format`, `limit`, `not-for-this-key`, `verification`, `wrong-statement`, `unknown-key`, `bad-signature`, `wrong-city`
 * or `wrong-vault`.
 */
export async function openVaultIndex(
  file: Uint8Array,
  identities: readonly Identity[],
  owner: IndexOwner,
): Promise<HashedIndex> {
  const { plaintext, fileKey } = openFile(file, identities);
  wipe(fileKey);
  const envelope = parseEnvelope(plaintext, MAX_INDEX);
  wipe(plaintext);
  await verifyStatement(envelope, 'vault-index', [owner.rootKey]);
  const index = parseVaultIndex(envelope.payload);
  if (index.city !== owner.city) throw new VerificationError('an index of another city', 'wrong-city');
  if (index.vault_id !== owner.vaultId) throw new VerificationError('an index of another vault', 'wrong-vault');
  return { index, hash: hex(statementHash(envelope)) };
}
