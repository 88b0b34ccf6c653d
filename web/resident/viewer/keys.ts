/** Keys of the viewer, the same in the frame and in the page around it. */

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
