/**
 * A vault that is left alone locks itself: after minutes without a touch, with a warning first, and at once when the machine wakes up
 * after its time. Time is the clock's, not the timers': those stand still while a machine sleeps.
 */

import { isShared } from './shared.svelte.ts';

/** Minutes that a person may choose; the first for a computer that others use too. */
export const LOCK_AFTER = [2, 5, 10, 20] as const;
export type LockAfter = (typeof LOCK_AFTER)[number];
/** Long enough to read a bill; the city's own session ends after 30. */
export const DEFAULT_LOCK_AFTER: LockAfter = 10;

/** On a computer that others use. */
export const SHARED_LOCK_AFTER: LockAfter = 2;

// WCAG 2.2.1 asks for 20 seconds to say "I am here"; a minute is kinder.
const WARNING_MS = 60_000;
const MINUTE_MS = 60_000;
const CALM_CHECK_MS = 5_000;
const WARNED_CHECK_MS = 1_000;
const KEPT = 'voute.lock-after';

/** The minutes that this browser's person chose, or the default. Not a secret, and the only thing kept beside pins and language. */
export function keptLockAfter(): LockAfter {
  try {
    const kept = Number(localStorage.getItem(KEPT));
    return LOCK_AFTER.find((minutes) => minutes === kept) ?? DEFAULT_LOCK_AFTER;
  } catch {
    return DEFAULT_LOCK_AFTER;
  }
}

function keep(minutes: LockAfter): void {
  try {
    localStorage.setItem(KEPT, String(minutes));
  } catch {
    // Chosen for this visit only.
  }
}

export class Idle {
  minutes = $state<LockAfter>(isShared() ? SHARED_LOCK_AFTER : keptLockAfter());
  /** Seconds until the vault locks, once the person is warned; null before. */
  left = $state<number | null>(null);
  private readonly over: () => void;
  private watching = false;
  private deadline = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(over: () => void) {
    this.over = over;
  }

  start(): void {
    this.watching = true;
    this.deadline = Date.now() + this.minutes * MINUTE_MS;
    this.check();
  }

  stop(): void {
    this.watching = false;
    clearTimeout(this.timer);
    this.left = null;
  }

  /** The person is here. A touch that comes after the time was up (a machine that woke) comes too late. */
  touch(): void {
    if (!this.watching) return;
    if (Date.now() < this.deadline) this.start();
    else this.check();
  }

  choose(minutes: LockAfter): void {
    this.minutes = minutes;
    if (!isShared()) keep(minutes);
    this.touch();
  }

  /** A computer that others use locks soon, whatever was chosen here before; that choice comes back with `on` false. */
  share(on: boolean): void {
    this.minutes = on ? SHARED_LOCK_AFTER : keptLockAfter();
    this.touch();
  }

  /** Looks at the clock: at each step of the timer, and whenever the page comes back into view. */
  check(): void {
    if (!this.watching) return;
    clearTimeout(this.timer);
    const left = this.deadline - Date.now();
    if (left <= 0) {
      this.stop();
      this.over();
      return;
    }
    this.left = left <= WARNING_MS ? Math.ceil(left / 1000) : null;
    const wait = this.left === null ? Math.min(CALM_CHECK_MS, left - WARNING_MS) : WARNED_CHECK_MS;
    this.timer = setTimeout(() => {
      this.check();
    }, wait);
  }
}
