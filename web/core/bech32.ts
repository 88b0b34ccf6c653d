/**
 * Bech32 without the length limit, as age uses it for identities and recipients.
 *
 * Source: BIP 173 ("Bech32"), C2SP age.md ("Conventions": data part of any length, one case only).
 */

import { FormatError } from './errors.ts';

const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const CHECKSUM_LENGTH = 6;

/** A string longer than any that the product reads: a hybrid recipient has 1,959 symbols. */
const MAX_LENGTH = 4096;

const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;

function polymod(values: Iterable<number>): number {
  let checksum = 1;
  for (const value of values) {
    const top = checksum >>> 25;
    checksum = ((checksum & 0x1ffffff) << 5) ^ value;
    GENERATORS.forEach((generator, bit) => {
      if ((top >>> bit) & 1) checksum ^= generator;
    });
  }
  return checksum >>> 0;
}

function expandPrefix(prefix: string): number[] {
  const codes = Array.from(prefix, (symbol) => symbol.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function toFives(bytes: Uint8Array): number[] {
  const fives: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      fives.push((buffer >> bits) & 31);
    }
  }
  if (bits > 0) fives.push((buffer << (5 - bits)) & 31);
  return fives;
}

function fromFives(fives: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.floor((fives.length * 5) / 8));
  let buffer = 0;
  let bits = 0;
  let offset = 0;
  for (const five of fives) {
    buffer = ((buffer << 5) | five) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[offset++] = (buffer >> bits) & 0xff;
    }
  }
  if (bits >= 5 || (buffer & ((1 << bits) - 1)) !== 0) throw new FormatError('bech32 padding');
  return bytes;
}

/** Encodes bytes under a human-readable prefix; the text takes the case of the prefix. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const lower = prefix.toLowerCase();
  const data = toFives(bytes);
  const checksum = polymod([...expandPrefix(lower), ...data, 0, 0, 0, 0, 0, 0]) ^ 1;
  for (let i = 0; i < CHECKSUM_LENGTH; i++) data.push((checksum >>> (5 * (CHECKSUM_LENGTH - 1 - i))) & 31);
  const text = `${lower}1${data.map((value) => CHARSET.charAt(value)).join('')}`;
  return prefix === lower ? text : text.toUpperCase();
}

/** Bytes of a Bech32 string whose prefix must be exactly `prefix`, in the case of `prefix`. */
export function decodeBech32(prefix: string, text: string): Uint8Array {
  if (text.length > MAX_LENGTH) throw new FormatError('bech32 length');
  // Unicode case folding reaches ASCII (U+212A becomes k), so other characters go before the case is looked at.
  if (!PRINTABLE_ASCII.test(text)) throw new FormatError('bech32 symbol');
  if (!text.startsWith(`${prefix}1`)) throw new FormatError('bech32 prefix');
  const lower = prefix.toLowerCase();
  if (text !== (prefix === lower ? text.toLowerCase() : text.toUpperCase())) throw new FormatError('bech32 case');
  const data = Array.from(text.slice(prefix.length + 1).toLowerCase(), (symbol) => CHARSET.indexOf(symbol));
  if (data.includes(-1)) throw new FormatError('bech32 symbol');
  if (data.length < CHECKSUM_LENGTH || polymod([...expandPrefix(lower), ...data]) !== 1) {
    throw new FormatError('bech32 checksum');
  }
  return fromFives(data.slice(0, -CHECKSUM_LENGTH));
}
