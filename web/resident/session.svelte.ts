/**
 * The visit: which city, whose vault, whether it is open, and the rows already read. Lives in memory; a reload locks the vault.
 */

import type { About } from '../api/client.ts';
import { forgetSaid } from '../ui/announce.svelte.ts';
import { PageError, toFailure, type Failure } from '../ui/errors.ts';
import type { Deps } from './flows/deps.ts';
import { forgetFiles } from '../ui/files.ts';
import { forgetSearches } from './list.ts';
import { Idle } from './idle.svelte.ts';
import { forgetHeads, pinnedRoot, pinRoot } from './pins.ts';
import { isShared, setShared } from './shared.svelte.ts';
import { sealedOf, type Row } from './rows.ts';
import { Shelf } from './shelf.svelte.ts';
import type { CityInfo, Offer, VaultApi } from '../core/rpc.ts';

/** Why the person is asked to sign in: nothing special, they locked it, it was left alone or in another tab, the city ended the session, they left. */
export type LockReason = 'none' | 'asked' | 'locked' | 'elsewhere' | 'expired' | 'signed-out';

// As long as the city itself lets a trust root be kept (api.md): an older one may have been followed by another.
const ROOT_FRESH_MS = 60_000;
// Roots that are followed at once: decades of yearly ceremonies, and an end for a city that offers a number out of the air.
const MAX_MISSED = 100;
// How often other tabs are told that the person is here.
const TELL_EVERY_MS = 5_000;

export class Session {
  readonly deps: Deps;
  about = $state.raw<About | null>(null);
  city = $state.raw<CityInfo | null>(null);
  open = $state(false);
  reason = $state<LockReason>('none');
  readonly shelf = new Shelf(this);
  /** Whether the person may be asked for a second way in: once a visit, after a document was seen, until they say later. */
  asking = $state(false);
  /** The kind of document whose offer led to the paper screen, until that screen has shown it. */
  looksAt: Offer | null = null;
  private asked = false;
  private openings = 0;
  private body: { readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> } | null = null;
  /** The key holder that has the trust root: one that was started anew needs it again. */
  private rooted: VaultApi | null = null;
  private early: { readonly reply: Promise<Uint8Array<ArrayBuffer>>; readonly at: number } | null = null;
  readonly idle = new Idle(() => void this.lock('locked'));
  private toldAt = 0;
  private ending: Promise<unknown> = Promise.resolve();

  constructor(deps: Deps) {
    this.deps = deps;
    deps.tabs.hear((told) => {
      if (told.say === 'shared' || told.say === 'own') {
        void this.heed(told.say === 'shared');
        return;
      }
      if (!this.open) return;
      if (told.say === 'touched') this.idle.touch();
      else if (told.say === 'signed-out') void this.closeForGood();
      else void this.close('elsewhere');
    });
  }

  /** The city's name and help line; without them the pages still work. */
  async introduce(): Promise<void> {
    try {
      this.about = await this.deps.api.about();
    } catch {
      this.about = null;
    }
  }

  /** Asks for what a letter is opened with, before its turn comes: the key holder's program and the trust root. */
  expect(): void {
    this.deps.keys();
    const reply = this.deps.api.trustRoot();
    this.early = { reply, at: Date.now() };
    // Said where it is needed: asked for again then.
    reply.catch(() => {
      this.early = null;
    });
  }

  /** The trust root that was asked for early, once and while it is young, else the one that the city has now. */
  private async trustRoot(): Promise<Uint8Array<ArrayBuffer>> {
    const { early } = this;
    this.early = null;
    return early !== null && Date.now() - early.at < ROOT_FRESH_MS ? early.reply : this.deps.api.trustRoot();
  }

  /** The city by its trust root; a browser that missed some follows them one by one. */
  private async follow(keys: VaultApi): Promise<CityInfo> {
    try {
      return await keys.trustRoot(await this.trustRoot(), pinnedRoot());
    } catch (error) {
      const { code, facts } = toFailure(error);
      const [seen, offered] = [Number(facts['seen']), Number(facts['offered'])];
      if (code !== 'trust-root-chain' || !(offered > seen + 1 && offered <= seen + MAX_MISSED)) throw error;
      for (let number = seen + 1; number < offered; number += 1) {
        await keys.trustRoot(await this.deps.api.earlierRoot(number), 0);
      }
      return await keys.trustRoot(await this.deps.api.earlierRoot(offered), pinnedRoot());
    }
  }

  /** The key holder, with the trust root checked and pinned. */
  async keys(): Promise<VaultApi> {
    const keys = this.deps.keys();
    if (this.rooted !== keys) {
      await keys.keepNothing(isShared());
      this.city = await this.follow(keys);
      pinRoot(this.city.number, this.city.fingerprint);
      this.rooted = keys;
    }
    return keys;
  }

  /** The host that passkeys are made for and used at: the trust root's, whatever the city says with a challenge. */
  async host(): Promise<string> {
    await this.keys();
    if (this.city === null) throw new PageError('internal');
    return this.city.rpId;
  }

  /** Says whether others use this computer too: from then on nothing of a vault is kept here, and what was is forgotten. */
  async share(on: boolean): Promise<void> {
    // A vault that is open in another tab would go on being kept, and leave who it is.
    this.deps.tabs.tell({ say: on ? 'shared' : 'own' });
    await this.heed(on);
  }

