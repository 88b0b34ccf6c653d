/** What the list can be asked for: again, handled or not, a calendar file, to forget what is missing. */

import { TOP, type ListPlace } from '../list-place.ts';
import type { DocumentsActions, Entry, Unmarked } from '../list.ts';
import { saveCalendar } from '../reminders.ts';
import type { Session } from '../session.svelte.ts';

export class DocumentsFlow implements DocumentsActions {
  unmarked = $state.raw<Unmarked | null>(null);
  /** Where the list was left; gone when the vault is locked. */
  left: ListPlace = TOP;
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  retry = async (): Promise<void> => this.session.shelf.load();

  handled = async (entry: Entry, done: boolean): Promise<boolean> => {
    this.unmarked = null;
    const isStillOpen = this.session.thisOpening();
    try {
      await this.session.shelf.mark(entry.row.id, { handled: done });
      return true;
    } catch (thrown) {
      this.unmarked = { entry, failure: this.session.failed(thrown, isStillOpen) };
      return false;
    }
  };

  calendar = (entry: Entry): void => {
    saveCalendar(entry.manifest);
  };

  forget = async (id: string): Promise<void> => {
    const isStillOpen = this.session.thisOpening();
    try {
      await this.session.shelf.forget(id);
    } catch (thrown) {
      const failure = this.session.failed(thrown, isStillOpen);
      if (isStillOpen()) this.session.shelf.failure = failure;
    }
  };
}
