/**
 * The documents of the open vault: which there are (the city says), what each is (this vault's own index, or its opened header),
 * and what the holder says about it (docs/spec/index-directory.md). The index is written behind the person's back, debounced.
 */

import type { DocumentBody, Place } from '../api/client.ts';
import type { CardResult, Marks, Offer, OpenedIndex, VaultApi } from '../core/rpc.ts';
import { PageError, toFailure, type Failure } from '../ui/errors.ts';
import type { Deps } from './flows/deps.ts';
import { gatherPlaces, Gathering, keepPlaces, type Missing } from './gathering.ts';
import { idsOf } from './lookup.ts';
import { NO_MARKS, rowOf, sealedRow, type Row } from './rows.ts';
import { Single } from './single.ts';

/** What a shelf needs of the visit. */
export interface Visit {
  readonly deps: Deps;
  readonly open: boolean;
  keys(): Promise<VaultApi>;
  failed(thrown: unknown, isStillOpen: () => boolean): Failure;
}

const CARDS_AT_ONCE = 40;
// What a city says of a document that it named before: it has none, or gives another in its place.
const LEFT_OUT: ReadonlySet<string> = new Set(['document-unknown', 'wrong-document']);
// Several marks in a row are one writing.
const SAVE_AFTER_MS = 1_500;
// A city that can't be reached is asked again, not besieged.
const SAVE_AGAIN_MS = 30_000;
// Another device may write at the same moment; three times in a row is something else.
const TRIES = 3;
// A lock waits no longer for the last mark.
const FLUSH_MS = 500;

export class Shelf {
  rows = $state.raw<readonly Row[]>([]);
  missing = $state.raw<readonly Missing[]>([]);
  complete = $state(false);
  failure = $state.raw<Failure | null>(null);
  /** Why the index could not be used, or written; the list is whole all the same. */
  indexProblem = $state.raw<string | null>(null);
  /** What the holder was offered, by `offerKey`; known once the index is read. */
  private offered: readonly string[] = [];
  /** Ways in of the open vault, counted for the reminder; null until read. */
  waysIn = $state.raw<number | null>(null);
  private readonly visit: Visit;
  private after = 0;
  /** Opened in this visit: the city may have named them as unread just before, for rows that come just after. */
  private openedHere: readonly string[] = [];
  /** Which opening of the vault this is: what was begun in another one changes nothing any more. */
  private visitNumber = 0;
  private readonly loading = new Single();
  private opening: Promise<void> = Promise.resolve();
  private indexNumber: number | null = null;
  /** What the holder said of a document could not be written yet; it is here, and sent again. */
  unkept = $state(false);
  private said = false;
  private unsaved = false;
  private readonly saving = new Single();
  private line = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(visit: Visit) {
    this.visit = visit;
  }

  /** Forgets everything; what is under way finds a closed vault. */
  clear(): void {
    clearTimeout(this.timer);
    this.rows = this.missing = [];
    this.offered = this.openedHere = [];
    this.failure = this.indexProblem = this.waysIn = this.indexNumber = null;
    this.visitNumber += 1;
    this.loading.forget();
    this.saving.forget();
    this.opening = Promise.resolve();
    this.complete = this.unsaved = this.said = this.unkept = false;
    this.after = 0;
  }

  /** Reads the list from where it stands to its end; rows appear as they are opened. Repeated calls join the running one. */
  async load(): Promise<void> {
    await this.loading.run(async () => this.read());
  }

  /** Whether an opening of the vault is over, though another may have begun. */
  private isOver(visitNumber: number): boolean {
    return visitNumber !== this.visitNumber || !this.visit.open;
  }

