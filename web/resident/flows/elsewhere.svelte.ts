/** Where else the vault is open: other devices and browsers that are signed in, and closing them all. */

import type { ElsewhereReply } from '../../api/client.ts';
import type { Failure } from '../../ui/errors.ts';
import type { Session } from '../session.svelte.ts';

/** What the section shows; `closed` once the other sessions were ended here. */
export type ElsewhereView =
  | { readonly at: 'loading' }
  | {
      readonly at: 'list';
      readonly sessions: readonly ElsewhereReply['sessions'][number][];
      readonly busy: boolean;
      readonly closed: boolean;
    }
  | { readonly at: 'failed'; readonly failure: Failure };

/** What the section can ask for. */
export interface ElsewhereActions {
  readonly load: () => Promise<void>;
  readonly closeAll: () => Promise<void>;
}

export class ElsewhereFlow implements ElsewhereActions {
  view = $state.raw<ElsewhereView>({ at: 'loading' });
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  load = async (): Promise<void> => this.attempt(false);

  closeAll = async (): Promise<void> => {
    if (this.view.at === 'list') this.view = { ...this.view, busy: true };
    await this.attempt(true);
  };

  private async attempt(closing: boolean): Promise<void> {
    const { api } = this.session.deps;
    const isStillOpen = this.session.thisOpening();
    try {
      if (closing) await api.signOutElsewhere();
      const { sessions } = await api.elsewhere();
      this.view = { at: 'list', sessions, busy: false, closed: closing };
    } catch (thrown) {
      this.view = { at: 'failed', failure: this.session.failed(thrown, isStillOpen) };
    }
  }
}
