/** One document: opened, shown, said to be opened; then its receipt, which becomes the line "authentic" and the evidence. */

import { toFailure, type Failure } from '../../ui/errors.ts';
import type { Session } from '../session.svelte.ts';
import { foldersOf } from '../list.ts';
import type { OwnWords } from '../own-words.ts';
import { NO_MARKS, sealedOf, type Row } from '../rows.ts';
import { PageError } from '../../ui/errors.ts';
import { currentLocale } from '../../ui/i18n.svelte.ts';
import { holdLine } from '../viewer/parts.ts';
import { OfferFlow, type OfferActions, type OfferView } from './offer.svelte.ts';
import type { CheckedManifest, Marks, ReceiptReply, Verdict } from '../../core/rpc.ts';

/** Where the proof stands. */
export type ProofView =
  | { readonly at: 'checking' }
  | { readonly at: 'waiting' }
  | { readonly at: 'proven'; readonly verdict: Verdict; readonly file: string }
  | { readonly at: 'refused'; readonly failure: Failure };

/** What the screen shows. */
export type DocumentView =
  | { readonly at: 'loading'; readonly manifest: CheckedManifest | null }
  | {
      readonly at: 'shown';
      readonly manifest: CheckedManifest;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly proof: ProofView;
    }
  | {
      readonly at: 'deleted';
      readonly manifest: CheckedManifest;
      readonly receipt: DeletionView;
    }
  | { readonly at: 'failed'; readonly failure: Failure; readonly manifest: CheckedManifest | null };

/** The receipt of a deletion: not in the log yet, and asked for again by itself or no longer; proven; or refused. */
export type DeletionView =
  | { readonly at: 'waiting' | 'late' }
  | { readonly at: 'proven'; readonly file: string; readonly index: number }
  | { readonly at: 'refused'; readonly failure: Failure };

/** What the screen can ask for. */
export interface DocumentActions {
  readonly retry: () => Promise<void>;
  readonly handled: (done: boolean) => Promise<void>;
  /** Keeps the holder's own title, folder and note. */
  readonly call: (words: OwnWords) => Promise<void>;
  readonly offer: OfferActions;
  readonly remove: () => Promise<void>;
  readonly proveRemoval: () => Promise<void>;
}

/** What the holder may do with the document, and how far it is. */
export interface DocumentHold {
  readonly marks: Marks;
  /** Folders that the holder has. */
  readonly folders: readonly string[];
  readonly offer: OfferView;
  /** What was said could not be taken: why; nothing of it counts. */
  readonly markFailure: Failure | null;
  /** What was said is not written yet: tried, and tried again. */
  readonly unkept: boolean;
  readonly removing: 'no' | 'busy';
  readonly failure: Failure | null;
}

// A delivery is logged first and witnessed within moments: the proof is asked for again a few times, then the person decides.
const AGAIN_AFTER_MS: readonly number[] = [2_000, 4_000, 8_000, 16_000];

const isUnfinished = (proof: ProofView): boolean =>
  proof.at === 'waiting' || (proof.at === 'proven' && proof.verdict.state === 'logged');

export class DocumentFlow implements DocumentActions {
  view = $state.raw<DocumentView>({ at: 'loading', manifest: null });
  removing = $state<'no' | 'busy'>('no');
  removeFailure = $state.raw<Failure | null>(null);
  markFailure = $state.raw<Failure | null>(null);
  readonly offer: OfferFlow;
  private removal: { readonly act: string; readonly manifest: CheckedManifest } | null = null;
  private readonly session: Session;
  private readonly id: string;

  constructor(session: Session, id: string) {
    this.session = session;
    this.id = id;
    this.offer = new OfferFlow(session);
  }

  retry = async (): Promise<void> => this.load();

  /** Opens the document and, without holding it back, asks for its receipt. */
  async load(): Promise<void> {
    const isStillOpen = this.session.thisOpening();
    this.view = { at: 'loading', manifest: null };
    let manifest: CheckedManifest | null = null;
    try {
      // Asked for at once, whatever is in them: on a slow line each question alone is half a second more.
      const sealed = this.session.sealedBody(this.id);
      const receipt = this.session.deps.api.receipt(this.id);
      // Whatever is wrong with them is said when their turn comes, if the row lets it come.
      for (const reply of [sealed, receipt]) reply.catch(() => undefined);
      void Promise.allSettled([sealed, receipt]).then(holdLine());
      const row = await this.session.shelf.row(this.id);
      manifest = checked(row);
      this.view = { at: 'loading', manifest };
      const bytes = await this.session.bytes(row, sealed);
      this.view = { at: 'shown', manifest, bytes, proof: { at: 'checking' } };
      this.session.saw();
      void this.sayOpened(row);
      // The list knows what the holder says about it.
      void this.session.shelf.load();
      const first = !row.opened;
      await this.prove(row, manifest, bytes, receipt);
      if (first) await this.offer.consider(manifest);
    } catch (thrown) {
      const failure = this.session.failed(thrown, isStillOpen);
      if (isStillOpen()) this.view = { at: 'failed', failure, manifest };
    }
  }

