/**
 * What this browser remembers between visits, all of it public: the highest trust root seen, and the newest record of each vault
 * that was opened here. A city that shows something older is refused. A browser that keeps nothing pins nothing.
 */

import { isShared } from './shared.svelte.ts';

const ROOT = 'voute.trust-root';
const HEADS = 'voute.heads';
// People of one household on one computer, and no more.
const MAX_HEADS = 8;

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  // A computer that others use keeps nothing that tells which vaults were opened on it.
  if (isShared()) return;
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or closed to us: nothing is pinned, and the keyring carries the trust root's number too.
  }
}

/** The highest number of a trust root seen by this browser, 0 at first. */
export function pinnedRoot(): number {
  const kept = read(ROOT);
  const number = typeof kept === 'object' && kept !== null && 'number' in kept ? kept.number : 0;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : 0;
}

/** Remembers a trust root that was accepted. */
export function pinRoot(number: number, fingerprint: string): void {
  write(ROOT, { number: Math.max(number, pinnedRoot()), fingerprint });
}

function heads(): readonly (readonly [string, string])[] {
  const kept = read(HEADS);
  if (!Array.isArray(kept)) return [];
  return kept.filter(
    (pair): pair is [string, string] =>
      Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string'),
  );
}

/** Hash of the newest record of a vault seen by this browser, or null. */
export function pinnedHead(vaultId: string): string | null {
  return heads().find(([vault]) => vault === vaultId)?.[1] ?? null;
}

/** Remembers the newest record of a vault. */
export function pinHead(vaultId: string, head: string): void {
  const others = heads().filter(([vault]) => vault !== vaultId);
  write(HEADS, [[vaultId, head], ...others].slice(0, MAX_HEADS));
}

/** Forgets which vaults were opened in this browser. */
export function forgetHeads(): void {
  try {
    localStorage.removeItem(HEADS);
  } catch {
    // There was nothing.
  }
}
