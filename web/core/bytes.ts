/** Bytes and their strict text forms (docs/spec/encoding.md): every decoder refuses what its encoder would not write. */

import { FormatError } from './errors.ts';

const HEX = /^(?:[0-9a-f]{2})*$/;
const BASE64_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_SYMBOLS = Uint8Array.from(BASE64_ALPHABET, (symbol) => symbol.charCodeAt(0));
// What a symbol stands for; 64 for what is none.
const BASE64_VALUES = new Uint8Array(128).fill(64);
BASE64_SYMBOLS.forEach((symbol, value) => (BASE64_VALUES[symbol] = value));
const U32_LIMIT = 2 ** 32;

const encoder = new TextEncoder();
// Symbols of base64 and nothing else go through it.
const ascii = new TextDecoder('utf-8');

/** Joins byte strings into a new one. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Whether two byte strings are equal, in time that depends on their lengths only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Overwrites secrets with zeros; the engine may still hold copies, so this shortens exposure and promises no more. */
export function wipe(...secrets: readonly (Uint8Array | null | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

/** `length` bytes from the platform's generator. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** UTF-8 of a string; a lone surrogate is refused, not replaced. */
export function utf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new FormatError('lone surrogate');
  return encoder.encode(text);
}

/** Strict UTF-8 to string: no byte order mark is dropped, no bad sequence replaced. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError('not UTF-8');
  }
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** Bytes of lower-case hexadecimal, of exactly `length` bytes when that is given. */
export function fromHex(text: string, length?: number): Uint8Array {
  if (!HEX.test(text)) throw new FormatError('not lower-case hexadecimal');
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  if (length !== undefined && bytes.length !== length) throw new FormatError(`expected ${length} bytes`);
  return bytes;
}

/** Base64 of RFC 4648 section 4 without padding, as age writes it. */
export function rawBase64(bytes: Uint8Array): string {
  const symbols = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let buffer = 0;
  let bits = 0;
  let offset = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 6;) symbols[offset++] = BASE64_SYMBOLS[(buffer >> (bits -= 6)) & 63] ?? 0;
  }
  if (bits > 0) symbols[offset] = BASE64_SYMBOLS[(buffer << (6 - bits)) & 63] ?? 0;
  return ascii.decode(symbols);
}

/** Bytes of unpadded base64; refuses padding, foreign symbols, impossible lengths and non-zero trailing bits. */
export function fromRawBase64(text: string): Uint8Array {
  const tail = text.length % 4;
  if (tail === 1) throw new FormatError('base64 length');
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let buffer = 0;
  let bits = 0;
  let offset = 0;
  for (let i = 0; i < text.length; i++) {
    // A symbol beyond ASCII has no value either.
    const value = BASE64_VALUES[text.charCodeAt(i)] ?? 64;
    if (value === 64) throw new FormatError('base64 symbol');
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[offset++] = (buffer >> bits) & 0xff;
    }
  }
  if ((buffer & ((1 << bits) - 1)) !== 0) throw new FormatError('base64 is not canonical');
  return bytes;
}

/** Base64 of RFC 4648 section 4 with padding: the form of bytes in JSON. */
export function base64(bytes: Uint8Array): string {
  const raw = rawBase64(bytes);
  return raw.padEnd(Math.ceil(raw.length / 4) * 4, '=');
}

/** Bytes of padded, canonical base64. */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new FormatError('base64 padding');
  return fromRawBase64(text.replace(/={1,2}$/, ''));
}

/** Base64url of RFC 4648 section 5 without padding: the form of WebAuthn's ids. */
export function base64url(bytes: Uint8Array): string {
  return rawBase64(bytes).replaceAll('+', '-').replaceAll('/', '_');
}

/** Bytes of unpadded, canonical base64url. */
export function fromBase64url(text: string): Uint8Array {
  if (/[+/]/.test(text)) throw new FormatError('base64url symbol');
  return fromRawBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
}

/** An unsigned integer as 4 bytes, big-endian. */
export function u32(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0 || value >= U32_LIMIT) throw new FormatError('u32 out of range');
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** An unsigned integer (a safe number or a bigint) as 8 bytes, big-endian. */
export function u64(value: number | bigint): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new FormatError('u64 out of range');
  const wide = BigInt(value);
  if (wide < 0n || wide >= 1n << 64n) throw new FormatError('u64 out of range');
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, wide);
  return bytes;
}

/** One part of a list of bytes: a string goes in as UTF-8. */
export type Part = Uint8Array | string;

/** `LP(a, b, …)`: for each part its length as 4 bytes big-endian, then the part (encoding.md, "Lists of bytes"). */
export function lengthPrefixed(...parts: readonly Part[]): Uint8Array {
  return concat(
    ...parts.flatMap((part) => {
      const bytes = typeof part === 'string' ? utf8(part) : part;
      return [u32(bytes.length), bytes];
    }),
  );
}
