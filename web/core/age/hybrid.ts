/**
 * The mlkem768x25519 recipient of age: keys, wrapping and unwrapping of a file key.
 *
 * Source: C2SP age.md, "The MLKEM768-X25519 hybrid post-quantum recipient type"; the KEM is MLKEM768-X25519 (X-Wing,
 * draft-ietf-hpke-pq-03), the encryption HPKE base mode (RFC 9180 section 6.1) with HKDF-SHA256 and ChaCha20Poly1305.
 */

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';

import { decodeBech32, encodeBech32 } from '../bech32.ts';
import { concat, fromRawBase64, randomBytes, rawBase64, utf8, wipe } from '../bytes.ts';
import { hkdfExpand, hkdfExtract } from '../derive.ts';
import { FormatError } from '../errors.ts';
import { FILE_KEY_SIZE, type Stanza } from './header.ts';

/** Length in bytes of an identity's seed. */
export const SEED_SIZE = 32;

/** Type of the only stanza that the product reads and writes. */
export const HYBRID_TYPE = 'mlkem768x25519';

const IDENTITY_PREFIX = 'AGE-SECRET-KEY-PQ-';
const RECIPIENT_PREFIX = 'age1pq';
const MLKEM_PUBLIC_SIZE = 1184;
const MLKEM_CIPHERTEXT_SIZE = 1088;
const MLKEM_SEED_SIZE = 64;
const X25519_SIZE = 32;
const PUBLIC_SIZE = MLKEM_PUBLIC_SIZE + X25519_SIZE;
const SHARE_SIZE = MLKEM_CIPHERTEXT_SIZE + X25519_SIZE;
const TAG_SIZE = 16;

const XWING_LABEL = utf8('\\.//^\\');
const INFO = utf8('age-encryption.org/mlkem768x25519');
const HPKE_VERSION = utf8('HPKE-v1');
// RFC 9180 section 5.1: "HPKE", KEM 0x647a (MLKEM768-X25519), KDF 0x0001 (HKDF-SHA256), AEAD 0x0003 (ChaCha20Poly1305).
const SUITE_ID = concat(utf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0x00, 0x01, 0x00, 0x03));
const EMPTY = new Uint8Array(0);

/** A public key to wrap file keys to: 1,184 bytes of ML-KEM-768, then 32 of X25519. */
export interface Recipient {
  readonly publicKey: Uint8Array;
  /** `age1pq1…` */
  readonly text: string;
}

/** A secret key, expanded once; `wipe` when it is not needed any more. */
export interface Identity {
  readonly seed: Uint8Array;
  readonly recipient: Recipient;
  readonly mlkemSecret: Uint8Array;
  readonly x25519Secret: Uint8Array;
}

/** Expands a 32-byte seed to an identity (a few milliseconds). */
export function identityFromSeed(seed: Uint8Array): Identity {
  if (seed.length !== SEED_SIZE) throw new FormatError('identity seed length');
  const expanded = shake256(seed, { dkLen: MLKEM_SEED_SIZE + X25519_SIZE });
  const mlkem = ml_kem768.keygen(expanded.subarray(0, MLKEM_SEED_SIZE));
  const x25519Secret = expanded.slice(MLKEM_SEED_SIZE);
  wipe(expanded);
  const publicKey = concat(mlkem.publicKey, x25519.getPublicKey(x25519Secret));
  return {
    seed: seed.slice(),
    recipient: { publicKey, text: encodeBech32(RECIPIENT_PREFIX, publicKey) },
    mlkemSecret: mlkem.secretKey,
    x25519Secret,
  };
}

/** Overwrites the secrets of an identity. */
export function wipeIdentity(identity: Identity): void {
  wipe(identity.seed, identity.mlkemSecret, identity.x25519Secret);
}

/** `AGE-SECRET-KEY-PQ-1…` of a seed. */
export function encodeIdentity(seed: Uint8Array): string {
  return encodeBech32(IDENTITY_PREFIX, seed);
}

/** Seed of an `AGE-SECRET-KEY-PQ-1…` string, upper case only. */
export function parseIdentity(text: string): Uint8Array {
  const seed = decodeBech32(IDENTITY_PREFIX, text);
  if (seed.length !== SEED_SIZE) throw new FormatError('identity length');
  return seed;
}

/** Parses `age1pq1…`, lower case only; refuses an ML-KEM key with a coefficient out of range (FIPS 203 section 7.2) and a low order. */
export function parseRecipient(text: string): Recipient {
  const publicKey = decodeBech32(RECIPIENT_PREFIX, text);
  if (publicKey.length !== PUBLIC_SIZE) throw new FormatError('recipient length');
  requireCanonicalCoefficients(publicKey.subarray(0, MLKEM_PUBLIC_SIZE - 32));
  requireFullOrder(publicKey.subarray(MLKEM_PUBLIC_SIZE));
  return { publicKey, text };
}

