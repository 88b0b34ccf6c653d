/** How much of what draws a document has come. */

import { SvelteSet } from 'svelte/reactivity';

class Arrival {
  #needed = $state.raw<readonly string[]>([]);
  readonly #came = new SvelteSet<string>();

  /** In percent, by pieces; nothing is expected yet: 0. */
  get percent(): number {
    const came = this.#needed.filter((one) => this.#came.has(one)).length;
    return this.#needed.length === 0 ? 0 : Math.floor((100 * came) / this.#needed.length);
  }

  expect(pieces: readonly string[]): void {
    this.#needed = pieces;
  }

  came(piece: string): void {
    this.#came.add(piece);
  }
}

/** What the person is told while the viewer comes. */
export const arrival = new Arrival();
