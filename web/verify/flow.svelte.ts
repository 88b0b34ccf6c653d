/** The verifier's state: the files so far, the trust root, the outcome. */

import { PageError, toFailure, type Failure } from '../ui/errors.ts';
import { check, recognize, type GivenFile, type KnownRoot, type Outcome } from './check.ts';

/** What the screen shows. */
export interface VerifyView {
  readonly root: KnownRoot | null;
  readonly pdf: Extract<GivenFile, { kind: 'pdf' }> | null;
  readonly receipt: Extract<GivenFile, { kind: 'receipt' }> | null;
  readonly strangers: readonly string[];
  readonly busy: boolean;
  readonly failure: Failure | null;
  readonly outcome: Outcome | null;
}

/** What the screen can ask for. */
export interface VerifyActions {
  readonly take: (files: readonly File[]) => Promise<void>;
  readonly again: () => void;
}

const EMPTY = { pdf: null, receipt: null, strangers: [], busy: false, failure: null, outcome: null } as const;

export class VerifyFlow implements VerifyActions {
  view = $state.raw<VerifyView>({ root: null, ...EMPTY });

  /** Loads the trust root this page starts with; without one the person is asked for it. */
  async start(load: () => Promise<KnownRoot | null>): Promise<void> {
    try {
      this.view = { ...this.view, root: await load() };
    } catch (thrown) {
      this.view = { ...this.view, failure: toFailure(thrown) };
    }
  }

  again = (): void => {
    this.view = { root: this.view.root, ...EMPTY };
  };

  take = async (files: readonly File[]): Promise<void> => {
    if (files.length === 0) return;
    this.view = { ...this.view, busy: true, failure: null, outcome: null, strangers: [] };
    try {
      for (const file of files) this.keep(await recognize(file));
      await this.judge();
    } catch (thrown) {
      this.view = { ...this.view, failure: toFailure(thrown) };
    }
    this.view = { ...this.view, busy: false };
  };

  private keep(given: GivenFile): void {
    switch (given.kind) {
      case 'pdf':
        this.view = { ...this.view, pdf: given };
        break;
      case 'receipt':
        this.view = { ...this.view, receipt: given };
        break;
      case 'trust-root':
        this.view = { ...this.view, root: given.known };
        break;
      case 'unknown':
        this.view = { ...this.view, strangers: [...this.view.strangers, given.name] };
    }
  }

  private async judge(): Promise<void> {
    const { pdf, receipt, root } = this.view;
    if (!pdf || !receipt) return;
    if (!root) throw new PageError('trust-root-missing');
    this.view = { ...this.view, outcome: await check(pdf.digest, receipt.bytes, root) };
  }
}
