/** Dates, amounts, sizes and long hexadecimal values as a person reads them, in the language shown. */

import { currentLocale } from './i18n.svelte.ts';

const REGION = { fr: 'fr-CA', en: 'en-CA' } as const;
const KIB = 1024;
const HEX_GROUP = 8;

const NO_BREAK = '\u00a0';

const region = (): string => REGION[currentLocale()];

const whole = (words: string): string => words.replaceAll(' ', NO_BREAK);

/** `2026-02-03` or an instant as a day, which stays on one line: « 3 février 2026 ». A plain date is not moved by time zones. */
export function formatDay(value: string, month: 'long' | 'short' = 'long'): string {
  const plain = value.length === 10;
  const date = new Date(plain ? `${value}T00:00:00Z` : value);
  return whole(
    new Intl.DateTimeFormat(region(), {
      day: 'numeric',
      month,
      year: 'numeric',
      ...(plain ? { timeZone: 'UTC' } : {}),
    }).format(date),
  );
}

/** An instant to the second, in the person's own time zone: « 3 févr. 2026 10:42:07 ». */
export function formatInstant(value: string): string {
  const date = new Date(value);
  const two = (part: number): string => String(part).padStart(2, '0');
  // Written out: `Intl` would say « 10 h 42 min 07 s », which nobody can compare with a receipt.
  return `${formatDay(value, 'short')} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** An instant to the minute, in the person's own time zone: « 3 février 2026 à 9 h 42 »; only before « à » may a line end. */
export function formatMoment(value: string): string {
  const parts = new Intl.DateTimeFormat(region(), { dateStyle: 'long', timeStyle: 'short' }).formatToParts(
    new Date(value),
  );
  return parts
    .map(({ type, value }, at) => {
      // `Intl` says « 09 h 42 », nobody else does.
      if (type === 'hour') return String(Number(value));
      return parts[at + 1]?.type === 'hour' ? value.replace(/(?<=\p{L}) $/u, NO_BREAK) : whole(value);
    })
    .join('');
}

/** Integer cents as money: « 1 234,56 $ ». */
export function formatMoney(money: { readonly cents: number; readonly currency: string }): string {
  return new Intl.NumberFormat(region(), { style: 'currency', currency: money.currency }).format(money.cents / 100);
}

/** A whole number with its group separators. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat(region()).format(value);
}

/** A size in kilobytes or megabytes. */
export function formatSize(bytes: number): string {
  const mega = bytes >= KIB * KIB;
  const unit = mega ? 'megabyte' : 'kilobyte';
  const value = mega ? bytes / (KIB * KIB) : Math.max(1, bytes / KIB);
  return whole(
    new Intl.NumberFormat(region(), { style: 'unit', unit, maximumFractionDigits: mega ? 1 : 0 }).format(value),
  );
}

/** Hexadecimal in groups of eight, so that a person can compare it by eye. */
export function groupHex(hex: string): string {
  return (hex.match(new RegExp(`.{1,${HEX_GROUP}}`, 'g')) ?? []).join(' ');
}

/** Days from today (local) to a plain date: 0 today, negative when past. */
export function daysUntil(date: string, now: Date = new Date()): number {
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return Math.round((Date.parse(`${date}T00:00:00Z`) - today) / 86_400_000);
}

/** The line of the register on which an entry stands: people count from one, here and in `voute verify`; the log from zero. */
export function lineOf(index: number): number {
  return index + 1;
}
