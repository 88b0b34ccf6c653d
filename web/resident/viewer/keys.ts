/** Keys of the viewer, the same in the frame and in the page around it, and what is typed to go to a page. */

import type { ViewerKey } from './protocol.ts';

/** What a key asks of the viewer, or null: + and = larger, - smaller, 0 fit, with Control or Command also f to search. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): ViewerKey | null {
  if (event.altKey) return null;
  const control = event.ctrlKey || event.metaKey;
  if (control) return event.key === 'f' ? 'find' : null;
  switch (event.key) {
    case '+':
    case '=':
      return 'larger';
    case '-':
      return 'smaller';
    case '0':
      return 'fit';
    default:
      return null;
  }
}

/** Whether what is typed there is somebody's words: a note may hold a date, and a zero is no wish for another size. */
export function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select') !== null;
}

/** The page that a typed number names, the last one for any beyond; null for what is no number of a page. */
export function pageOf(typed: string, last: number): number | null {
  const digits = typed.trim();
  if (!/^[0-9]+$/.test(digits) || Number(digits) === 0) return null;
  return Math.min(Number(digits), last);
}
