/** A code from a letter's square, or typed by hand; where it is wrong, what is sure about the mistake, and nothing else. */

import { CODE_SYMBOLS } from '../core/claim-code.ts';
import type { Failure } from '../ui/errors.ts';

/** Symbols of a group as letters print it. */
export const GROUP = 4;
const SEPARATORS = /[\s\u2010-\u2015\u2212-]/gu;

/** What was typed without separators; upper case, but beyond ASCII as it is: `ſ` is no S of ours. */
function bare(typed: string): string {
  return typed.replaceAll(SEPARATORS, '').replaceAll(/[a-z]/gu, (letter) => letter.toUpperCase());
}

/** How many symbols were typed. */
export function countOf(typed: string): number {
  return Array.from(bare(typed)).length;
}

/** What was typed in groups of four, joined by hyphens; every symbol is kept as it is but for its case. */
export function grouped(typed: string): string {
  return (bare(typed).match(new RegExp(`.{1,${GROUP}}`, 'gsu')) ?? []).join('-');
}

/** What is sure about a code that was refused: which symbol is none, and in which group (from 1); how many are missing, or too many. */
export type Hint =
  | { readonly at: 'symbol'; readonly position: number; readonly group: number; readonly symbol: string }
  | { readonly at: 'missing'; readonly missing: number }
  | { readonly at: 'extra'; readonly extra: number };

/**
 * What is sure about a code, as `grouped` gives it, that was refused. The check symbol finds that something is wrong, not where; and
 * where one symbol is missing every group after it looks wrong too: no group is named then, for it would often be a right one.
 */
export function hintOf(code: string, failure: Failure | null): Hint | null {
  const symbols = Array.from(bare(code));
  if (failure?.code === 'code-symbol') {
    const position = Number(failure.facts['position']);
    const symbol = symbols[position - 1];
    return symbol === undefined ? null : { at: 'symbol', position, group: Math.ceil(position / GROUP), symbol };
  }
  if (failure?.code !== 'code-length') return null;
  const extra = symbols.length - CODE_SYMBOLS;
  return extra < 0 ? { at: 'missing', missing: -extra } : { at: 'extra', extra };
}

/** The code in the link of a letter of this city; null for any other text, however much it looks like one. */
export function codeOfLink(text: string, origin: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const ours = url.origin === origin && url.pathname === '/ouvrir' && url.username === '' && url.password === '';
  return ours && url.hash.length > 1 ? url.hash.slice(1) : null;
}
