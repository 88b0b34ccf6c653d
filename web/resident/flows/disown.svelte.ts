/** "Not mine any more": the holder's signed act, after which what this sender writes goes on paper (docs/spec/claim.md, "Freezing"). */

import { PageError, type Failure } from '../../ui/errors.ts';
import type { CheckedManifest } from '../../core/rpc.ts';
import type { Session } from '../session.svelte.ts';
import { sealedOf, type Row } from '../rows.ts';
import { checked } from './document.svelte.ts';

/** What the screen shows. */
export type DisownView =
  | { readonly at: 'loading' }
  | {
      readonly at: 'asking';
      readonly manifest: CheckedManifest;
      readonly busy: boolean;
      readonly failure: Failure | null;
    }
  | { readonly at: 'done'; readonly manifest: CheckedManifest }
  | { readonly at: 'failed'; readonly failure: Failure };

/** What the screen can ask for. */
export interface DisownActions {
  readonly load: () => Promise<void>;
  readonly disown: () => Promise<void>;
}

export class DisownFlow implements DisownActions {
  view = $state.raw<DisownView>({ at: 'loading' });
  private readonly session: Session;
  private readonly id: string;
  private row: Row | null = null;

  constructor(session: Session, id: string) {
    this.session = session;
    this.id = id;
  }

  load = async (): Promise<void> => {
    const isStillOpen = this.session.thisOpening();
    try {
      this.row = await this.session.shelf.row(this.id);
      this.view = { at: 'asking', manifest: checked(this.row), busy: false, failure: null };
    } catch (thrown) {
      this.view = { at: 'failed', failure: this.session.failed(thrown, isStillOpen) };
    }
  };

  /** Signs and sends; what was sent counts once, however often it is repeated. */
  disown = async (): Promise<void> => {
    const { view, row } = this;
    if (view.at !== 'asking' || !row) return;
    this.view = { ...view, busy: true, failure: null };
    const isStillOpen = this.session.thisOpening();
    try {
      const keys = await this.session.keys();
      const acts = await keys.disown(sealedOf(row));
      if (acts.length === 0) throw new PageError('internal');
      for (const act of acts) await this.session.deps.api.disown(act);
      this.view = { at: 'done', manifest: view.manifest };
    } catch (thrown) {
      this.view = { ...view, busy: false, failure: this.session.failed(thrown, isStillOpen) };
    }
  };
}
