/**
 * Paper, or the vault only: what was chosen for each document type, giving paper up (asked first, in the words that are signed),
 * and having it again (at once).
 */

import type { ChoiceView } from '../../core/rpc.ts';
import { toFailure, type Failure } from '../../ui/errors.ts';
import { currentLocale, t } from '../../ui/i18n.svelte.ts';
import type { Session } from '../session.svelte.ts';

/** What the screen shows; `asking`, `busy` and `done` name a choice by its `keyOf`. */
export type PaperView =
  | { readonly at: 'loading' }
  | {
      readonly at: 'list';
      readonly choices: readonly ChoiceView[];
      /** The choice whose words are shown, with the button that signs them. */
      readonly asking: string | null;
      readonly busy: string | null;
      readonly done: string | null;
      readonly failure: Failure | null;
    }
  | { readonly at: 'failed'; readonly failure: Failure };

/** What the screen can ask for. */
export interface PaperActions {
  readonly load: () => Promise<void>;
  readonly ask: (choice: ChoiceView) => void;
  readonly cancel: () => void;
  readonly choose: (choice: ChoiceView, paperless: boolean) => Promise<void>;
}

// The log takes a choice within seconds; whoever looks again later sees it too.
const AGAIN_AFTER_MS = [1_500, 3_000, 6_000, 12_000];

/** Names a choice: issuer and document type. */
export function keyOf(choice: ChoiceView): string {
  return `${choice.issuer}/${choice.documentType}`;
}

/** The message with the words that are signed. */
export function wordsKey(paperless: boolean): string {
  return paperless ? 'consent-paperless-1' : 'consent-paper-1';
}

export class PaperFlow implements PaperActions {
  view = $state.raw<PaperView>({ at: 'loading' });
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  load = async (): Promise<void> => {
    const isStillOpen = this.session.thisOpening();
    try {
      const choices = await this.read();
      this.list(choices, null);
      this.askOffered(choices);
    } catch (thrown) {
      this.view = { at: 'failed', failure: this.session.failed(thrown, isStillOpen) };
    }
  };

  ask = (choice: ChoiceView): void => {
    if (this.view.at === 'list') this.view = { ...this.view, asking: keyOf(choice), done: null, failure: null };
  };

  /** Shows at once the words of the kind whose offer led here: they are read, and signed or not, as always. */
  private askOffered(choices: readonly ChoiceView[]): void {
    const { looksAt } = this.session;
    this.session.looksAt = null;
    const found = choices.find((one) => one.issuer === looksAt?.issuer && one.documentType === looksAt.type);
    if (found && !found.paperless) this.ask(found);
  }

  cancel = (): void => {
    if (this.view.at === 'list') this.view = { ...this.view, asking: null };
  };

  choose = async (choice: ChoiceView, paperless: boolean): Promise<void> => {
    if (this.view.at !== 'list' || this.view.busy !== null) return;
    const key = keyOf(choice);
    const before = this.view.choices;
    this.view = { ...this.view, busy: key, done: null, failure: null };
    const isStillOpen = this.session.thisOpening();
    try {
      const keys = await this.session.keys();
      const act = await keys.signConsent({
        issuer: choice.issuer,
        documentType: choice.documentType,
        number: choice.number + 1,
        paperless,
        language: currentLocale(),
        // The very words that stand beside the button.
        words: t(wordsKey(paperless)),
      });
      await this.session.deps.api.choose(act);
      this.list(await this.read(), key);
    } catch (thrown) {
      const failure = this.session.failed(thrown, isStillOpen);
      if (isStillOpen()) await this.refuse(before, failure);
    }
  };

  /** Says what failed beside what the city holds now: a choice that was made elsewhere, or one whose answer was lost. */
  private async refuse(before: readonly ChoiceView[], failure: Failure): Promise<void> {
    let choices = before;
    try {
      choices = await this.read();
    } catch {
      // What was known before stays on the screen, under the first failure.
    }
    this.view = { at: 'list', choices, asking: null, busy: null, done: null, failure };
  }

  private async read(): Promise<readonly ChoiceView[]> {
    const keys = await this.session.keys();
    const { consents } = await this.session.deps.api.consents();
    return keys.choices(consents.map(({ act, receipt }) => ({ act, receipt })));
  }

  private list(choices: readonly ChoiceView[], done: string | null, attempt = 0): void {
    const shown: PaperView = { at: 'list', choices, asking: null, busy: null, done, failure: null };
    this.view = shown;
    const delay = AGAIN_AFTER_MS[attempt];
    if (delay === undefined || choices.every(({ number, logIndex }) => number === 0 || logIndex !== null)) return;
    setTimeout(() => {
      if (this.view === shown && this.session.open) void this.again(shown, attempt + 1);
    }, delay);
  }

  private async again(shown: PaperView, attempt: number): Promise<void> {
    const isStillOpen = this.session.thisOpening();
    try {
      const choices = await this.read();
      // What was done was said, and took the focus, when it was done: whoever went on is not called back.
      if (this.view === shown) this.list(choices, null, attempt);
    } catch (thrown) {
      // Asked for by nobody: said only when what is shown is in doubt.
      if (toFailure(thrown).code !== 'network') this.session.failed(thrown, isStillOpen);
    }
  }
}
