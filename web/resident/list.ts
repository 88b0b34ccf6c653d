/** The list as a person sees it: filters, years, what is due. Pure: rows in, groups out. */

import type { CheckedManifest } from '../core/rpc.ts';
import type { Failure } from '../ui/errors.ts';
import type { Row } from './session.svelte.ts';

/** What the list's screen shows. */
export interface DocumentsView {
  readonly rows: readonly Row[];
  readonly complete: boolean;
  readonly failure: Failure | null;
  /** Number of ways in, null while unknown: one alone brings the reminder. */
  readonly waysIn: number | null;
  readonly today: string;
}

/** What the person asked to see. */
export interface Wish {
  readonly text: string;
  readonly issuer: string;
  readonly type: string;
  readonly unread: boolean;
}

/** No wish: everything. */
export const EVERYTHING: Wish = { text: '', issuer: '', type: '', unread: false };

/** A readable row. */
export interface Entry {
  readonly row: Row;
  readonly manifest: CheckedManifest;
}

/** A choice of a filter. */
export interface Choice {
  readonly value: string;
  readonly names: { readonly fr: string; readonly en: string };
}

/** Documents of one year, newest first. */
export interface Year {
  readonly year: string;
  readonly entries: readonly Entry[];
}

/** Readable rows, newest first; of the same instant, the one that arrived last. */
export function readable(rows: readonly Row[]): readonly Entry[] {
  return rows
    .flatMap((row) => ('refused' in row.card ? [] : [{ row, manifest: row.card.manifest }]))
    .sort(
      (a, b) => b.manifest.issuedAt.localeCompare(a.manifest.issuedAt) || b.row.sealed.position - a.row.sealed.position,
    );
}

/** Rows whose card did not check out, with the code of what refused it: named, never hidden. */
export function refused(rows: readonly Row[]): readonly { readonly id: string; readonly code: string }[] {
  return rows.flatMap((row) => ('refused' in row.card ? [{ id: row.id, code: row.card.refused }] : []));
}

const bare = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** Entries that answer a wish; the search ignores case and accents and wants every word. */
export function select(entries: readonly Entry[], wish: Wish): readonly Entry[] {
  const words = bare(wish.text).split(/\s+/).filter(Boolean);
  return entries.filter(({ row, manifest }) => {
    if (wish.unread && row.opened) return false;
    if (wish.issuer !== '' && manifest.issuer !== wish.issuer) return false;
    if (wish.type !== '' && manifest.type !== wish.type) return false;
    const { title, issuerNames, typeNames, paymentReference, issuedAt } = manifest;
    const names = [issuerNames.fr, issuerNames.en, typeNames.fr, typeNames.en];
    const hay = bare([title, ...names, paymentReference ?? '', issuedAt.slice(0, 10)].join(' '));
    return words.every((word) => hay.includes(word));
  });
}

/** Entries by year of issue, newest year first. */
export function byYear(entries: readonly Entry[]): readonly Year[] {
  const years = new Map<string, Entry[]>();
  for (const entry of entries) {
    const year = entry.manifest.issuedAt.slice(0, 4);
    const kept = years.get(year);
    if (kept) kept.push(entry);
    else years.set(year, [entry]);
  }
  return [...years].map(([year, kept]) => ({ year, entries: kept }));
}

/** What has a date to keep that is not past (`today`: YYYY-MM-DD), soonest first. */
export function toDo(entries: readonly Entry[], today: string): readonly Entry[] {
  const date = ({ manifest }: Entry): string => manifest.due ?? manifest.replyBy ?? '';
  return entries.filter((entry) => date(entry) >= today).sort((a, b) => date(a).localeCompare(date(b)));
}

function choices(pairs: readonly (readonly [string, Choice['names']])[]): readonly Choice[] {
  return [...new Map(pairs)].map(([value, names]) => ({ value, names }));
}

/** Issuers that the list holds. */
export function issuersOf(entries: readonly Entry[]): readonly Choice[] {
  return choices(entries.map(({ manifest }) => [manifest.issuer, manifest.issuerNames]));
}

/** Types of document that the list holds. */
export function typesOf(entries: readonly Entry[]): readonly Choice[] {
  return choices(entries.map(({ manifest }) => [manifest.type, manifest.typeNames]));
}

/** The local day of an instant, YYYY-MM-DD. */
export function localDay(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
