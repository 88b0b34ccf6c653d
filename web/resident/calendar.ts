/**
 * A date to keep as a calendar file (RFC 5545), made in the page. Calendars are often shared and kept by others: what stands in
 * the file says that something from the city is due, which kind only, and leads back to the vault; no title, no amount, no reference.
 */

/** One date: a day, what to call it, where the document is. */
export interface Reminder {
  readonly uid: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly summary: string;
  readonly description: string;
  readonly url: string;
}

const LINE_BYTES = 75;
const encoder = new TextEncoder();

/** Text as a property's value (RFC 5545, section 3.3.11). */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(';', '\\;').replaceAll(',', '\\,').replaceAll('\n', '\\n');
}

/** A content line in pieces of at most 75 bytes, never within a character (section 3.1). */
function folded(line: string): string {
  const pieces: string[] = [];
  let piece = '';
  let size = 0;
  for (const sign of line) {
    const bytes = encoder.encode(sign).length;
    // A continuation begins with a space, which counts.
    if (size + bytes > LINE_BYTES) {
      pieces.push(piece);
      piece = ' ';
      size = 1;
    }
    piece += sign;
    size += bytes;
  }
  return [...pieces, piece].join('\r\n');
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

const compact = (text: string): string => text.replaceAll(/[-:]/g, '');

/** Writes a calendar of these dates, each a whole day with a reminder the morning two days before; `now` is an instant (ISO). */
export function calendarOf(reminders: readonly Reminder[], now: string): string {
  const stamp = `${compact(now.slice(0, 19))}Z`;
  const events = reminders.flatMap((one) => [
    'BEGIN:VEVENT',
    `UID:${one.uid}`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${compact(one.day)}`,
    `DTEND;VALUE=DATE:${compact(nextDay(one.day))}`,
    `SUMMARY:${escaped(one.summary)}`,
    `DESCRIPTION:${escaped(one.description)}`,
    `URL:${one.url}`,
    'TRANSP:TRANSPARENT',
    'CLASS:PRIVATE',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${escaped(one.summary)}`,
    // Two days before midnight of the day, at nine in the morning.
    'TRIGGER:-P1DT15H',
    'END:VALARM',
    'END:VEVENT',
  ]);
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Voute//Voute 1//FR', 'CALSCALE:GREGORIAN', ...events];
  return [...lines, 'END:VCALENDAR', ''].map(folded).join('\r\n');
}
