/** The list as a person sees it: filters, years, what is due. Pure: rows in, groups out. */

import type { CheckedManifest } from '../core/rpc.ts';
import type { Failure } from '../ui/errors.ts';
import type { Row } from './rows.ts';
import type { Missing } from './gathering.ts';

/** What the list's screen shows. */
export interface DocumentsView {
  readonly rows: readonly Row[];
  readonly missing: readonly Missing[];
  readonly complete: boolean;
  readonly failure: Failure | null;
  /** Why the vault's index could not be used, a code; null when it could. */
  readonly problem: string | null;
  /** Number of ways in, null while unknown: one alone brings the reminder. */
  readonly waysIn: number | null;
  readonly today: string;
  /** What could not be marked as handled, and why; nothing of it counts. */
  readonly unmarked: Unmarked | null;
  /** What was marked is not written yet: tried, and tried again. */
  readonly unkept: boolean;
}

/** A document that is still to be done, though the person said that it is not. */
export interface Unmarked {
  readonly entry: Entry;
  readonly failure: Failure;
}

/** What the list's screen can ask for. */
export interface DocumentsActions {
  readonly retry: () => Promise<void>;
  /** Whether it was taken; if not, the view says why. */
  readonly handled: (entry: Entry, done: boolean) => Promise<boolean>;
  readonly calendar: (entry: Entry) => void;
  readonly forget: (id: string) => Promise<void>;
}

/** What the person asked to see. */
export interface Wish {
  readonly text: string;
  readonly issuer: string;
  readonly type: string;
  readonly year: string;
  /** A folder of the holder's own; empty: all. */
  readonly folder: string;
  readonly unread: boolean;
  /** Only what is not handled yet. */
  readonly open: boolean;
}

/** No wish: everything. */
export const EVERYTHING: Wish = { text: '', issuer: '', type: '', year: '', folder: '', unread: false, open: false };

/** Whether nothing in particular was asked for. */
export function isEverything(wish: Wish): boolean {
  return (
    wish.text.trim() === '' && !wish.issuer && !wish.type && !wish.year && !wish.folder && !wish.unread && !wish.open
  );
}

/** A readable row. */
export interface Entry {
  readonly row: Row;
  readonly manifest: CheckedManifest;
}