  private async read(): Promise<void> {
    this.failure = null;
    const { visitNumber } = this;
    try {
      const keys = await this.visit.keys();
      const first = this.indexNumber === null;
      const gathering = new Gathering(
        idsOf(this.rows, ({ id }) => id),
        (rows) => {
          if (!this.isOver(visitNumber)) this.add(rows);
        },
      );
      await this.gather(keys, gathering, first);
      if (this.isOver(visitNumber)) return;
      gathering.end();
      if (first) this.missing = gathering.missing();
      const isNew = await this.openOthers(keys, gathering.others());
      const { length } = await keys.methods();
      if (this.isOver(visitNumber)) return;
      this.after = gathering.highest(this.after);
      this.waysIn = length;
      this.complete = true;
      this.keepPlaces();
      if (isNew) this.saveSoon();
    } catch (thrown) {
      if (!this.isOver(visitNumber)) this.failure = this.visit.failed(thrown, () => !this.isOver(visitNumber));
    }
  }

  /** What the city says is there, and, the first time, what the vault's index says; later that is in the rows. */
  private async gather(keys: VaultApi, gathering: Gathering, first: boolean): Promise<void> {
    const parts = [gatherPlaces(this.visit.deps.api, this.after, gathering, first ? keys.keptPlaces() : [])];
    if (first) parts.push(this.openIndex(keys, gathering));
    const stopping = parts.map(async (part) => {
      try {
        await part;
      } catch (thrown) {
        gathering.over = true;
        throw thrown;
      }
    });
    // The other part is not left running into the next reading.
    await Promise.allSettled(stopping);
    await Promise.all(stopping);
  }

  /** Reads the index that the city has; one at a time, for the key holder reads one. */
  private async openIndex(keys: VaultApi, gathering: Gathering): Promise<void> {
    const before = this.opening;
    const run = (async () => {
      await before;
      await this.readIndex(keys, gathering);
    })();
    this.opening = run.catch(() => undefined);
    await run;
  }

  /** Reads the index: what this browser keeps of it where the city says that it is the same, else as its bytes come. */
  private async readIndex(keys: VaultApi, gathering: Gathering, ours = true): Promise<void> {
    const take = ({ documents, offered, problem }: OpenedIndex): void => {
      this.offered = [...this.offered, ...offered.map(offerKey).filter((key) => !this.offered.includes(key))];
      this.indexProblem = problem;
      gathering.know(documents);
    };
    const { number, pieces, unchanged } = await this.visit.deps.api.index(ours ? await keys.keptIndex() : null);
    if (unchanged) {
      const kept = await keys.openKept();
      // What this browser kept is not what it should be: the city's own is read.
      if (kept === null) return this.readIndex(keys, gathering, false);
      take(kept);
    } else if (pieces === null) {
      take(await keys.openIndex(null));
    } else {
      await keys.beginIndex();
      for await (const piece of pieces) {
        if (gathering.over || !this.visit.open) return;
        take(await keys.indexPart(piece));
      }
      take(await keys.endIndex());
    }
    this.indexNumber = number;
  }

  private keepPlaces(): void {
    if (this.complete && this.visit.open) void keepPlaces(this.visit.keys(), this.rows);
  }

  /** Opens from their headers the documents that the index does not have; says whether there were any. */
  private async openOthers(keys: VaultApi, places: readonly Place[]): Promise<boolean> {
    const wanted = idsOf(places, (place) => place.document_id);
    const positions = places.map(({ position }) => position);
    const { visitNumber } = this;
    let next = positions[0];
    while (next !== undefined) {
      const page = await this.visit.deps.api.documents(next - 1);
      const bodies = page.documents.filter((body) => wanted.has(body.document_id));
      for (let i = 0; i < bodies.length; i += CARDS_AT_ONCE) {
        if (this.isOver(visitNumber)) return false;
        await this.openRows(keys, bodies.slice(i, i + CARDS_AT_ONCE));
      }
      // A page that goes back is left where it stands: what it did not give is asked for by itself.
      const last = Math.max(next, page.documents.at(-1)?.position ?? Infinity);
      next = positions.find((position) => position > last);
    }
    const listed = idsOf(this.rows, ({ id }) => id);
    for (const place of places) if (!listed.has(place.document_id)) await this.openAlone(place);
    return wanted.size > 0;
  }

