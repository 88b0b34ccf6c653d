/** A code from a letter's square, or typed by hand; where it is wrong, the groups in which a likely slip would explain it. */

import { CODE_SYMBOLS, CROCKFORD, readClaimCode } from '../core/claim-code.ts';

/** Symbols of a group as letters print it. */
export const GROUP = 4;
const SEPARATORS = /[\s\u2010-\u2015\u2212-]/gu;

// What people take for one another on paper, in both directions.
const ALIKE: readonly string[] = [
  '8B3',
  '5S',
  '2Z',
  '6G',
  '0DQ',
  '17',
  'VY',
  'MN',
  'PR',
  'EF',
  'CG',
  'KX',
  'UV',
  '4A',
  '9G',
  'MW',
  'HN',
];

/** The symbols of what was typed, as a code has them: upper case, no separators, I and L as 1, O as 0. */
export function symbolsOf(typed: string): string {
  return typed.replaceAll(SEPARATORS, '').toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0');
}

/** The same in groups of four, joined by hyphens; what was typed is kept as it is but for its case. */
export function grouped(typed: string): string {
  const bare = typed.replaceAll(SEPARATORS, '').toUpperCase();
  return (bare.match(new RegExp(`.{1,${GROUP}}`, 'gu')) ?? []).join('-');
}

/** The first group (from 1) that is not whole, and how many symbols are missing in all; null when none is missing. */
export function incomplete(typed: string): { readonly group: number; readonly missing: number } | null {
  const { length } = symbolsOf(typed);
  return length < CODE_SYMBOLS ? { group: Math.floor(length / GROUP) + 1, missing: CODE_SYMBOLS - length } : null;
}

/** The code in the link of a letter of this city; null for any other text, however much it looks like one. */
export function codeOfLink(text: string, origin: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const ours = url.origin === origin && url.pathname === '/ouvrir' && url.username === '' && url.password === '';
  return ours && url.hash.length > 1 ? url.hash.slice(1) : null;
}

function reads(symbols: string): boolean {
  try {
    readClaimCode(symbols);
    return true;
  } catch {
    return false;
  }
}

/**
 * The groups (from 1) in which one likely slip would make the code right: a symbol that looks like another, two neighbours that
 * changed places. The check symbol finds that something is wrong, not where: the list is where to look first, never more.
 */
export function suspects(typed: string): readonly number[] {
  const symbols = symbolsOf(typed);
  if (symbols.length !== CODE_SYMBOLS) return [];
  const found = new Set<number>();
  for (const [i, symbol] of Array.from(symbols).entries()) {
    const others = ALIKE.filter((set) => set.includes(symbol)).join('');
    for (const other of others) {
      if (CROCKFORD.includes(other) && reads(symbols.slice(0, i) + other + symbols.slice(i + 1)))
        found.add(Math.floor(i / GROUP) + 1);
    }
    const next = symbols[i + 1];
    if (next !== undefined && reads(symbols.slice(0, i) + next + symbol + symbols.slice(i + 2)))
      found.add(Math.floor(i / GROUP) + 1);
  }
  return [...found].toSorted((a, b) => a - b);
}
