/** Codes that arrive in the address of the page: each is taken out of it at once, and handed over once. */

/** Where the skip link of the frame leads (`ui/components/Frame.svelte`). */
const SKIP_TARGET = '#main';

/** What stays in the history entry of a code that was taken out of it: that there was one, nothing of it. */
const TAKEN = 'code-taken';

/** Takes the code out of the address: no history entry, no later script sees it. */
function takeCode(): string | null {
  // The link that skips to the content has a fragment too, which is no code and stays the browser's.
  if (location.pathname !== '/ouvrir' || location.hash.length < 2 || location.hash === SKIP_TARGET) return null;
  const code = location.hash.slice(1);
  history.replaceState(TAKEN, '', location.pathname);
  return code;
}

export class Arriving {
  /** The code that waits for its taker; of two, the one that came last. A page that goes on for hours does not keep it. */
  private waiting: string | null;
  private taker: ((code: string) => void) | null = null;
  /** A code was read here before: the page was loaded anew (a telephone does that by itself), and its code went with it. */
  readonly lost: boolean;

  /** Looks at the address, and watches it from now on: a second letter in the same tab only changes the fragment, and reloads nothing. */
  constructor() {
    this.waiting = takeCode();
    this.lost = this.waiting === null && location.pathname === '/ouvrir' && history.state === TAKEN;
    addEventListener('hashchange', () => {
      this.waiting = takeCode() ?? this.waiting;
      this.hand();
    });
  }

  /** Whether a code waits. */
  get waits(): boolean {
    return this.waiting !== null;
  }

  /** Hands over the code that waits, and each that comes later. */
  to(taker: (code: string) => void): void {
    this.taker = taker;
    this.hand();
  }

  private hand(): void {
    const { waiting, taker } = this;
    if (waiting === null || taker === null) return;
    this.waiting = null;
    taker(waiting);
  }
}
