/**
 * What of age the product refuses: X25519, scrypt and ASCII armor, so that the whole CCTV kit runs against our parser.
 *
 * Source: C2SP age.md, "The X25519 recipient type", "The scrypt recipient type", "ASCII armor".
 */

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { scrypt } from '@noble/hashes/scrypt.js';

import type { Header, Stanza } from '../../../core/age/header.ts';
import { decodeBech32 } from '../../../core/bech32.ts';
import { concat, fromBase64, fromRawBase64, utf8 } from '../../../core/bytes.ts';
import { hkdf } from '../../../core/derive.ts';
import { FormatError } from '../../../core/errors.ts';

/** Unwraps a file key from a whole header; null if no stanza is for it. */
export type Unwrap = (header: Header) => Uint8Array | null;

const MAX_WORK_FACTOR = 20;
const BODY_SIZE = 32;

function open(key: Uint8Array, stanza: Stanza): Uint8Array | null {
  try {
    return chacha20poly1305(key, new Uint8Array(12)).decrypt(stanza.body);
  } catch {
    return null;
  }
}

function requireShape(stanza: Stanza, argumentCount: number, shareSize: number): Uint8Array {
  if (stanza.args.length !== argumentCount) throw new FormatError('stanza arguments');
  const share = fromRawBase64(stanza.args[1] ?? '');
  if (share.length !== shareSize || stanza.body.length !== BODY_SIZE) throw new FormatError('stanza length');
  return share;
}

/** Identity `AGE-SECRET-KEY-1…`. */
export function x25519Unwrap(text: string): Unwrap {
  const secret = decodeBech32('AGE-SECRET-KEY-', text);
  const recipient = x25519.getPublicKey(secret);
  return ({ stanzas }) => {
    for (const stanza of stanzas.filter((candidate) => candidate.args[0] === 'X25519')) {
      const share = requireShape(stanza, 2, 32);
      let shared: Uint8Array;
      try {
        shared = x25519.getSharedSecret(secret, share);
      } catch {
        throw new FormatError('low order');
      }
      const fileKey = open(hkdf(shared, concat(share, recipient), utf8('age-encryption.org/v1/X25519')), stanza);
      if (fileKey !== null) return fileKey;
    }
    return null;
  };
}

/** Passphrase. */
export function scryptUnwrap(passphrase: string): Unwrap {
  return ({ stanzas }) => {
    const [stanza] = stanzas.filter((candidate) => candidate.args[0] === 'scrypt');
    if (stanza === undefined) return null;
    if (stanzas.length !== 1) throw new FormatError('scrypt must be alone');
    const salt = requireShape(stanza, 3, 16);
    const factor = stanza.args[2] ?? '';
    if (!/^[1-9][0-9]*$/.test(factor) || Number(factor) > MAX_WORK_FACTOR) throw new FormatError('work factor');
    const options = { N: 2 ** Number(factor), r: 8, p: 1, dkLen: 32, maxmem: 2 ** 31 };
    return open(scrypt(utf8(passphrase), concat(utf8('age-encryption.org/v1/scrypt'), salt), options), stanza);
  };
}

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';

/** Raised for armor that is not strict PEM. */
export class ArmorError extends Error {
  override readonly name = 'ArmorError';
}

/** Bytes of an armored file (RFC 7468 section 3, strict), LF or CR LF, white space around allowed. */
export function decodeArmor(file: Uint8Array): Uint8Array {
  const text = String.fromCharCode(...file).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  if (lines.shift() !== BEGIN || lines.pop() !== END) throw new ArmorError('boundary');
  const last = lines.pop();
  if (last === undefined) return new Uint8Array(0);
  if (last.length === 0 || last.length > 64) throw new ArmorError('last line');
  if (lines.some((line) => line.length !== 64 || line.includes('='))) throw new ArmorError('line length');
  try {
    return concat(...[...lines, last].map(fromBase64));
  } catch {
    throw new ArmorError('base64');
  }
}
