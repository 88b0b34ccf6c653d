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

// What the five bits that leave the checksum's state carry back into it. A recipient has 1,959 symbols, and each record of a vault,
// each method of a keyring has one: so symbols are walked over without a call or a list for each.
const CARRIED = Uint32Array.from({ length: 32 }, (_, top) =>
  GENERATORS.reduce((sum, generator, bit) => ((top >>> bit) & 1 ? sum ^ generator : sum), 0),
);
const NO_SYMBOL = 32;
const VALUES = new Uint8Array(128).fill(NO_SYMBOL);
Array.from(CHARSET, (symbol, value) => (VALUES[symbol.charCodeAt(0)] = value));

/** Runs the checksum over symbols, from the state that those before them left. */
function polymod(values: Uint8Array, state: number): number {
  let checksum = state;
  for (const value of values) {
    checksum = ((checksum & 0x1ffffff) << 5) ^ value ^ (CARRIED[checksum >>> 25] ?? 0);
  }
  return checksum;
}

/** The state that a prefix of one case leaves. */
function afterPrefix(prefix: string): number {
  const values = new Uint8Array(2 * prefix.length + 1);
  for (let i = 0; i < prefix.length; i++) {
    values[i] = prefix.charCodeAt(i) >> 5;
    values[prefix.length + 1 + i] = prefix.charCodeAt(i) & 31;
  }
  return polymod(values, 1);
}

/** The bytes in fives, with room for the checksum behind them. */
function toFives(bytes: Uint8Array): Uint8Array {
  const fives = new Uint8Array(Math.ceil((bytes.length * 8) / 5) + CHECKSUM_LENGTH);
  let buffer = 0;
  let bits = 0;
  let offset = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5;) fives[offset++] = (buffer >> (bits -= 5)) & 31;
  }
  if (bits > 0) fives[offset] = (buffer << (5 - bits)) & 31;
  return fives;
}

function fromFives(fives: Uint8Array): Uint8Array {
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

/** The values of lower-case symbols. */
function valuesOf(symbols: string): Uint8Array {
  const values = new Uint8Array(symbols.length);
  for (let i = 0; i < symbols.length; i++) {
    const value = VALUES[symbols.charCodeAt(i)] ?? NO_SYMBOL;
    if (value === NO_SYMBOL) throw new FormatError('bech32 symbol');
    values[i] = value;
  }
  return values;
}

/** Encodes bytes under a human-readable prefix; the text takes the case of the prefix. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const lower = prefix.toLowerCase();
  const data = toFives(bytes);
  const checksum = polymod(data, afterPrefix(lower)) ^ 1;
  for (let i = 1; i <= CHECKSUM_LENGTH; i++) data[data.length - i] = (checksum >>> (5 * (i - 1))) & 31;
  let text = `${lower}1`;
  for (const value of data) text += CHARSET.charAt(value);
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
  const data = valuesOf(text.slice(prefix.length + 1).toLowerCase());
  if (data.length < CHECKSUM_LENGTH || polymod(data, afterPrefix(lower)) !== 1) {
    throw new FormatError('bech32 checksum');
  }
  return fromFives(data.subarray(0, -CHECKSUM_LENGTH));
}
