/**
 * The visit: which city, whose vault, whether it is open, and the rows already read. Lives in memory; a reload locks the vault.
 */

import type { About, DocumentBody } from '../api/client.ts';
import { PageError, toFailure, type Failure } from '../ui/errors.ts';
import type { Deps } from './flows/deps.ts';
import { forgetFiles } from '../ui/files.ts';
import { Idle } from './idle.svelte.ts';
import { forgetHeads, pinnedRoot, pinRoot } from './pins.ts';
import { isShared, setShared } from './shared.svelte.ts';
import type { CityInfo, VaultApi, CardResult } from '../core/rpc.ts';

/** One document of the list: what the server says about it, and what its card says once opened. */
export interface Row {
  readonly id: string;
  readonly sealed: DocumentBody;
  readonly card: CardResult;
  readonly opened: boolean;
}

/** Why the person is asked to sign in: nothing special, they locked it, it was left alone or in another tab, the city ended the session, they left. */
export type LockReason = 'none' | 'asked' | 'locked' | 'elsewhere' | 'expired' | 'signed-out';

const CARDS_AT_ONCE = 40;
// How often other tabs are told that the person is here.
const TELL_EVERY_MS = 5_000;

export class Session {
  readonly deps: Deps;
  about = $state.raw<About | null>(null);
  city = $state.raw<CityInfo | null>(null);
  open = $state(false);
  reason = $state<LockReason>('none');
  rows = $state.raw<readonly Row[]>([]);
  complete = $state(false);
  listFailure = $state.raw<Failure | null>(null);
  /** Ways in of the open vault, counted for the reminder; null until read. */
  waysIn = $state.raw<number | null>(null);
  /** Whether the person may be asked for a second way in: once a visit, after a document was seen, until they say later. */
  asking = $state(false);
  private asked = false;
  private body: { readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> } | null = null;
  /** The key holder that has the trust root: one that was started anew needs it again. */
  private rooted: VaultApi | null = null;
  private after = 0;
  private loading: Promise<void> | null = null;
  readonly idle = new Idle(() => void this.lock('locked'));
  private toldAt = 0;

