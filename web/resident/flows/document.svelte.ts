/** One document: opened, shown, said to be opened; then its receipt, which becomes the line "authentic" and the evidence. */

import { toFailure, type Failure } from '../../ui/errors.ts';
import { sealedRow, type Row, type Session } from '../session.svelte.ts';
import { PageError } from '../../ui/errors.ts';
import type { CheckedManifest, Verdict } from '../../core/rpc.ts';

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
  | { readonly at: 'failed'; readonly failure: Failure; readonly manifest: CheckedManifest | null };

/** What the screen can ask for. */
export interface DocumentActions {
  readonly retry: () => Promise<void>;
}

// A delivery is logged first and witnessed within moments: the proof is asked for again a few times, then the person decides.
const AGAIN_AFTER_MS: readonly number[] = [2_000, 4_000, 8_000, 16_000];

const isUnfinished = (proof: ProofView): boolean =>
  proof.at === 'waiting' || (proof.at === 'proven' && proof.verdict.state === 'logged');

export class DocumentFlow implements DocumentActions {
  view = $state.raw<DocumentView>({ at: 'loading', manifest: null });
  private readonly session: Session;
  private readonly id: string;

  constructor(session: Session, id: string) {
    this.session = session;
    this.id = id;
  }

  retry = async (): Promise<void> => this.load();

  /** Opens the document and, without holding it back, asks for its receipt. */
  async load(): Promise<void> {
    this.view = { at: 'loading', manifest: null };
    let manifest: CheckedManifest | null = null;
    try {
      const sealed = this.session.sealedBody(this.id);
      // Whatever is wrong with it is said when its turn comes, if the row lets it come.
      sealed.catch(() => undefined);
      const row = await this.session.row(this.id);
      manifest = checked(row);
      this.view = { at: 'loading', manifest };
      const bytes = await this.session.bytes(row, sealed);
      this.view = { at: 'shown', manifest, bytes, proof: { at: 'checking' } };
      this.session.saw();
      void this.sayOpened(row);
      await this.prove(row, manifest, bytes);
    } catch (thrown) {
      this.view = { at: 'failed', failure: this.session.failed(thrown), manifest };
    }
  }

  private async sayOpened(row: Row): Promise<void> {
    try {
      await this.session.markOpened(row);
    } catch {
      // Said again at the next opening; reading is never held back by it.
    }
  }

  private async prove(row: Row, manifest: CheckedManifest, bytes: Uint8Array<ArrayBuffer>, attempt = 0): Promise<void> {
    let proof: ProofView;
    try {
      const keys = await this.session.keys();
      const { verdict, file } = await keys.receipt(
        sealedRow(row.sealed),
        await this.session.deps.api.receipt(row.id),
        // A copy changes hands: the page goes on showing these bytes.
        bytes.slice(),
      );
      proof = { at: 'proven', verdict, file };
    } catch (thrown) {
      const failure = toFailure(thrown);
      proof = failure.code === 'not-yet-logged' ? { at: 'waiting' } : { at: 'refused', failure };
    }
    const shown: DocumentView = { at: 'shown', manifest, bytes, proof };
    this.view = shown;
    const delay = AGAIN_AFTER_MS[attempt];
    if (delay === undefined || !isUnfinished(proof)) return;
    setTimeout(() => {
      if (this.view === shown && this.session.open) void this.prove(row, manifest, bytes, attempt + 1);
    }, delay);
  }
}

/** The checked manifest of a row, or the refusal of its card as an error. */
export function checked(row: Row): CheckedManifest {
  if ('refused' in row.card) throw new PageError(row.card.refused);
  return row.card.manifest;
}