function requireCanonicalCoefficients(packed: Uint8Array): void {
  const modulus = 3329;
  for (let i = 0; i < packed.length; i += 3) {
    const [low, middle, high] = [packed[i] ?? 0, packed[i + 1] ?? 0, packed[i + 2] ?? 0];
    const first = low | ((middle & 0x0f) << 8);
    const second = (middle >> 4) | (high << 4);
    if (first >= modulus || second >= modulus) throw new FormatError('recipient is not an ML-KEM-768 key');
  }
}

// All u-coordinates of Curve25519 and its twist whose order divides 8 (RFC 7748 section 6.1): each gives everyone the same
// secret, and the standard wants them refused as malformed, whoever the stanza is for.
const FIELD = 2n ** 255n - 19n;
const LOW_ORDER = new Set([
  0n,
  1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  FIELD - 1n,
  FIELD,
  FIELD + 1n,
]);

function requireFullOrder(share: Uint8Array): void {
  const u = share.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  // RFC 7748 section 5 ignores the top bit.
  if (LOW_ORDER.has(u & (2n ** 255n - 1n))) throw new FormatError('X25519 value of low order');
}

function combine(mlkem: Uint8Array, classic: Uint8Array, share: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return sha3_256(concat(mlkem, classic, share, publicKey, XWING_LABEL));
}

function labeledExtract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return hkdfExtract(salt, concat(HPKE_VERSION, SUITE_ID, utf8(label), ikm));
}

function labeledExpand(prk: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  return hkdfExpand(prk, concat(Uint8Array.of(0, length), HPKE_VERSION, SUITE_ID, utf8(label), info), length);
}

function hpkeCipher(sharedSecret: Uint8Array): ReturnType<typeof chacha20poly1305> {
  const context = concat(
    Uint8Array.of(0),
    labeledExtract(EMPTY, 'psk_id_hash', EMPTY),
    labeledExtract(EMPTY, 'info_hash', INFO),
  );
  const secret = labeledExtract(sharedSecret, 'secret', EMPTY);
  return chacha20poly1305(labeledExpand(secret, 'key', context, 32), labeledExpand(secret, 'base_nonce', context, 12));
}

/** Wraps a 16-byte file key to a recipient that was parsed or derived here, with fresh randomness. */
export function wrapFileKey(recipient: Recipient, fileKey: Uint8Array): Stanza {
  if (fileKey.length !== FILE_KEY_SIZE) throw new FormatError('file key length');
  const mlkemPublic = recipient.publicKey.subarray(0, MLKEM_PUBLIC_SIZE);
  const x25519Public = recipient.publicKey.subarray(MLKEM_PUBLIC_SIZE);
  const ephemeral = randomBytes(X25519_SIZE);
  const share = x25519.getPublicKey(ephemeral);
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(mlkemPublic);
  const classic = x25519.getSharedSecret(ephemeral, x25519Public);
  const combined = combine(sharedSecret, classic, share, x25519Public);
  const body = hpkeCipher(combined).encrypt(fileKey);
  wipe(ephemeral, sharedSecret, classic, combined);
  return { args: [HYBRID_TYPE, rawBase64(concat(cipherText, share))], body };
}

/**
 * Shape of a hybrid stanza, checked before any key touches it: returns its 1,120-byte encapsulated key.
 *
 * Raises `FormatError` for another number of arguments, another length, a share of low order or a body that is not 32 bytes.
 */
export function parseHybridStanza(stanza: Stanza): Uint8Array {
  const [, encapsulated, ...extra] = stanza.args;
  if (encapsulated === undefined || extra.length > 0) throw new FormatError('hybrid stanza arguments');
  const share = fromRawBase64(encapsulated);
  if (share.length !== SHARE_SIZE) throw new FormatError('hybrid stanza share length');
  requireFullOrder(share.subarray(MLKEM_CIPHERTEXT_SIZE));
  if (stanza.body.length !== FILE_KEY_SIZE + TAG_SIZE) throw new FormatError('hybrid stanza body length');
  return share;
}

/** Unwraps the file key of a hybrid stanza; null if the stanza is for another key. */
export function unwrapFileKey(identity: Identity, stanza: Stanza): Uint8Array | null {
  const encapsulated = parseHybridStanza(stanza);
  const share = encapsulated.subarray(MLKEM_CIPHERTEXT_SIZE);
  const classic = x25519.getSharedSecret(identity.x25519Secret, share);
  const mlkem = ml_kem768.decapsulate(encapsulated.subarray(0, MLKEM_CIPHERTEXT_SIZE), identity.mlkemSecret);
  const combined = combine(mlkem, classic, share, identity.recipient.publicKey.subarray(MLKEM_PUBLIC_SIZE));
  try {
    return hpkeCipher(combined).decrypt(stanza.body);
  } catch {
    return null;
  } finally {
    wipe(classic, mlkem, combined);
  }
}
