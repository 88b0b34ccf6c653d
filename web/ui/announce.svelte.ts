/**
 * What a screen reader should say though the focus stays where it is: one polite region in the frame shows it, in the language
 * of the page, for as long as it is true.
 */

import { untrack } from 'svelte';

/** Words that are made anew when the language changes. */
export type Saying = () => string;

// Long enough to be read out after what is being said now; then it is over, and nobody who walks through the page finds it.
export const STAYS_MS = 10_000;

interface Said {
  readonly say: Saying;
  readonly again: boolean;
}

let saying = $state.raw<Said | null>(null);
// The same outside of the state: an effect that is being ended reads the state as it was before (Svelte), and would take away what
// was said since.
let last: Said | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The words of the live region; empty when there is nothing to tell. */
export function announced(): string {
  if (saying === null) return '';
  return saying.again ? `${saying.say()}\u00a0` : saying.say();
}

/** Says what has happened, once the person pauses; the same words twice are said twice. Forgotten after a moment. */
export function announce(say: Saying): void {
  const over = announceWhile(say);
  timer = setTimeout(over, STAYS_MS);
}

/** Nothing is said any more. Words that wait for their end hold on to the screen that said them, and to all that it shows. */
export function forgetSaid(): void {
  clearTimeout(timer);
  saying = last = null;
}

/** Says what is going on; the answer ends it. Whatever was said meanwhile stays. */
export function announceWhile(say: Saying): () => void {
  // Untracked: an effect that announces must not run again because of what it announced.
  return untrack(() => {
    clearTimeout(timer);
    const mine = { say, again: announced() === say() };
    saying = last = mine;
    return (): void => {
      if (last === mine) saying = last = null;
    };
  });
}
