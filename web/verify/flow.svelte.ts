/** The verifier's state: the files so far, the trust root, the outcome. */

import { PageError, toFailure, type Failure } from '../ui/errors.ts';
import { check, checkProof, recognize, type GivenFile, type KnownRoot, type Outcome } from './check.ts';

/** What the screen shows. */
export interface VerifyView {
  readonly root: Pick<KnownRoot, 'names' | 'fingerprint'> | null;
  /** Names of the files that are there. */
  readonly pdf: string | null;
  readonly receipt: string | null;
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
  private root: KnownRoot | null = null;
  private loading: Promise<void> = Promise.resolve();
  private pdf: Extract<GivenFile, { kind: 'pdf' }> | null = null;
  private receipt: Extract<GivenFile, { kind: 'receipt' }> | null = null;
  private proof: Extract<GivenFile, { kind: 'proof' }> | null = null;

  /** Loads the trust root this page starts with; without one the person is asked for it. */
  start(load: () => Promise<KnownRoot | null>): Promise<void> {
    this.loading = this.load(load);
    return this.loading;
  }

  private async load(load: () => Promise<KnownRoot | null>): Promise<void> {
    try {
      this.root = await load();
      this.view = { ...this.view, root: this.root };
    } catch (thrown) {
      this.view = { ...this.view, failure: toFailure(thrown) };
    }
  }

  again = (): void => {
    this.pdf = this.receipt = this.proof = null;
    this.view = { root: this.root, ...EMPTY };
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
        this.pdf = given;
        this.view = { ...this.view, pdf: given.name };
        break;
      case 'receipt':
        this.receipt = given;
        this.view = { ...this.view, receipt: given.name };
        break;
      case 'proof':
        this.proof = given;
        break;
      case 'trust-root':
        this.root = given.known;
        this.view = { ...this.view, root: given.known };
        break;
      case 'unknown':
        this.view = { ...this.view, strangers: [...this.view.strangers, given.name] };
    }
  }

  private async judge(): Promise<void> {
    const { pdf, receipt, proof } = this;
    if (!proof && (!pdf || !receipt)) return;
    // Files may come before the root has: a quick hand is no reason to ask for one.
    if (!this.root) await this.loading;
    const { root } = this;
    if (!root) throw new PageError('trust-root-missing');
    if (proof) this.view = { ...this.view, outcome: await checkProof(proof.bytes, root) };
    else if (pdf && receipt) this.view = { ...this.view, outcome: await check(pdf.digest, receipt.bytes, root) };
  }
}
