/** The trust root in force: accepted, followed step by step, remembered by this origin (docs/spec/trust-root.md). */

import { StateError, VerificationError, VouteError } from './errors.ts';
import { type PinStore, TRUST_ROOT_PIN } from './pin-store.ts';
import { acceptFirstRoot, acceptNextRoot, rootInForce, type TrustRoot } from './trust.ts';

/** Holds the trust root of one key holder. */
export class RootKeeper {
  private readonly pins: PinStore;
  private root: TrustRoot | null = null;

  constructor(pins: PinStore) {
    this.pins = pins;
  }

  /** Accepts an envelope: the first one by its own quorum, a later one after the one before; never older than `pinned`. */
  async accept(envelope: Uint8Array, pinned: number): Promise<TrustRoot> {
    const known = this.root ?? (await this.kept());
    // A next root is nothing before its time: the delay is there so that people can notice one that was stolen.
    const root =
      known === null
        ? await acceptFirstRoot(envelope)
        : rootInForce([known, await acceptNextRoot(known, envelope)], Date.now() / 1000);
    this.root = root;
    this.requireNumber(pinned);
    if (root !== known) await this.keep(root);
    return root;
  }

  /** The root; `state` before one was accepted. */
  get(): TrustRoot {
    if (this.root === null) throw new StateError('no trust root yet');
    return this.root;
  }

  /** Refuses what is of another city. */
  requireCity(city: string): void {
    if (city !== this.get().payload.city) throw new VerificationError('of another city', 'wrong-city');
  }

  /** Refuses a root that is older than one seen elsewhere. */
  requireNumber(seen: number): void {
    const offered = this.get().payload.number;
    if (offered < seen)
      throw new VerificationError('older than one seen before', 'trust-root-rollback', { seen, offered });
  }

  private async keep(root: TrustRoot): Promise<void> {
    // Another tab may have followed further while this one waited for the city.
    const kept = await this.kept();
    if (kept !== null) this.requireNumber(kept.payload.number);
    await this.pins.save(TRUST_ROOT_PIN, root.bytes);
  }

  private async kept(): Promise<TrustRoot | null> {
    const kept = await this.pins.load(TRUST_ROOT_PIN);
    try {
      return kept === null ? null : await acceptFirstRoot(kept);
    } catch (error) {
      // What was kept is damaged: it protects nothing, and must not shut the holder out.
      if (error instanceof VouteError) return null;
      throw error;
    }
  }
}