/** What a row is called: the holder's own title, else the issuer's. */
export function titleOf({ row, manifest }: Entry): string {
  return row.marks.ownTitle ?? manifest.title;
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

/** Orders instants and days as they are written: what is for readers' ears (`localeCompare`) costs ten times as much. */
function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Readable rows, newest first; of the same instant, the one that arrived last. */
export function readable(rows: readonly Row[]): readonly Entry[] {
  return rows
    .flatMap((row) => ('refused' in row.card ? [] : [{ row, manifest: row.card.manifest }]))
    .sort((a, b) => byText(b.manifest.issuedAt, a.manifest.issuedAt) || b.row.position - a.row.position);
}

/** Rows whose card did not check out, with the code of what refused it: named, never hidden. */
export function refused(rows: readonly Row[]): readonly { readonly id: string; readonly code: string }[] {
  return rows.flatMap((row) => ('refused' in row.card ? [{ id: row.id, code: row.card.refused }] : []));
}

const bare = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();

// Folding accents costs most of a search: once a document, not once a keystroke. Forgotten when the page closes the vault.
const folded = new Map<string, { readonly from: string; readonly to: string }>();

function hayOf(id: string, parts: readonly string[]): string {
  const from = parts.join(' ');
  const kept = folded.get(id);
  if (kept?.from === from) return kept.to;
  const to = bare(from);
  folded.set(id, { from, to });
  return to;
}

/** Forgets what searches have folded: it holds titles. */
export function forgetSearches(): void {
  folded.clear();
}

/** Entries that answer a wish; the search ignores case and accents and wants every word. */
export function select(entries: readonly Entry[], wish: Wish): readonly Entry[] {
  const words = bare(wish.text).split(/\s+/).filter(Boolean);
  return entries.filter(({ row, manifest }) => {
    if (wish.unread && row.opened) return false;
    if (wish.open && row.marks.handled) return false;
    if (wish.year !== '' && !manifest.issuedAt.startsWith(wish.year)) return false;
    if (wish.folder !== '' && row.marks.folder !== wish.folder) return false;
    if (wish.issuer !== '' && manifest.issuer !== wish.issuer) return false;
    if (wish.type !== '' && manifest.type !== wish.type) return false;
    const { title, issuerNames, typeNames, paymentReference, issuedAt } = manifest;
    const names = [issuerNames.fr, issuerNames.en, typeNames.fr, typeNames.en];
    return words.every((word) =>
      hayOf(row.id, [
        title,
        row.marks.ownTitle ?? '',
        row.marks.folder ?? '',
        row.marks.note ?? '',
        ...names,
        paymentReference ?? '',
        issuedAt.slice(0, 10),
      ]).includes(word),
    );
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

/** Where in the list a year begins; at its end when the list has none of it. */
export function startOf(years: readonly Year[], year: string): number {
  let before = 0;
  for (const one of years) {
    if (one.year === year) break;
    before += one.entries.length;
  }
  return before;
}

/** What is drawn of a list: `count` entries from one of them on, from the newest when it is not there (any more). */
export function partOf(
  entries: readonly Entry[],
  first: string | null,
  count: number,
): { readonly from: number; readonly part: readonly Entry[] } {
  const from = Math.max(0, first === null ? 0 : entries.findIndex(({ row }) => row.id === first));
  return { from, part: entries.slice(from, from + count) };
}

/** The next date to keep of a document: the first instalment that is not past, else the day it is due, else the day to reply by. */
export function dateOf(
  manifest: CheckedManifest,
  today: string,
): { readonly date: string; readonly reply: boolean } | null {
  const next = manifest.instalments.find(({ due }) => due >= today)?.due ?? manifest.due;
  if (next !== null) return { date: next, reply: false };
  return manifest.replyBy === null ? null : { date: manifest.replyBy, reply: true };
}

/** A part of an amount: how much, by when, and which of how many it is. */
export interface Part {
  readonly money: { readonly cents: number; readonly currency: string };
  readonly date: string;
  readonly number: number;
  readonly of: number;
}

/** What is to be paid next of an amount in several instalments; null where it is paid at once, or all of them are past. */
export function nextPartOf(manifest: CheckedManifest, today: string): Part | null {
  const parts = manifest.instalments;
  const index = parts.findIndex(({ due }) => due >= today);
  const next = parts[index];
  return next === undefined || parts.length < 2
    ? null
    : { money: next, date: next.due, number: index + 1, of: parts.length };
}

/** Something to do, and by when. */
export interface Task {
  readonly entry: Entry;
  readonly date: string;
  readonly reply: boolean;
}

/** What is to be done, by how soon. */
export interface ToDo {
  readonly late: readonly Task[];
  readonly soon: readonly Task[];
  readonly later: readonly Task[];
}

// A date long past says nothing any more: the bill was paid, or another one came.
const LATE_DAYS = 60;
const SOON_DAYS = 7;

function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** What has a date and is not handled (`today`: YYYY-MM-DD), soonest first: late, within seven days, later. */
export function toDo(entries: readonly Entry[], today: string): ToDo {
  const replaced = new Set(entries.map(({ manifest }) => manifest.supersedes));
  const [first, soon] = [plusDays(today, -LATE_DAYS), plusDays(today, SOON_DAYS)];
  const tasks = entries.flatMap((entry): readonly Task[] => {
    const found = dateOf(entry.manifest, today);
    const done = entry.row.marks.handled || replaced.has(entry.manifest.documentId);
    return found === null || done || found.date < first ? [] : [{ entry, ...found }];
  });
  tasks.sort((a, b) => byText(a.date, b.date));
  return {
    late: tasks.filter(({ date }) => date < today),
    soon: tasks.filter(({ date }) => date >= today && date <= soon),
    later: tasks.filter(({ date }) => date > soon),
  };
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

/** Years that the list holds, newest first. */
export function yearsOf(entries: readonly Entry[]): readonly string[] {
  return [...new Set(entries.map(({ manifest }) => manifest.issuedAt.slice(0, 4)))];
}

/** The holder's own folders, in the order of the language shown. */
export function foldersOf(rows: readonly Row[], locale: string): readonly string[] {
  const names = new Set(rows.flatMap(({ marks }) => (marks.folder === null ? [] : [marks.folder])));
  return [...names].sort(new Intl.Collator(locale, { numeric: true }).compare);
}

/** The local day of an instant, YYYY-MM-DD. */
export function localDay(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
