/**
 * The offer to have a kind of document without paper: made once for each issuer and type, beside the first opening of a document
 * of that kind, and never again, whatever the answer. It chooses nothing: that is the paper screen's, in the words that are signed.
 */

import type { CheckedManifest, Offer } from '../../core/rpc.ts';
import type { Session } from '../session.svelte.ts';

/** What the screen shows: nothing, the offer, or that it will not be made again. */
export type OfferView = 'none' | 'made' | 'declined';

/** What the screen can ask for. */
export interface OfferActions {
  /** The offer was in the person's sight: it is not made again. */
  readonly seen: () => void;
  /** The person goes to the paper screen to see what it would change: that kind is what they see there first. */
  readonly look: () => void;
  readonly decline: () => void;
}

export class OfferFlow implements OfferActions {
  view = $state<OfferView>('none');
  private offer: Offer | null = null;
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** Makes the offer if this kind comes on paper too, nothing was ever chosen for it, and it was not offered before. */
  async consider({ issuer, type }: CheckedManifest): Promise<void> {
    const isStillOpen = this.session.thisOpening();
    try {
      const { shelf, deps } = this.session;
      await shelf.load();
      if (!shelf.mayOffer({ issuer, type })) return;
      const keys = await this.session.keys();
      const { consents } = await deps.api.consents();
      const choices = await keys.choices(consents.map(({ act, receipt }) => ({ act, receipt })));
      const found = choices.find((one) => one.issuer === issuer && one.documentType === type);
      if (found?.number !== 0 || !isStillOpen()) return;
      this.offer = { issuer, type };
      this.view = 'made';
    } catch (thrown) {
      // Nobody asked for it: without an answer there is no offer.
      this.session.failed(thrown, isStillOpen);
    }
  }

  /** Takes the offer back: what it was made for is on no screen any more. */
  forget(): void {
    this.offer = null;
    this.view = 'none';
  }

  seen = (): void => {
    if (this.offer === null) return;
    void this.session.shelf.noteOffer(this.offer).catch(() => undefined);
  };

  look = (): void => {
    this.session.looksAt = this.offer;
  };

  decline = (): void => {
    this.seen();
    this.view = 'declined';
  };
}
