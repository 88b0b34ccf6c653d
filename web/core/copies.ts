/**
 * The sealed copy of a vault's index, so that it need not come again: the bytes that the city has too, which nothing but this
 * vault's own keys open. A browser keeps that of one vault, the one that was opened last.
 */

import { concat, equal, fromHex } from './bytes.ts';
import { COPIES, type PinStore } from './pin-store.ts';

// The one that is worth it: all else is small, or comes once.
const INDEX = `${COPIES}index`;

/** The copy of a browser; one that keeps nothing has none. */
export class Copies {
  private readonly store: PinStore;

  constructor(store: PinStore) {
    this.store = store;
  }

  /** The copy of a vault; null without one, or when it is another vault's. */
  async load(vaultId: string): Promise<Uint8Array | null> {
    const kept = await this.store.load(INDEX);
    const owner = fromHex(vaultId);
    return kept !== null && equal(kept.subarray(0, owner.length), owner) ? kept.subarray(owner.length) : null;
  }

  /** Keeps a copy in the place of what was there, whoever's it was. */
  async keep(vaultId: string, ...sealed: readonly Uint8Array[]): Promise<void> {
    await this.store.save(INDEX, concat(fromHex(vaultId), ...sealed));
  }

  /** Forgets it. */
  async forget(): Promise<void> {
    await this.store.forget(COPIES);
  }
}
