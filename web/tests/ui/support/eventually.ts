import { vi } from 'vitest';

// A second, which is what vitest waits by itself, is a short time on a busy machine.
const PATIENCE_MS = 30_000;

/** Waits until what is expected holds: nothing is thrown, and the answer is not `false`. */
export async function eventually(check: () => unknown): Promise<void> {
  const look = async (): Promise<void> => {
    if ((await check()) === false) throw new Error('not yet');
  };
  await vi.waitFor(look, { timeout: PATIENCE_MS });
}
