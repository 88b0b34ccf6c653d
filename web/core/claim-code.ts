/**
 * The claim code as people see it: 115 bits in 23 symbols of Crockford's alphabet and one check symbol
 * (docs/spec/claim.md, "Code"). Deriving from a code is in `claim.ts`; this module is small enough for the first page.
 */

import { FormatError } from './errors.ts';

/** Bytes that hold a code: 115 bits and five zero bits. */
export const CODE_SIZE = 15;

/** Symbols of a written code. */
export const CODE_SYMBOLS = 24;

/** Crockford's base32 alphabet. */
export const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const DATA_SYMBOLS = CODE_SYMBOLS - 1;
const DATA_BITS = 115n;
const SPARE_BITS = 5n;
// x^5 + x^2 + 1 without its leading term: finds every wrong symbol and every swap of two neighbours.
const POLYNOMIAL = 0b00101;
const READ_AS: Readonly<Record<string, string>> = { I: '1', L: '1', O: '0' };
const IGNORED = new Set(' -\u00a0\u2010\u2011\u2012\u2013\u2014\u2212\u202f\t\r\n');
// What people paste may hold spaces and dashes, not a page of text.
const MAX_TYPED = 200;

function checkSymbol(data: bigint): number {
  let register = 0;
  for (let position = DATA_BITS - 1n; position >= 0n; position--) {
    const feedback = (register >> 4) ^ Number((data >> position) & 1n);
    register = (register << 1) & 0b11111;
    if (feedback === 1) register ^= POLYNOMIAL;
  }
  return register;
}

function readSymbols(typed: readonly string[]): number[] {
  const symbols: number[] = [];
  for (const character of typed) {
    if (IGNORED.has(character)) continue;
    // Upper-casing beyond ASCII would take foreign letters for ours (U+017F becomes S).
    const upper = character <= '\u007f' ? character.toUpperCase() : character;
    const symbol = READ_AS[upper] ?? upper;
    const value = symbol.length === 1 ? CROCKFORD.indexOf(symbol) : -1;
    if (value === -1) throw new FormatError('no symbol of a code', 'code-symbol', { position: symbols.length + 1 });
    symbols.push(value);
  }
  return symbols;
}

/**
 * Reads what a person typed or scanned; gives the 15 bytes.
 *
 * Spaces and dashes are ignored, lower case taken, I and L read as 1, O as 0. Raises `code-symbol` (fact `position` counts
 * the symbols from 1), `code-length` (facts `found`, `expected`), `code-check`.
 */
export function readClaimCode(typed: string): Uint8Array {
  const characters = Array.from(typed);
  const symbols = characters.length > MAX_TYPED ? null : readSymbols(characters);
  if (symbols?.length !== CODE_SYMBOLS) {
    const found = symbols?.length ?? characters.length;
    throw new FormatError('wrong length', 'code-length', { found, expected: CODE_SYMBOLS });
  }
  const data = symbols.slice(0, DATA_SYMBOLS).reduce((bits, symbol) => (bits << 5n) | BigInt(symbol), 0n);
  if (symbols[DATA_SYMBOLS] !== checkSymbol(data)) throw new FormatError('check symbol', 'code-check');
  const bytes = new Uint8Array(CODE_SIZE);
  let rest = data << SPARE_BITS;
  for (let i = CODE_SIZE - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** Writes the 24 symbols of a code, without hyphens. */
export function writeClaimCode(code: Uint8Array): string {
  if (code.length !== CODE_SIZE || ((code[CODE_SIZE - 1] ?? 0) & 0b11111) !== 0) {
    throw new FormatError('a code has 115 bits in 15 bytes');
  }
  const data = code.reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n) >> SPARE_BITS;
  const symbols = Array.from({ length: DATA_SYMBOLS }, (_, place) => Number((data >> BigInt(5 * (22 - place))) & 31n));
  return [...symbols, checkSymbol(data)].map((symbol) => CROCKFORD.charAt(symbol)).join('');
}

/** Writes a code in six groups of four, as printed. */
export function groupClaimCode(code: string): string {
  return code.replaceAll(/.{4}(?=.)/g, '$&-');
}