  constructor(deps: Deps) {
    this.deps = deps;
    deps.tabs.hear((told) => {
      if (!this.open) return;
      if (told.say === 'touched') this.idle.touch();
      else void this.close(told.say === 'signed-out' ? 'signed-out' : 'elsewhere');
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

  /** The key holder, with the trust root checked and pinned. */
  async keys(): Promise<VaultApi> {
    const keys = this.deps.keys();
    if (this.rooted !== keys) {
      await keys.keepNothing(isShared());
      this.city = await keys.trustRoot(await this.deps.api.trustRoot(), pinnedRoot());
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
    setShared(on);
    if (on) forgetHeads();
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
    this.asked = this.asking = false;
    this.reason = 'none';
    this.rows = [];
    this.after = 0;
    this.complete = false;
    this.listFailure = null;
    this.idle.start();
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

  /** Forgets keys, titles and bytes: what this page holds at once, then the key holder, whose worker is ended. */
  private async close(reason: LockReason, atOnce = false): Promise<void> {
    this.idle.stop();
    this.open = false;
    this.reason = reason;
    this.rows = [];
    this.forgetBody();
    forgetFiles();
    this.waysIn = null;
    this.listFailure = null;
    this.loading = null;
    this.rooted = null;
    await this.deps.endKeys(atOnce);
  }

  private forgetBody(): void {
    this.body?.bytes.fill(0);
    this.body = null;
  }

  /** Signs out: locks first, so that nothing stays readable even when the city can't be reached. */
  async leave(): Promise<void> {
    const locked = this.lock('signed-out');
    try {
      await this.deps.api.signOut();
    } catch {
      // The cookie ends by itself after 30 minutes; the keys are gone already.
    }
    await locked;
  }

  /** Failure of an act of the holder; one that means "no longer signed in" locks the vault. */
  failed(thrown: unknown): Failure {
    const failure = toFailure(thrown);
    // Acts that were under way when the vault was locked fail too, and change nothing about why.
    if (this.open && (failure.code === 'not-signed-in' || failure.code === 'locked')) void this.lock('expired');
    return failure;
  }

  /** Reads the list from where it stands to its end; rows appear as they are opened. Repeated calls join the running one. */
  async load(): Promise<void> {
    this.loading ??= this.readRows().finally(() => {
      this.loading = null;
    });
    await this.loading;
  }

  private async readRows(): Promise<void> {
    this.listFailure = null;
    try {
      const keys = await this.keys();
      let page = await this.deps.api.documents(this.after);
      while (page.documents.length > 0) {
        for (let i = 0; i < page.documents.length; i += CARDS_AT_ONCE) {
          if (!this.open) return;
          await this.openRows(keys, page.documents.slice(i, i + CARDS_AT_ONCE));
        }
        this.after = page.documents.at(-1)?.position ?? this.after;
        if (page.next === null) break;
        page = await this.deps.api.documents(page.next);
      }
      if (!this.open) return;
      this.waysIn = (await keys.methods()).length;
      this.complete = true;
    } catch (thrown) {
      this.listFailure = this.failed(thrown);
    }
  }

  /** Opens cards; one whose issuer's key has ended counts only with the receipt that says when it signed. */
  private async cards(keys: VaultApi, bodies: readonly DocumentBody[]): Promise<readonly CardResult[]> {
    const cards = await keys.openCards(bodies.map(sealedRow));
    const settled: CardResult[] = [];
    for (const [i, card] of cards.entries()) {
      const body = bodies[i];
      const ended = 'refused' in card && card.refused === 'key-not-valid-then';
      settled.push(ended && body ? await this.proven(keys, body, card) : card);
    }
    return settled;
  }

  private async proven(keys: VaultApi, body: DocumentBody, refused: CardResult): Promise<CardResult> {
    try {
      return await keys.openProvenCard(sealedRow(body), await this.deps.api.receipt(body.document_id));
    } catch (thrown) {
      const { code } = toFailure(thrown);
      if (code === 'not-signed-in' || code === 'locked') throw thrown;
      // No receipt to be had, or one that does not prove it: the key has ended, and that is the reason to name.
      return refused;
    }
  }

  private async openRows(keys: VaultApi, bodies: readonly DocumentBody[]): Promise<void> {
    const cards = await this.cards(keys, bodies);
    const fresh = bodies.flatMap((sealed, i) => {
      const card = cards[i];
      if (card?.documentId !== sealed.document_id || this.rows.some((row) => row.id === sealed.document_id)) return [];
      return [{ id: sealed.document_id, sealed, card, opened: sealed.opened }];
    });
    this.rows = [...this.rows, ...fresh];
  }

  /** One row, from the list if it is there, else asked for by itself. */
  async row(id: string): Promise<Row> {
    const found = this.rows.find((row) => row.id === id);
    if (found) return found;
    const sealed = await this.deps.api.document(id);
    const keys = await this.keys();
    const [card] = await this.cards(keys, [sealed]);
    if (card?.documentId !== id) throw new PageError('wrong-document');
    const row: Row = { id, sealed, card, opened: sealed.opened };
    return row;
  }

  /** The sealed body of a document, asked for before its row is there: on a slow line one way and back less. Null: opened already. */
  async sealedBody(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.body?.id === id ? null : this.deps.api.body(id);
  }

  /** The opened bytes of a document; the last one is kept for its evidence. */
  async bytes(row: Row, sealed = this.sealedBody(row.id)): Promise<Uint8Array<ArrayBuffer>> {
    if (this.body?.id === row.id) return this.body.bytes;
    const keys = await this.keys();
    const body = await sealed;
    if (body === null) throw new PageError('internal');
    const bytes = await keys.openBody(sealedRow(row.sealed), body);
    this.forgetBody();
    if (!this.open) {
      // Locked while it was being opened: nothing may stay.
      bytes.fill(0);
      throw new PageError('locked');
    }
    this.body = { id: row.id, bytes };
    return bytes;
  }

  /** The document was shown: say so with the holder's signature, once. */
  async markOpened(row: Row): Promise<void> {
    if (row.opened) return;
    const keys = await this.keys();
    await this.deps.api.opened(row.id, await keys.signOpened(sealedRow(row.sealed)));
    this.rows = this.rows.map((other) => (other.id === row.id ? { ...other, opened: true } : other));
  }
}

/** The part of a row that the key holder opens. */
export function sealedRow(body: DocumentBody): {
  readonly documentId: string;
  readonly header: string;
  readonly card: string;
} {
  return { documentId: body.document_id, header: body.header, card: body.card };
}