  /** A document that the city names, and then leaves out where the others are: asked for by itself, else named as refused. */
  private async openAlone({ document_id: id, position, opened }: Place): Promise<void> {
    const { visitNumber } = this;
    if (!this.visit.open) return;
    let row: Row;
    try {
      row = await this.row(id);
    } catch (thrown) {
      const { code } = toFailure(thrown);
      if (!LEFT_OUT.has(code)) throw thrown;
      row = { id, position, opened, card: { documentId: id, refused: code }, marks: NO_MARKS, sealed: null };
    }
    if (!this.isOver(visitNumber)) this.add([row]);
  }

  /** Opens cards; one whose issuer's key has ended counts only with the receipt that says when it signed. */
  private async cards(keys: VaultApi, bodies: readonly DocumentBody[]): Promise<readonly CardResult[]> {
    const cards = await keys.openCards(bodies.map(sealedRow));
    const settled: CardResult[] = [];
    for (const [i, card] of cards.entries()) {
      const body = bodies[i];
      const ended = 'refused' in card && card.refused === 'key-not-valid-then';
      settled.push(ended && body ? await this.proven(keys, body, card) : card);
    }
    return settled;
  }

  private async proven(keys: VaultApi, body: DocumentBody, refused: CardResult): Promise<CardResult> {
    try {
      return await keys.openProvenCard(sealedRow(body), await this.visit.deps.api.receipt(body.document_id));
    } catch (thrown) {
      const { code } = toFailure(thrown);
      if (code === 'not-signed-in' || code === 'locked') throw thrown;
      // No receipt to be had, or one that does not prove it: the key has ended, and that is the reason to name.
      return refused;
    }
  }

  private async openRows(keys: VaultApi, bodies: readonly DocumentBody[]): Promise<void> {
    const cards = await this.cards(keys, bodies);
    const fresh = bodies.flatMap((sealed, i): Row[] => {
      const card = cards[i];
      if (card?.documentId !== sealed.document_id || this.rows.some((row) => row.id === sealed.document_id)) return [];
      return [rowOf(sealed, card, NO_MARKS)];
    });
    this.add(fresh);
  }

  /** One row with its header and card, opened and checked: from the list if it is there whole, else asked for. */
  async row(id: string): Promise<Row> {
    const found = this.rows.find((row) => row.id === id);
    if (found?.sealed) return found;
    const sealed = await this.visit.deps.api.document(id);
    const keys = await this.visit.keys();
    const [card] = await this.cards(keys, [sealed]);
    if (card?.documentId !== id) throw new PageError('wrong-document');
    const row = rowOf(sealed, card, found?.marks ?? NO_MARKS);
    this.rows = this.rows.map((other) => (other.id === id ? row : other));
    return row;
  }

  private add(rows: readonly Row[]): void {
    const told = (row: Row): Row => (this.openedHere.includes(row.id) ? { ...row, opened: true } : row);
    this.rows = [...this.rows, ...rows.map(told)];
  }

  /** Puts something in the place of a row. */
  change(id: string, part: Partial<Row>): void {
    if (part.opened) this.openedHere = [...this.openedHere, id];
    this.rows = this.rows.map((row) => (row.id === id ? { ...row, ...part } : row));
    if ('opened' in part) this.keepPlaces();
  }

  /** The holder says something about a document. */
  async mark(id: string, part: Partial<Marks>): Promise<void> {
    const { visitNumber } = this;
    // What was said before is in the index, which the list reads.
    if (this.indexNumber === null) await this.load();
    // Locked meanwhile: whoever opened the vault since has said nothing.
    if (this.isOver(visitNumber)) throw new PageError('locked');
    const row = this.rows.find((one) => one.id === id);
    const marks = { ...(row?.marks ?? NO_MARKS), ...part };
    this.change(id, { marks });
    try {
      await (await this.visit.keys()).mark(id, marks);
    } catch (thrown) {
      // What the key holder did not take is not on the screen either.
      this.change(id, { marks: row?.marks ?? NO_MARKS });
      throw thrown;
    }
    this.unsaved = this.said = true;
    this.saveSoon();
  }