  private async heed(on: boolean): Promise<void> {
    setShared(on);
    if (on) {
      forgetHeads();
      // Here, since the key holder may not have been started: whoever marks a computer signs in nowhere.
      await this.deps.forgetVaults();
    }
    this.idle.share(on);
    if (this.rooted) await this.rooted.keepNothing(on);
  }

  /** A document was on the screen: the moment at which to ask for a second way in has come. */
  saw(): void {
    if (this.asked) return;
    this.asked = true;
    this.asking = true;
  }

  /** Not now: not again in this visit. */
  later = (): void => {
    this.asking = false;
  };

  /** The vault is open: from here on idleness is watched. */
  opened(): void {
    this.open = true;
    this.openings += 1;
    this.asked = this.asking = false;
    this.reason = 'none';
    this.shelf.clear();
    this.idle.start();
  }

  /** Gives what says, later, whether the vault is open and was not locked meanwhile. */
  thisOpening(): () => boolean {
    const { openings } = this;
    return () => this.open && openings === this.openings;
  }

  /** The person did something, here or in the viewer's frame. */
  touch(): void {
    if (!this.open) return;
    this.idle.touch();
    if (Date.now() - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = Date.now();
    this.deps.tabs.tell({ say: 'touched' });
  }

  /** Locks, here and in the other tabs; the session of the city ends only at `leave`. */
  async lock(reason: LockReason): Promise<void> {
    if (this.open) this.deps.tabs.tell({ say: reason === 'signed-out' ? reason : 'locked' });
    await this.close(reason);
  }

  /** The page goes away, perhaps to come back by Back: locks here, at once, for nothing runs any more in a moment. */
  hide(): void {
    if (!this.open) return;
    // Where others sit down next, the city's session ends with the tab.
    if (isShared()) this.deps.api.signOutLeaving().catch(() => undefined);
    void this.close('locked', true);
  }

  /** Waits until what a lock or a sign-out began is over: it would end the keys and the session of whoever signs in meanwhile. */
  async ended(): Promise<void> {
    await this.ending;
  }

  private async close(reason: LockReason, atOnce = false): Promise<void> {
    const closing = this.forgetAll(reason, atOnce);
    this.ending = Promise.allSettled([this.ending, closing]);
    await closing;
  }

  /** Forgets keys, titles and bytes: what this page holds at once, then the key holder, whose worker is ended. */
  private async forgetAll(reason: LockReason, atOnce: boolean): Promise<void> {
    this.idle.stop();
    this.open = false;
    this.reason = reason;
    const flushed = atOnce ? null : this.shelf.flush();
    this.shelf.rows = [];
    this.looksAt = null;
    this.forgetBody();
    forgetFiles();
    forgetSearches();
    forgetSaid();
    // Without a turn of its own where there is nothing to wait for: a browser that leaves a page ends what still runs (Firefox).
    if (flushed !== null) await flushed;
    this.shelf.clear();
    this.rooted = null;
    await this.deps.endKeys(atOnce);
  }

  private forgetBody(): void {
    this.body?.bytes.fill(0);
    this.body = null;
  }

  /** Signs out: locks first, so that nothing stays readable even when the city can't be reached. */
  async leave(): Promise<void> {
    const leaving = this.lock('signed-out').then(async () => {
      this.shelf.stopWriting();
      await this.deps.forgetCopies();
      await this.deps.api.signOut();
    });
    // A cookie that stays ends by itself after 30 minutes; the keys are gone already.
    this.ending = Promise.allSettled([this.ending, leaving]);
    await this.ending;
  }

  /** Signed out in another tab: what this one still kept while it closed is forgotten too. */
  private async closeForGood(): Promise<void> {
    await this.close('signed-out');
    await this.deps.forgetCopies();
  }

  /** Failure of an act of the holder; one that means "no longer signed in" locks the vault, if it is still the one in which the act began. */
  failed(thrown: unknown, isStillOpen: () => boolean): Failure {
    const failure = toFailure(thrown);
    // Acts that were under way when the vault was locked fail too: they change nothing about why, nor about who opened it since.
    if (isStillOpen() && (failure.code === 'not-signed-in' || failure.code === 'locked')) void this.lock('expired');
    return failure;
  }

  /** The sealed body of a document, asked for before its row is there: on a slow line one way and back less. Null: opened already. */
  async sealedBody(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.body?.id === id ? null : this.deps.api.body(id);
  }

  /** The opened bytes of a document; the last one is kept for its evidence. */
  async bytes(row: Row, sealed = this.sealedBody(row.id)): Promise<Uint8Array<ArrayBuffer>> {
    if (this.body?.id === row.id) return this.body.bytes;
    const isStillOpen = this.thisOpening();
    const keys = await this.keys();
    const body = await sealed;
    if (body === null) throw new PageError('internal');
    const bytes = await keys.openBody(sealedOf(row), body);
    if (!isStillOpen()) {
      // Locked while it was being opened: nothing may stay.
      bytes.fill(0);
      throw new PageError('locked');
    }
    this.forgetBody();
    this.body = { id: row.id, bytes };
    return bytes;
  }

  /** The document was shown: say so with the holder's signature, once. */
  async markOpened(row: Row): Promise<void> {
    if (row.opened) return;
    const keys = await this.keys();
    await this.deps.api.opened(row.id, await keys.signOpened(sealedOf(row)));
    this.shelf.change(row.id, { opened: true });
  }
}
