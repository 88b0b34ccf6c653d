/** The dates of a document that are still to come, as a neutral calendar file. */

import { saveFile } from '../ui/files.ts';
import { t } from '../ui/i18n.svelte.ts';
import { calendarOf, type Reminder } from './calendar.ts';
import { dateOf, localDay } from './list.ts';
import type { CheckedManifest } from '../core/rpc.ts';

/** The dates of a document that are not past: each instalment, else the day it is due, else the day to reply by. */
export function remindersOf(manifest: CheckedManifest, today: string, origin: string): readonly Reminder[] {
  const parts = manifest.instalments.filter(({ due }) => due >= today).map(({ due }) => ({ date: due, reply: false }));
  const one = dateOf(manifest, today);
  const dates = parts.length > 0 ? parts : one === null || one.date < today ? [] : [one];
  return dates.map(({ date, reply }) => ({
    uid: `${manifest.documentId}-${date}@voute`,
    day: date,
    summary: t(reply ? 'calendar-reply' : 'calendar-pay'),
    description: t('calendar-text'),
    url: `${origin}/documents/${manifest.documentId}`,
  }));
}

/** Hands over a calendar file of a document's dates, under a neutral name. */
export function saveCalendar(manifest: CheckedManifest, now = new Date()): void {
  const text = calendarOf(remindersOf(manifest, localDay(now), location.origin), now.toISOString());
  saveFile(new Blob([text], { type: 'text/calendar;charset=utf-8' }), `${t('calendar-file')}.ics`);
}
