/**
 * Ed25519 with one verdict in every implementation.
 *
 * Source: RFC 8032 section 5.1; docs/spec/statements.md. Libraries disagree on keys and nonce points that are not canonical
 * or not of prime order, so these are refused first; for what is left, cofactored and cofactorless verification agree, and
 * WebCrypto (where present) or noble says the same.
 */

import { ed25519 } from '@noble/curves/ed25519.js';

import { concat, fromHex, hex } from './bytes.ts';
import { FormatError, VerificationError } from './errors.ts';

/** Length in bytes of a public key and of a seed. */
export const KEY_SIZE = 32;

/** Length in bytes of a signature. */
export const SIGNATURE_SIZE = 64;

// PKCS #8 wrapping of a raw Ed25519 seed (RFC 8410 section 7): WebCrypto imports private keys in no other raw form.
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420');

/** Keys remembered as checked: a page meets issuers, city keys and one vault. */
const MAX_REMEMBERED = 1024;
const checkedKeys = new Set<string>();

/** Which implementation does the arithmetic: `platform` falls back to noble where WebCrypto has no Ed25519. */
export type Engine = 'platform' | 'noble';

function bad(detail: string): VerificationError {
  return new VerificationError(detail, 'bad-signature');
}

function requirePrimeOrder(encoded: Uint8Array, what: string): void {
  let prime: boolean;
  try {
    // Strict decoding (zip215 false): y below the field's prime, no negative zero.
    const point = ed25519.Point.fromBytes(encoded, false);
    prime = !point.is0() && point.isTorsionFree();
  } catch {
    throw bad(`${what} is not a canonical point`);
  }
  if (!prime) throw bad(`${what} is not of prime order`);
}

/**
 * Refuses a public key that may not be used: `FormatError` for another length, `bad-signature` for one that is not
 * canonical, not on the curve, or not of prime order.
 */
export function requirePublicKey(key: Uint8Array): void {
  if (key.length !== KEY_SIZE) throw new FormatError('a public key has 32 bytes');
  const name = hex(key);
  if (checkedKeys.has(name)) return;
  requirePrimeOrder(key, 'key');
  if (checkedKeys.size < MAX_REMEMBERED) checkedKeys.add(name);
}

async function platformVerify(key: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean | null> {
  try {
    const imported = await crypto.subtle.importKey('raw', new Uint8Array(key), 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', imported, new Uint8Array(signature), new Uint8Array(message));
  } catch {
    return null;
  }
}

function nobleVerify(key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  return ed25519.verify(signature, message, key, { zip215: false });
}

/** Verifies one signature; raises `VerificationError` with code `bad-signature` unless it holds. */
export async function verifyEd25519(
  key: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
  engine: Engine = 'platform',
): Promise<void> {
  if (key.length !== KEY_SIZE || signature.length !== SIGNATURE_SIZE) throw bad('length of key or signature');
  requirePublicKey(key);
  requirePrimeOrder(signature.subarray(0, KEY_SIZE), 'nonce point');
  const verdict = engine === 'platform' ? await platformVerify(key, signature, message) : null;
  if (!(verdict ?? nobleVerify(key, signature, message))) throw bad('signature does not verify');
}

/** The public key of a seed. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  if (seed.length !== KEY_SIZE) throw new FormatError('a signing seed has 32 bytes');
  return ed25519.getPublicKey(seed);
}

/** Signs a message with a 32-byte seed; 64 bytes, deterministic. */
export async function signEd25519(
  seed: Uint8Array,
  message: Uint8Array,
  engine: Engine = 'platform',
): Promise<Uint8Array> {
  if (seed.length !== KEY_SIZE) throw new FormatError('a signing seed has 32 bytes');
  if (engine === 'platform') {
    const encoded = new Uint8Array(concat(PKCS8_PREFIX, seed));
    try {
      const key = await crypto.subtle.importKey('pkcs8', encoded, 'Ed25519', false, ['sign']);
      return new Uint8Array(await crypto.subtle.sign('Ed25519', key, new Uint8Array(message)));
    } catch {
      // A browser without Ed25519: noble below.
    } finally {
      encoded.fill(0);
    }
  }
  return ed25519.sign(message, seed);
}
