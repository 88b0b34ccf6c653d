/**
 * A vault's index in segments: a signed head that names them by hash, newest documents first, each shown once it is there
 * (docs/spec/index-directory.md, "Version 3"). Twin of `format/index_segments.py`. Every value here is secret.
 */

import { concat, hex, utf8 } from './bytes.ts';
import { sha256 } from './derive.ts';
import { FormatError, VerificationError } from './errors.ts';
import { decodeJson, encodeJson, type Json } from './json.ts';
import { requireInstalmentOrder } from './manifest.ts';
import {
  compareCodePoints,
  hash,
  integer,
  isJsonObject,
  list,
  nullable,
  object,
  type Read,
  type Reader,
  slug,
  time,
} from './schema.ts';
import { ENTRY, type IndexEntry, MAX_INDEX, MAX_INDEXED, MAX_OFFERED, offer, requireOffers } from './vault-index.ts';

/** Bytes of a head's envelope: a thousand offers and all segments are a tenth of it. Its length begins with a zero byte. */
export const MAX_HEAD = 1024 * 1024;

/** Bytes of a segment: the documents that a writer closes one after, and the longest that may follow. */
export const MAX_SEGMENT = 128 * 1024;

const MAX_SEGMENTS = 1_000;
// A screen shows a hundred rows; head and first segment then fit one chunk of the cipher, so that one chunk shows them.
const DOCUMENTS = 200;
const BYTES = 48 * 1024;

const head = object({
  version: (value, key): 3 => (integer(3, 3)(value, key), 3),
  city: slug,
  vault_id: hash,
  number: integer(1),
  previous: nullable(hash),
  written_at: time,
  offered: list(offer, 0, MAX_OFFERED),
  segments: list(
    object({ count: integer(1, MAX_INDEXED), sha256: hash, size: integer(1, MAX_SEGMENT) }),
    0,
    MAX_SEGMENTS,
  ),
});

/** The JSON of a head. */
export type IndexHead = Read<typeof head>;

const ALWAYS = [
  'document_id',
  'manifest_hash',
  'file_key',
  'source',
  'language',
  'issued_at',
  'size',
  'title',
] as const satisfies readonly (keyof IndexEntry | 'source')[];
const SOURCE = ['issuer', 'type', 'issuer_key'] as const satisfies readonly (keyof IndexEntry)[];
/** What is written only where it says something, with what it is where it does not. */
const SOMETIMES = {
  due: null,
  reply_by: null,
  amount: null,
  instalments: [],
  payment_reference: null,
  action: null,
  supersedes: null,
  sensitive: false,
  handled: false,
  own_title: null,
  folder: null,
  note: null,
} as const satisfies Partial<IndexEntry>;
type Sometimes = keyof typeof SOMETIMES;
type Source = Pick<IndexEntry, (typeof SOURCE)[number]>;

const total = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

function requireHead(value: IndexHead): IndexHead {
  requireOffers(value.offered);
  if (total(value.segments.map(({ count }) => count)) > MAX_INDEXED)
    throw new FormatError('segments: too many documents');
  if (total(value.segments.map(({ size }) => size)) > MAX_INDEX) throw new FormatError('segments: too long');
  return value;
}

/** Writes the payload of a head; `FormatError` for what the specification does not allow. */
export function encodeIndexHead(value: IndexHead): Uint8Array {
  return encodeJson(requireHead(head(value, 'index')));
}

/** Parses the payload of a verified head; raises `FormatError` alone. */
export function parseIndexHead(payload: Uint8Array): IndexHead {
  return requireHead(head(decodeJson(payload, MAX_HEAD), 'index'));
}

/** Orders documents as a list shows them: newest first. */
export function compareNewest(a: IndexEntry, b: IndexEntry): number {
  return compareCodePoints(b.issued_at, a.issued_at) || compareCodePoints(a.document_id, b.document_id);
}

/** Refuses documents that are not newest first, each once. */
export function requireNewestFirst(documents: readonly IndexEntry[]): void {
  documents.slice(1).forEach((one, at) => {
    const before = documents[at];
    if (before && compareNewest(before, one) >= 0) throw new FormatError('documents: not newest first, or one twice');
  });
}

function compareSources(a: Source, b: Source): number {
  return (
    compareCodePoints(a.issuer, b.issuer) ||
    compareCodePoints(a.type, b.type) ||
    compareCodePoints(a.issuer_key, b.issuer_key)
  );
}

const sourceKey = (one: Source): string => `${one.issuer}/${one.type}/${one.issuer_key}`;

function saysNothing(name: Sometimes, value: Json | undefined): boolean {
  const nothing = SOMETIMES[name];
  return Array.isArray(nothing) ? Array.isArray(value) && value.length === 0 : value === nothing;
}

function writeRow(one: IndexEntry, source: number): Json {
  const values: Readonly<Record<string, Json>> = { ...one, source };
  const names = Object.keys(SOMETIMES) as Sometimes[];
  const more = Object.fromEntries(
    names.filter((name) => !saysNothing(name, one[name])).map((name): [string, Json] => [name, one[name]]),
  );
  return [...ALWAYS.map((name) => values[name] ?? null), more];
}

