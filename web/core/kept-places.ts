/**
 * The places that a browser keeps between visits, sealed to their vault (docs/spec/index-directory.md, "Places by their hash").
 */

import { openFile, sealFile } from './age/sealed.ts';
import type { Copies } from './copies.ts';
import { VouteError } from './errors.ts';
import type { BookOwner } from './index-book.ts';
import { encodePlaces, MAX_KEPT, namePlaces, parsePlaces } from './places.ts';
import type { KnownPlace } from './rpc.ts';

/** The places of one vault's last visit, sealed to it; what the city says is always asked for. */
export class KeptPlaces {
  private readonly copies: Copies;
  private name = '';

  constructor(copies: Copies) {
    this.copies = copies;
  }

  /** What is kept of a vault, the newest first. What is not its own, or not whole, is none, and forgotten. */
  async load({ vaultId, identities }: BookOwner): Promise<readonly KnownPlace[]> {
    this.name = '';
    const file = await this.copies.load(vaultId);
    if (file === null) return [];
    try {
      const places = parsePlaces(openFile(file, identities).plaintext);
      this.name = await namePlaces(places);
      return places;
    } catch (error) {
      if (!(error instanceof VouteError)) throw error;
      await this.copies.forget();
      return [];
    }
  }

  /** Keeps places in any order, if they are others than those that are kept; raises `format` for what can't be kept. */
  async keep(places: readonly KnownPlace[], { vaultId, recipient }: BookOwner): Promise<void> {
    const newest = [...places].sort((a, b) => b.position - a.position).slice(0, MAX_KEPT);
    const name = await namePlaces(newest);
    if (name === this.name) return;
    this.name = name;
    await this.copies.keep(vaultId, sealFile(encodePlaces(newest), [recipient]));
  }
}
