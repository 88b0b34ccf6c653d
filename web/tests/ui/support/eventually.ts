import { vi } from 'vitest';

// A second, which is what vitest waits by itself, is a short time on a busy machine.
const PATIENCE_MS = 30_000;

/** Waits until what is expected holds. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: PATIENCE_MS });
}
