/**
 * The trust root: the city's offline keys say which logs, witnesses and issuers are believed (docs/spec/trust-root.md).
 */

import { fromBase64, fromHex, hex } from './bytes.ts';
import { CROCKFORD } from './claim-code.ts';
import { sha256 } from './derive.ts';
import { countSigners, type Envelope, keyidOf, parseEnvelope, requireKind } from './dsse.ts';
import { FormatError, VerificationError } from './errors.ts';
import {
  boolean,
  hash,
  integer,
  list,
  names,
  nullable,
  object,
  pattern,
  type Read,
  requireRising,
  slug,
  time,
  unixSeconds,
  version1,
} from './schema.ts';
import { parsePayload } from './statement.ts';
import type { LogKeys, WitnessPolicy } from './tlog/checkpoint.ts';

const MLDSA44_KEY_SIZE = 1312;
const MAX_KEYS = 16;
const MAX_LOGS = 64;
const MAX_WITNESSES = 16;
const MAX_ISSUERS = 1000;
// Keys of one issuer over its life, old ones included; types of document of one department.
const MAX_ISSUER_KEYS = 100;
const MAX_TYPES = 200;

// A log's origin and a witness's name are C2SP key names: here printable ASCII without space and plus.
const KEY_NAME = /^[!-*,-~]{1,200}$/;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
const ORIGIN = /^(https?):\/\/([a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?$/;

const anyText = pattern(() => true, 'a string');
const keyName = pattern((value) => KEY_NAME.test(value), 'a key name');
const mldsa44 = pattern((value) => base64Size(value) === MLDSA44_KEY_SIZE, 'an ML-DSA-44 key');

function base64Size(value: string): number {
  try {
    return fromBase64(value).length;
  } catch {
    return -1;
  }
}

const schema = object({
  version: version1,
  number: integer(1),
  previous: nullable(hash),
  city: slug,
  names,
  issued_at: time,
  effective_at: time,
  rp_id: anyText,
  origin: anyText,
  keys: list(object({ keyid: anyText, ed25519: hash }), 1, MAX_KEYS),
  threshold: integer(1, MAX_KEYS),
  logs: list(object({ origin: keyName, ed25519: hash, mldsa44, from: time, until: nullable(time) }), 1, MAX_LOGS),
  witnesses: object({
    quorum: integer(0, MAX_WITNESSES),
    keys: list(object({ name: keyName, mldsa44 }), 0, MAX_WITNESSES),
  }),
  issuers: list(
    object({
      id: slug,
      names,
      vault_id: nullable(hash),
      keys: list(object({ ed25519: hash, from: integer(0), until: nullable(integer(0)) }), 1, MAX_ISSUER_KEYS),
      document_types: list(object({ id: slug, names, registered: boolean }), 0, MAX_TYPES),
    }),
    0,
    MAX_ISSUERS,
  ),
});

/** The payload of a trust root. */
export type TrustRootPayload = Read<typeof schema>;

/** An issuer of the trust root. */
export type Issuer = TrustRootPayload['issuers'][number];

/** A signing key of an issuer, good for log indexes from `from` up to and without `until`. */
export type IssuerKey = Issuer['keys'][number];

/** A trust root whose signatures reached its own quorum. */
export interface TrustRoot {
  readonly payload: TrustRootPayload;
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

function refuse(field: string, detail: string): never {
  throw new FormatError(`trust-root.${field}: ${detail}`, 'format', { field });
}

function requireSpan(field: string, from: string | number, until: string | number | null): void {
  if (until !== null && until <= from) refuse(field, 'ends before it begins');
}

function requireOrigin({ origin, rp_id: host }: TrustRootPayload): void {
  const [, scheme, named] = ORIGIN.exec(origin) ?? [];
  if (scheme === undefined || !HOST.test(host) || named !== host) refuse('origin', 'not an origin whose host is rp_id');
  if (scheme === 'http' && host !== 'localhost') refuse('origin', 'http is for localhost alone');
}

function requireUnique(field: string, keys: readonly string[]): void {
  if (new Set(keys).size !== keys.length) refuse(field, 'a key twice');
}

function requireIssuer({ keys, document_types: types }: Issuer): void {
  const typeIds = types.map(({ id }) => id);
  requireRising(typeIds, 'document_types');
  for (const { from, until } of keys) requireSpan('issuers', from, until);
}

function requireConsistent(root: TrustRootPayload): void {
  if ((root.number === 1) !== (root.previous === null)) refuse('previous', 'only the first root has none');
  requireOrigin(root);
  for (const { keyid, ed25519 } of root.keys) {
    if (keyidOf(fromHex(ed25519)) !== keyid) refuse('keys', 'keyid of another key');
  }
  const lists: readonly [string, readonly string[]][] = [
    ['keys', root.keys.map(({ keyid }) => keyid)],
    ['logs', root.logs.map(({ origin }) => origin)],
    ['witnesses', root.witnesses.keys.map(({ name }) => name)],
    ['issuers', root.issuers.map(({ id }) => id)],
  ];
  for (const [field, values] of lists) requireRising(values, field);
  if (root.threshold > root.keys.length) refuse('threshold', 'more than there are keys');
  if (root.witnesses.quorum > root.witnesses.keys.length) refuse('witnesses', 'quorum larger than the list');
  for (const { from, until } of root.logs) requireSpan('logs', from, until);
  for (const issuer of root.issuers) requireIssuer(issuer);
  requireUnique(
    'witnesses',
    root.witnesses.keys.map((witness) => witness.mldsa44),
  );
  requireUnique(
    'issuers',
    root.issuers.flatMap(({ keys }) => keys.map(({ ed25519 }) => ed25519)),
  );
}

/** Parses the payload of a trust root; raises `FormatError` alone. */
export function parseTrustRootPayload(payload: Uint8Array): TrustRootPayload {
  const root = parsePayload(payload, schema, 'trust-root');
  requireConsistent(root);
  return root;
}

async function requireQuorum(envelope: Envelope, { keys, threshold }: TrustRootPayload): Promise<void> {
  const cityKeys = keys.map(({ ed25519 }) => fromHex(ed25519));
  const have = await countSigners(envelope, 'trust-root', cityKeys);
  if (have < threshold) {
    throw new VerificationError('too few city keys signed', 'trust-root-quorum', { have, need: threshold });
  }
}

function read(bytes: Uint8Array): { readonly root: TrustRoot; readonly envelope: Envelope } {
  const envelope = parseEnvelope(bytes);
  requireKind(envelope, 'trust-root');
  const payload = parseTrustRootPayload(envelope.payload);
  return { root: { payload, hash: sha256(envelope.payload), bytes: envelope.bytes }, envelope };
}

/**
 * Accepts the first root that a client sees; `pinned` is the fingerprint from a letter, null to trust on first use.
 *
 * Raises `format`, `wrong-statement`, `bad-signature`, `trust-root-quorum` (fewer than its own threshold signed) or
 * `trust-root-fingerprint`.
 */
export async function acceptFirstRoot(bytes: Uint8Array, pinned: string | null = null): Promise<TrustRoot> {
  const { root, envelope } = read(bytes);
  await requireQuorum(envelope, root.payload);
  if (pinned !== null && fingerprintOf(root) !== pinned) {
    throw new VerificationError('another fingerprint than the one on paper', 'trust-root-fingerprint');
  }
  return root;
}

/**
 * Accepts the root that follows `known`, or `known` again; gives the one to keep.
 *
 * Raises `format`, `wrong-statement`, `trust-root-rollback` (a lower number, or the same with another content),
 * `trust-root-chain` (a gap, another previous root, another city or RP ID), `bad-signature` or `trust-root-quorum` (old
 * keys, then its own).
 */
export async function acceptNextRoot(known: TrustRoot, bytes: Uint8Array): Promise<TrustRoot> {
  const { root, envelope } = read(bytes);
  const [old, next] = [known.payload, root.payload];
  if (next.number === old.number && hex(root.hash) === hex(known.hash)) return known;
  const facts = { seen: old.number, offered: next.number };
  if (next.number <= old.number) {
    throw new VerificationError('not newer than a root seen before', 'trust-root-rollback', facts);
  }
  if (next.number !== old.number + 1 || next.previous !== hex(known.hash)) {
    throw new VerificationError('not the next root', 'trust-root-chain', facts);
  }
  if (next.city !== old.city || next.rp_id !== old.rp_id) {
    throw new VerificationError('city and RP ID never change', 'trust-root-chain');
  }
  await requireQuorum(envelope, old);
  await requireQuorum(envelope, next);
  return root;
}

/** The newest accepted root whose `effective_at` has come, at Unix time `now`; `trust-root-chain` when none has. */
export function rootInForce(roots: readonly TrustRoot[], now: number): TrustRoot {
  const root = roots.findLast(({ payload }) => unixSeconds(payload.effective_at) <= now);
  if (root === undefined) throw new VerificationError('no root is in force yet', 'trust-root-chain');
  return root;
}

/** The fingerprint that letters carry: 80 bits of the hash in four groups of four Crockford symbols. */
export function fingerprintOf(root: TrustRoot): string {
  const bits = root.hash.slice(0, 10).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const symbols = Array.from({ length: 16 }, (_, place) =>
    CROCKFORD.charAt(Number((bits >> BigInt(75 - 5 * place)) & 31n)),
  );
  return symbols.join('').replaceAll(/.{4}(?=.)/g, '$&-');
}

/** The issuer of that name; `unknown-issuer` if the trust root has none. */
export function issuerOf(root: TrustRoot, name: string): Issuer {
  const issuer = root.payload.issuers.find(({ id }) => id === name);
  if (issuer === undefined)
    throw new VerificationError('issuer is not in the trust root', 'unknown-issuer', { issuer: name });
  return issuer;
}

/** All signing keys of an issuer, whatever their range. */
export function issuerKeys(issuer: Issuer): Uint8Array[] {
  return issuer.keys.map(({ ed25519 }) => fromHex(ed25519));
}

/** Logs of the trust root, as checkpoints are verified with. */
export function logKeys(root: TrustRoot): LogKeys[] {
  return root.payload.logs.map((log) => ({
    origin: log.origin,
    ed25519: fromHex(log.ed25519),
    mldsa44: fromBase64(log.mldsa44),
    until: log.until === null ? null : unixSeconds(log.until),
  }));
}

/** Witness policy of the trust root. */
export function witnessPolicy(root: TrustRoot): WitnessPolicy {
  const { quorum, keys } = root.payload.witnesses;
  return { quorum, witnesses: keys.map(({ name, mldsa44: key }) => ({ name, mldsa44: fromBase64(key) })) };
}
