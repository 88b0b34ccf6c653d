/** When a vault that is left alone locks: by the clock, after a warning, at once after a sleep; what is kept of the choice. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_LOCK_AFTER, Idle, keptLockAfter, LOCK_AFTER } from '../../resident/idle.svelte.ts';

const MINUTE = 60_000;

let kept: Map<string, string>;
let over: number;
let idle: Idle;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.useFakeTimers({ now: 1_000_000 });
  over = 0;
  idle = new Idle(() => (over += 1));
});

afterEach(() => {
  idle.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('idle', () => {
  test('idle_vault_left_alone_is_warned_a_minute_before_and_locks_once', () => {
    idle.start();
    vi.advanceTimersByTime(9 * MINUTE - 1000);
    expect(idle.left).toBeNull();
    vi.advanceTimersByTime(1000);
    expect(idle.left).toBe(60);
    vi.advanceTimersByTime(45_000);
    expect(idle.left).toBe(15);
    expect(over).toBe(0);
    vi.advanceTimersByTime(15_000);
    expect(over).toBe(1);
    expect(idle.left).toBeNull();
    vi.advanceTimersByTime(60 * MINUTE);
    expect(over).toBe(1);
  });

  test('idle_touch_starts_the_time_again_also_when_warned', () => {
    idle.start();
    vi.advanceTimersByTime(9.5 * MINUTE);
    idle.touch();
    expect(idle.left).toBeNull();
    vi.advanceTimersByTime(9.5 * MINUTE);
    expect(over).toBe(0);
    vi.advanceTimersByTime(MINUTE);
    expect(over).toBe(1);
  });

  test('idle_machine_that_slept_locks_at_the_first_look_and_no_touch_saves_it', () => {
    for (const wake of [
      (): void => {
        idle.check();
      },
      (): void => {
        idle.touch();
      },
    ]) {
      over = 0;
      idle.start();
      // The clock moves, timers do not: so it is for a machine that sleeps.
      vi.setSystemTime(Date.now() + 11 * MINUTE);
      wake();
      expect(over).toBe(1);
    }
  });

  test('idle_shorter_sleep_counts', () => {
    idle.start();
    vi.setSystemTime(Date.now() + 9.5 * MINUTE);
    idle.check();
    expect(idle.left).toBe(30);
    expect(over).toBe(0);
  });

  test('idle_stopped_watch_does_nothing', () => {
    idle.start();
    idle.stop();
    idle.touch();
    idle.check();
    vi.advanceTimersByTime(60 * MINUTE);
    expect(over).toBe(0);
  });

  test('idle_choice_holds_at_once_and_is_the_only_thing_kept', () => {
    idle.start();
    idle.choose(2);
    vi.advanceTimersByTime(MINUTE);
    expect(idle.left).toBe(60);
    expect([...kept]).toEqual([['voute.lock-after', '2']]);
    expect(keptLockAfter()).toBe(2);
    kept.set('voute.lock-after', '600');
    expect(keptLockAfter()).toBe(DEFAULT_LOCK_AFTER);
    expect(LOCK_AFTER).toContain(DEFAULT_LOCK_AFTER);
  });

  test('idle_browser_without_storage_locks_all_the_same', () => {
    vi.stubGlobal('localStorage', undefined);
    expect(keptLockAfter()).toBe(DEFAULT_LOCK_AFTER);
    idle.start();
    idle.choose(5);
    vi.advanceTimersByTime(5 * MINUTE);
    expect(over).toBe(1);
  });
});
