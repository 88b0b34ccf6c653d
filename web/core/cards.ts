/** The cards of an open vault: each is opened once, and one whose issuer's key has ended counts only with its receipt. */

import { fromBase64, wipe } from './bytes.ts';
import type { OpenedCard, SealedCard } from './document.ts';
import { VerificationError } from './errors.ts';
import { makeReceipt, verifyReceipt } from './receipt.ts';
import type { ReceiptReply, SealedRow } from './rpc.ts';
import type { TrustRoot } from './trust.ts';

interface Kept {
  readonly row: SealedRow;
  readonly card: OpenedCard;
}

/** A row as the core opens it. */
export function sealedCard(row: SealedRow): SealedCard {
  return { documentId: row.documentId, header: fromBase64(row.header), card: fromBase64(row.card) };
}

/** Refuses a proof of another entry than the one that the city spoke of (`not-in-log`). */
export function requireIndex(proven: number, { index }: ReceiptReply): void {
  if (proven !== index) throw new VerificationError('index of another proof', 'not-in-log', { step: 5 });
}

/** Remembers opened cards until `wipe`; `open` makes the checks of docs/spec/document.md. */
export class Cards {
  private readonly kept = new Map<string, Kept>();
  private readonly open: (row: SealedRow) => Promise<OpenedCard>;

  constructor(open: (row: SealedRow) => Promise<OpenedCard>) {
    this.open = open;
  }

  /** The card of a row; `key-not-valid-then` for one whose key has ended, unless `prove` has proven it. */
  async get(row: SealedRow): Promise<OpenedCard> {
    const kept = this.kept.get(row.documentId);
    if (kept?.row.header === row.header && kept.row.card === row.card) return kept.card;
    const card = await this.open(row);
    // Only a receipt says when a key signed: without one, a key that has ended may be a thief's.
    if (card.key.until !== null) {
      throw new VerificationError('signed by a key that has ended', 'key-not-valid-then', { issuer: card.issuer.id });
    }
    return this.keep(row, card);
  }

  /**
   * The card of a row whose receipt says that its key signed before its end; raises the error of the step that fails.
   *
   * The document itself comes later and is compared then. The witnesses' quorum is needed: without it, whoever has the log's
   * key chooses the index.
   */
  async prove(row: SealedRow, reply: ReceiptReply, root: TrustRoot): Promise<OpenedCard> {
    const card = await this.open(row);
    const file = makeReceipt(root.payload.city, reply, card.envelope.bytes);
    const verdict = await verifyReceipt(card.manifest.plaintext, file, root, true);
    requireIndex(verdict.logIndex, reply);
    return this.keep(row, card);
  }

  /** Forgets one card and overwrites its key. */
  forget(documentId: string): void {
    wipe(this.kept.get(documentId)?.card.fileKey);
    this.kept.delete(documentId);
  }

  /** The cards that are open. */
  *all(): Iterable<OpenedCard> {
    for (const { card } of this.kept.values()) yield card;
  }

  /** Forgets the cards and overwrites their keys. */
  wipe(): void {
    for (const { card } of this.kept.values()) wipe(card.fileKey);
    this.kept.clear();
  }

  private keep(row: SealedRow, card: OpenedCard): OpenedCard {
    this.kept.set(row.documentId, { row, card });
    return card;
  }
}