/** Writes a segment, newest documents first; `FormatError` for what the specification does not allow. */
export function encodeSegment(documents: readonly IndexEntry[]): Uint8Array {
  requireNewestFirst(documents);
  const sources = [...new Map(documents.map((one) => [sourceKey(one), one])).values()].sort(compareSources);
  const places = new Map(sources.map((one, at) => [sourceKey(one), at]));
  const raw = encodeJson({
    documents: documents.map((one) => writeRow(one, places.get(sourceKey(one)) ?? 0)),
    sources: sources.map((one) => SOURCE.map((name) => one[name])),
  });
  // What is written can be read: the reader holds every bound.
  parseSegment(raw);
  return raw;
}

function row(value: Json | undefined, length: number, what: string): readonly Json[] {
  if (!Array.isArray(value) || value.length !== length) throw new FormatError(`${what}: not a list of ${length}`);
  return value as readonly Json[];
}

const source: Reader<Source> = (value) => {
  const [issuer, type, key] = row(value, SOURCE.length, 'sources');
  return {
    issuer: ENTRY.issuer(issuer, 'issuer'),
    type: ENTRY.type(type, 'type'),
    issuer_key: ENTRY.issuer_key(key, 'issuer_key'),
  };
};

/** Reads what is written only where it says something. */
function said(value: Json | undefined): Partial<IndexEntry> {
  if (!isJsonObject(value)) throw new FormatError('documents: not an object');
  const read: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(value)) {
    if (!Object.hasOwn(SOMETIMES, name)) throw new FormatError('documents: unknown key');
    if (saysNothing(name as Sometimes, one)) throw new FormatError('documents: what says nothing is not written');
    read[name] = ENTRY[name as Sometimes](one, name);
  }
  return read;
}

function readRow(value: Json, sources: readonly Source[], used: Set<number>): IndexEntry {
  const [id, manifestHash, fileKey, place, language, issuedAt, size, title, more] = row(
    value,
    ALWAYS.length + 1,
    'documents',
  );
  const at = integer(0, sources.length - 1)(place, 'source');
  const from = sources[at];
  if (from === undefined) throw new FormatError('documents: no such source');
  used.add(at);
  const entry: IndexEntry = {
    document_id: ENTRY.document_id(id, 'document_id'),
    manifest_hash: ENTRY.manifest_hash(manifestHash, 'manifest_hash'),
    file_key: ENTRY.file_key(fileKey, 'file_key'),
    ...from,
    title: ENTRY.title(title, 'title'),
    language: ENTRY.language(language, 'language'),
    issued_at: ENTRY.issued_at(issuedAt, 'issued_at'),
    size: ENTRY.size(size, 'size'),
    ...SOMETIMES,
    ...said(more),
  };
  if (entry.instalments.length > 1) requireInstalmentOrder(entry.instalments);
  return entry;
}

const segment = object({
  documents: list((value) => value ?? null, 1, MAX_INDEXED),
  sources: list(source, 1, MAX_INDEXED),
});

/** Parses a segment whose hash is the head's; raises `FormatError` alone. */
export function parseSegment(raw: Uint8Array): readonly IndexEntry[] {
  const { documents, sources } = segment(decodeJson(raw, MAX_SEGMENT), 'index');
  sources.slice(1).forEach((one, at) => {
    const before = sources[at];
    if (before && compareSources(before, one) >= 0) throw new FormatError('sources: not sorted, or one twice');
  });
  const used = new Set<number>();
  const entries = documents.map((one) => readRow(one, sources, used));
  if (used.size !== sources.length) throw new FormatError('sources: one of no document');
  requireNewestFirst(entries);
  return entries;
}

/** Checks a segment against what the head says of it, and gives its documents; raises `verification` or `format`. */
export function checkSegment(raw: Uint8Array, named: IndexHead['segments'][number]): readonly IndexEntry[] {
  if (hex(sha256(raw)) !== named.sha256) throw new VerificationError('a segment that the head does not name');
  const entries = parseSegment(raw);
  if (entries.length !== named.count) throw new FormatError('a segment has another number of documents');
  return entries;
}

/** Documents newest first, in segments, with what a head says of each; `FormatError` as `encodeSegment`. */
export function cutSegments(
  documents: readonly IndexEntry[],
): readonly { readonly raw: Uint8Array; readonly named: IndexHead['segments'][number] }[] {
  const parts: IndexEntry[][] = [];
  let size = BYTES;
  for (const one of [...documents].sort(compareNewest)) {
    const length = utf8(JSON.stringify(writeRow(one, 0))).length;
    const last = parts.at(-1);
    if (last === undefined || last.length === DOCUMENTS || size + length > BYTES) {
      parts.push([one]);
      size = length;
    } else {
      last.push(one);
      size += length;
    }
  }
  return parts.map((part) => {
    const raw = encodeSegment(part);
    return { raw, named: { count: part.length, sha256: hex(sha256(raw)), size: raw.length } };
  });
}

/** A head's envelope before its segments; `FormatError` for more than an index may have. */
export function frame(envelope: Uint8Array, segments: readonly Uint8Array[]): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, envelope.length);
  const plaintext = concat(length, envelope, ...segments);
  if (envelope.length > MAX_HEAD || plaintext.length > MAX_INDEX) throw new FormatError('index: too long');
  return plaintext;
}
