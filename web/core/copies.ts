/**
 * Sealed copies of what a vault's list is made of, so that it need not come again: its index, byte for byte what the city has,
 * and its places. Nothing but this vault's own keys opens them. A browser keeps those of one vault, the one that was opened last.
 */

import { concat, equal, fromHex } from './bytes.ts';
import { COPIES, type PinStore } from './pin-store.ts';

// What is worth it: all else is small, or comes once.
type Kind = 'index' | 'places';

/** One kind of copy of a browser; one that keeps nothing has none. */
export class Copies {
  private readonly store: PinStore;
  private readonly name: string;

  constructor(store: PinStore, kind: Kind) {
    this.store = store;
    this.name = COPIES + kind;
  }

  /** The copy of a vault; null without one, or when it is another vault's. */
  async load(vaultId: string): Promise<Uint8Array | null> {
    const kept = await this.store.load(this.name);
    const owner = fromHex(vaultId);
    return kept !== null && equal(kept.subarray(0, owner.length), owner) ? kept.subarray(owner.length) : null;
  }

  /** Keeps a copy in the place of what was there, whoever's it was. */
  async keep(vaultId: string, ...sealed: readonly Uint8Array[]): Promise<void> {
    await this.store.save(this.name, concat(fromHex(vaultId), ...sealed));
  }

  /** Forgets it. */
  async forget(): Promise<void> {
    await this.store.forget(this.name);
  }
}
