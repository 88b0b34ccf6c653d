/** Hashes and key derivation with one label a purpose (docs/spec/encoding.md, "Derivation"). */

import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';

import { lengthPrefixed, type Part } from './bytes.ts';

/** Length in bytes of every hash, derived key and seed of the product. */
export const HASH_SIZE = 32;

/** SHA-256 of bytes, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes);
}

/** A running SHA-256: `update` as often as wanted, `digest` once. */
export interface Hasher {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** A running SHA-256, for bytes that arrive in pieces. */
export function hasher(): Hasher {
  return nobleSha256.create();
}

/** HMAC-SHA256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, message);
}

/** HKDF-Extract with SHA-256 (RFC 5869 section 2.2); an empty salt is 32 zero bytes. */
export function hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return extract(nobleSha256, ikm, salt);
}

/** HKDF-Expand with SHA-256 (RFC 5869 section 2.3). */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return expand(nobleSha256, prk, info, length);
}

/** HKDF-SHA256, 32 bytes. */
export function hkdf(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array): Uint8Array {
  return hkdfExpand(hkdfExtract(salt, ikm), info, HASH_SIZE);
}

/** Labels in use for derived keys: one a purpose. */
export type KeyLabel =
  | 'unlock/passkey/v1'
  | 'kit/sign-in/v1'
  | 'run/v1'
  | 'code/v1'
  | 'claim/lookup-id/v1'
  | 'claim/identity/v1'
  | 'claim/token/v1'
  | 'claim/binding/v1'
  | 'issuer/dedupe/v1';

/** Labels in use for labelled hashes. */
export type HashLabel = 'method/passkey/v1' | 'method/commitment/v1' | 'prf/v1' | 'chain/v1';

/** `KDF(ikm, label, parts…)`: HKDF-SHA256, salt empty, info = LP("voute/" + label, parts…), 32 bytes. */
export function deriveKey(ikm: Uint8Array, label: KeyLabel, ...parts: readonly Part[]): Uint8Array {
  return hkdf(ikm, new Uint8Array(0), lengthPrefixed(`voute/${label}`, ...parts));
}

/** `HASH(label, parts…)`: SHA-256 of LP("voute/" + label, parts…). */
export function labelledHash(label: HashLabel, ...parts: readonly Part[]): Uint8Array {
  return sha256(lengthPrefixed(`voute/${label}`, ...parts));
}