  /** Forgets what it showed: somebody may still hold this flow when the vault is locked. */
  forget(): void {
    this.removal = null;
    this.view = { at: 'loading', manifest: null };
    this.offer.forget();
  }

  /** What the holder says about it. */
  get hold(): DocumentHold {
    const { rows } = this.session.shelf;
    return {
      marks: rows.find((one) => one.id === this.id)?.marks ?? NO_MARKS,
      folders: foldersOf(rows, currentLocale()),
      offer: this.offer.view,
      markFailure: this.markFailure,
      unkept: this.session.shelf.unkept,
      removing: this.removing,
      failure: this.removeFailure,
    };
  }

  handled = async (done: boolean): Promise<void> => this.mark({ handled: done });

  call = async (words: OwnWords): Promise<void> => this.mark(words);

  private async mark(part: Partial<Marks>): Promise<void> {
    this.markFailure = null;
    const isStillOpen = this.session.thisOpening();
    try {
      await this.session.shelf.mark(this.id, part);
    } catch (thrown) {
      this.markFailure = this.session.failed(thrown, isStillOpen);
    }
  }

  /** Deletes the document by the holder's signature; the receipt of it comes when it is logged. */
  remove = async (): Promise<void> => {
    const { manifest } = this.view;
    if (manifest === null || this.removing === 'busy') return;
    this.removing = 'busy';
    this.removeFailure = null;
    const isStillOpen = this.session.thisOpening();
    try {
      const row = await this.session.shelf.row(this.id);
      const keys = await this.session.keys();
      const act = await keys.signDeleted(sealedOf(row));
      await this.session.deps.api.remove(this.id, act);
      await this.session.shelf.forget(this.id);
      this.removal = { act, manifest };
      this.proveLater(0);
    } catch (thrown) {
      this.removeFailure = this.session.failed(thrown, isStillOpen);
    } finally {
      this.removing = 'no';
    }
  };

  /** Asks for the receipt of the deletion once more, at once. */
  proveRemoval = async (): Promise<void> => this.proveDeletion(0);

  /** A deletion is logged within a second or two: its receipt is asked for then, and a few times more. */
  private proveLater(attempt: number): void {
    const delay = AGAIN_AFTER_MS[attempt];
    this.showRemoval({ at: delay === undefined ? 'late' : 'waiting' });
    if (delay === undefined) return;
    setTimeout(() => {
      if (this.view.at === 'deleted' && this.session.open) void this.proveDeletion(attempt + 1);
    }, delay);
  }

  private async proveDeletion(attempt: number): Promise<void> {
    if (this.removal === null) return;
    this.showRemoval({ at: 'waiting' });
    try {
      const [keys, { receipt }] = [await this.session.keys(), await this.session.deps.api.deletion(this.id)];
      this.showRemoval({ at: 'proven', ...(await keys.deletion(this.removal.act, receipt)) });
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.code === 'not-yet-logged') this.proveLater(attempt);
      else this.showRemoval({ at: 'refused', failure });
    }
  }

  private showRemoval(receipt: DeletionView): void {
    if (this.removal !== null && this.session.open)
      this.view = { at: 'deleted', manifest: this.removal.manifest, receipt };
  }

  private async sayOpened(row: Row): Promise<void> {
    try {
      await this.session.markOpened(row);
    } catch {
      // Said again at the next opening; reading is never held back by it.
    }
  }

  private async prove(
    row: Row,
    manifest: CheckedManifest,
    bytes: Uint8Array<ArrayBuffer>,
    receipt: Promise<ReceiptReply>,
    attempt = 0,
  ): Promise<void> {
    const isStillOpen = this.session.thisOpening();
    let proof: ProofView;
    try {
      const keys = await this.session.keys();
      const { verdict, file } = await keys.receipt(
        sealedOf(row),
        await receipt,
        // A copy changes hands: the page goes on showing these bytes.
        bytes.slice(),
      );
      proof = { at: 'proven', verdict, file };
    } catch (thrown) {
      const failure = toFailure(thrown);
      proof = failure.code === 'not-yet-logged' ? { at: 'waiting' } : { at: 'refused', failure };
    }
    // Locked meanwhile: what was forgotten must not come back.
    if (!isStillOpen()) return;
    const shown: DocumentView = { at: 'shown', manifest, bytes, proof };
    this.view = shown;
    const delay = AGAIN_AFTER_MS[attempt];
    if (delay === undefined || !isUnfinished(proof)) return;
    setTimeout(() => {
      if (this.view !== shown || !isStillOpen()) return;
      void this.prove(row, manifest, bytes, this.session.deps.api.receipt(row.id), attempt + 1);
    }, delay);
  }
}

/** The checked manifest of a row, or the refusal of its card as an error. */
export function checked(row: Row): CheckedManifest {
  if ('refused' in row.card) throw new PageError(row.card.refused);
  return row.card.manifest;
}
