/** What a screen reader should say though the focus stays where it is: one polite region in the frame shows it. */

import { untrack } from 'svelte';

let text = $state('');

/** The words of the live region. */
export function announced(): string {
  return text;
}

/** Says these words once the person pauses; the same words twice are said twice. */
export function announce(words: string): void {
  // Untracked: an effect that announces must not run again because of what it announced.
  untrack(() => {
    text = text === words ? `${words}\u00a0` : words;
  });
}
