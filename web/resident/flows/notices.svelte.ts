/** Notices by mail: an address, when to write, the code that confirms it, and stopping. */

import type { NoticeBody, NoticesReply } from '../../api/client.ts';
import type { Failure } from '../../ui/errors.ts';
import type { Session } from '../session.svelte.ts';

/** What the section shows; `off` where the city sends no mail: then there is no section. */
export type NoticesView =
  | { readonly at: 'loading' }
  | { readonly at: 'off' }
  | {
      readonly at: 'shown';
      readonly notice: NoticesReply['notice'];
      readonly busy: boolean;
      readonly failure: Failure | null;
      /** What was just done, for as long as nothing else is. */
      readonly done?: 'saved' | 'stopped';
    };

/** What the section can ask for. */
export interface NoticesActions {
  readonly save: (wish: NoticeBody) => Promise<void>;
  readonly confirm: (code: string) => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Another code to the same address, as the one before is mistyped too often, too old or lost. */
  readonly anew: (wish: NoticeBody) => Promise<void>;
}

export class NoticesFlow implements NoticesActions {
  view = $state.raw<NoticesView>({ at: 'loading' });
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  load = async (): Promise<void> => this.attempt(async () => Promise.resolve());

  save = async (wish: NoticeBody): Promise<void> =>
    this.attempt(async () => this.session.deps.api.putNotices(wish), 'saved');

  confirm = async (code: string): Promise<void> => this.attempt(async () => this.session.deps.api.confirmNotices(code));

  stop = async (): Promise<void> => this.attempt(async () => this.session.deps.api.stopNotices(), 'stopped');

  anew = async (wish: NoticeBody): Promise<void> =>
    this.attempt(async () => {
      // The city sends no second code for a wish that it has: it forgets the address first.
      await this.session.deps.api.stopNotices();
      await this.session.deps.api.putNotices(wish);
    });

  private async attempt(act: () => Promise<unknown>, does?: 'saved' | 'stopped'): Promise<void> {
    if (this.view.at === 'shown') this.view = { at: 'shown', notice: this.view.notice, busy: true, failure: null };
    const isStillOpen = this.session.thisOpening();
    let failure: Failure | null = null;
    try {
      await act();
    } catch (thrown) {
      failure = this.session.failed(thrown, isStillOpen);
    }
    try {
      const { available, notice } = await this.session.deps.api.notices();
      const done = failure === null && does !== undefined ? { done: does } : {};
      this.view = available || notice !== null ? { at: 'shown', notice, busy: false, failure, ...done } : { at: 'off' };
    } catch (thrown) {
      const notice = this.view.at === 'shown' ? this.view.notice : null;
      this.view = { at: 'shown', notice, busy: false, failure: failure ?? this.session.failed(thrown, isStillOpen) };
    }
  }
}
