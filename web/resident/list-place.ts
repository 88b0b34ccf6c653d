/** Where somebody was in the list when they opened a document: what they come back to. */

import { EVERYTHING, type Wish } from './list.ts';

/** What of the list was in sight. */
export interface ListPlace {
  readonly wish: Wish;
  /** How many rows were drawn. */
  readonly limit: number;
  /** The entry from which they were drawn, after a leap to a year; null: from the newest. */
  readonly first: string | null;
  readonly allLater: boolean;
}

// Rows are added in steps, so that a list of thousands is on screen at once and stays smooth.
export const STEP = 100;

/** The top of the whole list. */
export const TOP: ListPlace = { wish: EVERYTHING, limit: STEP, first: null, allLater: false };
