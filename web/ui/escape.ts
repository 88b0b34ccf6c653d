/** Escape takes back what was asked: a question that came in place of its button. */

/** Calls `away` when Escape is pressed anywhere in this part of the page (a Svelte action). */
export function onEscape(part: HTMLElement, away: () => void): { update(next: () => void): void; destroy(): void } {
  let leave = away;
  const press = (event: KeyboardEvent): void => {
    // Of a text that is being composed it takes back the composing alone.
    if (event.key === 'Escape' && !event.isComposing) leave();
  };
  part.addEventListener('keydown', press);
  return {
    update: (next) => {
      leave = next;
    },
    destroy: () => {
      part.removeEventListener('keydown', press);
    },
  };
}