  /** Whether this may be offered: the index was read, and does not have it. */
  mayOffer(offer: Offer): boolean {
    return this.indexNumber !== null && !this.offered.includes(offerKey(offer));
  }

  /** The holder was offered this: never again. */
  async noteOffer(offer: Offer): Promise<void> {
    if (!this.mayOffer(offer)) return;
    this.offered = [...this.offered, offerKey(offer)];
    await (await this.visit.keys()).noteOffer(offer);
    this.unsaved = true;
    this.saveSoon();
  }

  /** A document was deleted, or is missing and the holder knows why. */
  async forget(id: string): Promise<void> {
    this.rows = this.rows.filter((row) => row.id !== id);
    this.missing = this.missing.filter((one) => one.id !== id);
    this.keepPlaces();
    await (await this.visit.keys()).forget(id);
    this.unsaved = true;
    this.saveSoon();
  }

  /** Before the vault is locked: what the holder said last is written, if that takes no longer than a moment. */
  async flush(): Promise<void> {
    if (!this.unsaved || this.indexNumber === null) return;
    clearTimeout(this.timer);
    const late = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_MS));
    await Promise.race([this.save(), late]);
  }

  private saveSoon(delay = SAVE_AFTER_MS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.visit.open) void this.save();
    }, delay);
  }

  /** Writes the index; one writing at a time. */
  async save(): Promise<void> {
    await this.saving.run(async () => this.write());
  }

  /** Ends what is still being written: the city's session ends now, and would refuse what comes after it. */
  stopWriting(): void {
    this.line.abort();
    this.line = new AbortController();
  }

  private async write(): Promise<void> {
    const { visitNumber, line } = this;
    try {
      const keys = await this.visit.keys();
      if (this.indexNumber === null) await this.openIndex(keys, new Gathering(idsOf([], String), () => undefined));
      for (let attempt = 1; ; attempt++) {
        try {
          await this.writeOnce(keys, line.signal);
          if (this.isOver(visitNumber)) return;
          this.unkept = false;
          this.said = this.unsaved;
          // Said while this was on its way: what was to write it joined this writing.
          if (this.unsaved) this.saveSoon();
          return;
        } catch (thrown) {
          const gaveUp = attempt === TRIES || visitNumber !== this.visitNumber;
          if (gaveUp || toFailure(thrown).code !== 'index-conflict') throw thrown;
          const theirs = new Gathering(idsOf([], String), () => undefined);
          await this.openIndex(keys, theirs);
          this.join(theirs);
        }
      }
    } catch {
      if (this.isOver(visitNumber)) return;
      // Nothing is lost while the vault is open: it is written again. Whoever closes it now should know.
      this.unkept = this.said;
      this.saveSoon(SAVE_AGAIN_MS);
    }
  }

  private async writeOnce(keys: VaultApi, signal: AbortSignal): Promise<void> {
    const { visitNumber } = this;
    const made = await keys.writeIndex(this.indexNumber ?? 0);
    this.unsaved = false;
    if (made === null) return;
    try {
      await this.visit.deps.api.putIndex(made, signal);
    } catch (thrown) {
      if (visitNumber === this.visitNumber) this.unsaved = true;
      throw thrown;
    }
    // Written after the lock, and another opening reads what the city has.
    if (visitNumber !== this.visitNumber) return;
    this.indexNumber = made.number;
    await keys.indexWritten();
  }

  /** What another device wrote meanwhile becomes visible; what was said here stays. */
  private join(theirs: Gathering): void {
    this.rows = this.rows.map((row) => ({ ...row, marks: theirs.marks(row.id) ?? row.marks }));
  }
}

function offerKey({ issuer, type }: Offer): string {
  return `${issuer}/${type}`;
}
