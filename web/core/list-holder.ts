/**
 * The key holder's part in the list of documents: the vault's index and the places, and what the browser keeps of them between
 * visits. All that it knows of an open vault is whose book it is.
 */

import { Copies } from './copies.ts';
import { type BookOwner, IndexBook } from './index-book.ts';
import { KeptPlaces } from './kept-places.ts';
import { type PinStore, QuietPins } from './pin-store.ts';
import type { KnownPlace, OpenedIndex, OwnBytes, VaultApi } from './rpc.ts';

type ListApi = Pick<
  VaultApi,
  | 'keepNothing'
  | 'openIndex'
  | 'keptIndex'
  | 'openKept'
  | 'keptPlaces'
  | 'keepPlaces'
  | 'beginIndex'
  | 'indexPart'
  | 'endIndex'
  | 'indexWritten'
>;

/** What the list of the open vault is made of; `worker.ts` says what each call promises. */
export abstract class ListHolder implements ListApi {
  protected readonly pins: QuietPins;
  protected book: IndexBook;
  private readonly copies: QuietPins;
  private readonly places: KeptPlaces;

  constructor(pins: PinStore, copies: PinStore) {
    this.pins = new QuietPins(pins);
    this.copies = new QuietPins(copies);
    this.book = this.newBook();
    this.places = new KeptPlaces(new Copies(this.copies, 'places'));
  }

  /** The open vault as its book knows it; raises `locked` without one. */
  protected abstract bookOwner(): BookOwner;

  /** Forgets what was read of the index and not yet written. */
  protected closeBook(): void {
    this.book = this.newBook();
  }

  async keepNothing(on: boolean): Promise<void> {
    await Promise.all([this.pins.quieten(on), this.copies.quieten(on)]);
  }

  openIndex(file: OwnBytes | null): Promise<OpenedIndex> {
    return this.book.open(file, this.bookOwner());
  }

  async keptIndex(): Promise<string | null> {
    return this.book.kept(this.bookOwner().vaultId);
  }

  openKept(): Promise<OpenedIndex | null> {
    return this.book.openKept(this.bookOwner());
  }

  keptPlaces(): Promise<readonly KnownPlace[]> {
    return this.places.load(this.bookOwner());
  }

  keepPlaces(places: readonly KnownPlace[]): Promise<void> {
    return this.places.keep(places, this.bookOwner());
  }

  beginIndex(): Promise<void> {
    return this.book.begin(this.bookOwner());
  }

  indexPart(bytes: OwnBytes): Promise<OpenedIndex> {
    return this.book.part(bytes);
  }

  endIndex(): Promise<OpenedIndex> {
    return this.book.end();
  }

  indexWritten(): Promise<void> {
    return this.book.written();
  }

  private newBook(): IndexBook {
    return new IndexBook(this.pins, new Copies(this.copies, 'index'));
  }
}
