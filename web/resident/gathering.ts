/**
 * The list as it comes: documents that the vault's index knows, and places that the city says are there, each in parts and at
 * its own pace. What both name becomes a row. Rows are given out when they have doubled or a moment has passed, not at each
 * part: each time the whole list is sorted and drawn.
 */

import type { Api, Place } from '../api/client.ts';
import { namePlaces } from '../core/places.ts';
import type { CheckedManifest, IndexedDocument, Marks, VaultApi } from '../core/rpc.ts';
import { PageError } from '../ui/errors.ts';
import type { Row } from './rows.ts';

// Above every position.
const NEWEST = 2 ** 53;
// A screen shows a hundred rows; what is older comes behind them, in parts that a slow line carries in two seconds.
const FIRST_PLACES = 200;
const MORE_PLACES = 1_000;
/** Documents of one vault: ten times as many as its index has, and an end for a city that names ever more of them. */
export const MAX_PLACES = 200_000;
// Often enough for a slow line to be seen moving.
const MOMENT_MS = 1_000;

/** A document that the vault's index knows and the city no longer lists. */
export interface Missing {
  readonly id: string;
  readonly manifest: CheckedManifest;
}

/** One reading of the list. */
export class Gathering {
  /** Nothing more is wanted. */
  over = false;
  private readonly listed: ReadonlySet<string>;
  private readonly give: (rows: readonly Row[]) => void;
  private readonly known = new Map<string, IndexedDocument>();
  private readonly places = new Map<string, Place>();
  private waiting: Row[] = [];
  private given = 0;
  private last = performance.now();

  /** `listed` are the ids that have rows already. */
  constructor(listed: ReadonlySet<string>, give: (rows: readonly Row[]) => void) {
    this.listed = listed;
    this.give = give;
  }

  /** The index knows these. */
  know(documents: readonly IndexedDocument[]): void {
    for (const one of documents) {
      this.known.set(one.documentId, one);
      this.join(one, this.places.get(one.documentId));
    }
    this.giveSoon();
  }

  /** The city says that these are there; gives how many it has named by now. */
  place(places: readonly Place[]): number {
    for (const one of places) {
      if (this.places.has(one.document_id)) continue;
      this.places.set(one.document_id, one);
      this.join(this.known.get(one.document_id), one);
    }
    this.giveSoon();
    return this.places.size;
  }

  /** Gives what is left. */
  end(): void {
    if (this.waiting.length > 0) {
      this.give(this.waiting);
      this.given += this.waiting.length;
    }
    this.waiting = [];
    this.last = performance.now();
  }

  /** What the holder says of a document that the index knows. */
  marks(id: string): Marks | undefined {
    return this.known.get(id)?.marks;
  }

  /** What the index knows and the city no longer lists. */
  missing(): readonly Missing[] {
    return [...this.known.values()].flatMap(({ documentId: id, manifest }) =>
      this.places.has(id) ? [] : [{ id, manifest }],
    );
  }

  /** Places, by rising position, of documents that have no row and that the index does not know. */
  others(): readonly Place[] {
    return [...this.places.values()]
      .filter(({ document_id: id }) => !this.listed.has(id) && !this.known.has(id))
      .sort((a, b) => a.position - b.position);
  }

  /** The highest position, or another if there are no places. */
  highest(otherwise: number): number {
    let found = otherwise;
    for (const { position } of this.places.values()) found = Math.max(found, position);
    return found;
  }

  private join(one: IndexedDocument | undefined, place: Place | undefined): void {
    if (one === undefined || place === undefined || this.listed.has(one.documentId)) return;
    const { position, opened } = place;
    this.waiting.push({ id: one.documentId, position, opened, card: one, marks: one.marks, sealed: null });
  }

  private giveSoon(): void {
    if (this.waiting.length >= this.given || performance.now() - this.last >= MOMENT_MS) this.end();
  }
}

interface Page {
  readonly places: readonly Place[];
  readonly next?: number | null;
}

/**
 * Asks which documents there are above a position: the newest first, a screenful, then the others. Of those of the `last`
 * visit, the newest first, what would be the answer is named, so that it need not come: it counts once the city says that it has the
 * same. Raises `server` for a list that has no end: a page that leads on goes downwards, and names a document that is new.
 */
export async function gatherPlaces(
  api: Pick<Api, 'places'>,
  after: number,
  gathering: Gathering,
  last: Promise<readonly Place[]> | readonly Place[] = [],
): Promise<void> {
  const kept = await last;
  let before: number | null = NEWEST;
  let limit = FIRST_PLACES;
  let namedBefore = 0;
  while (before !== null && !gathering.over) {
    const known: Page = pageOf(kept, before, limit);
    const name = known.places.length > 0 ? await namePlaces(known.places) : null;
    const page: Page = (await api.places(after, before, limit, name)) ?? known;
    const named = gathering.place(page.places);
    const below: number | null = page.next ?? null;
    if (below !== null && !(below < before && named > namedBefore && named <= MAX_PLACES))
      throw new PageError('server');
    [before, namedBefore] = [below, named];
    limit = MORE_PLACES;
  }
}

/** Keeps the places of the whole list for the next visit, which does not need them to be right. */
export async function keepPlaces(holder: Promise<Pick<VaultApi, 'keepPlaces'>>, rows: readonly Row[]): Promise<void> {
  try {
    const keys = await holder;
    await keys.keepPlaces(rows.map(({ id, position, opened }) => ({ document_id: id, position, opened })));
  } catch {
    // Locked meanwhile, or no places of an honest city: they come anew.
  }
}

/** What the city would answer if it had these places and no others. */
function pageOf(kept: readonly Place[], before: number, limit: number): Page {
  const from = kept.findIndex(({ position }) => position < before);
  const places = from < 0 ? [] : kept.slice(from, from + limit);
  return { places, next: places.length === limit ? (places.at(-1)?.position ?? null) : null };
}
