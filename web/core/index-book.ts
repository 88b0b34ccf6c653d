/**
 * The vault's index in use (docs/spec/index-directory.md): what was opened and verified on earlier visits, what the holder says
 * about it, and what of that is not written yet. Pure state: files come in and go out, the page carries them.
 */

import type { Identity, Recipient } from './age/hybrid.ts';
import { base64, concat, fromBase64, fromHex, hex, u64 } from './bytes.ts';
import type { Copies } from './copies.ts';
import { sha256 } from './derive.ts';
import { type Addressee, openCard, openCardWith, type OpenedCard, type SealedCard } from './document.ts';
import { StateError, VerificationError, VouteError } from './errors.ts';
import type { PinStore } from './pin-store.ts';
import type { IndexedDocument, Marks, Offer, OpenedIndex, WrittenIndex } from './rpc.ts';
import { compareCodePoints } from './schema.ts';
import type { TrustRoot } from './trust.ts';
import {
  type HashedIndex,
  type IndexOwner,
  IndexReader,
  openVaultIndex,
  sealVaultIndex,
  type SignedIndex,
} from './index-file.ts';
import { offeredOf, type IndexEntry, MAX_OFFERED, MAX_INDEXED, type VaultIndex, withOffered } from './vault-index.ts';
import { viewEntry } from './views.ts';

/** Nothing said. */
export const NO_MARKS: Marks = { handled: false, ownTitle: null, folder: null, note: null };

/** How far the city may count above what was seen: a number near the end of all would forbid writing for ever. */
export const MAX_STEP = 1_000_000;

/** Whose index this is, and with what it is opened and made. */
export interface BookOwner extends IndexOwner {
  readonly root: TrustRoot;
  readonly identities: readonly Identity[];
  readonly recipient: Recipient;
}

/** An index that is on its way. */
interface Coming {
  readonly owner: BookOwner;
  readonly pinned: SignedIndex;
  readonly reader: IndexReader;
  /** What refused it; what came before counts all the same. */
  refusal: string | null;
  /** Its sealed bytes, to be kept once it is whole. */
  readonly sealed: Uint8Array[];
}

function pinName(vaultId: string): string {
  return `index/${vaultId}`;
}

function readPin(kept: Uint8Array | null): SignedIndex {
  if (kept?.length !== 40) return { number: 0, hash: '' };
  return { number: Number(new DataView(kept.buffer, kept.byteOffset).getBigUint64(0)), hash: hex(kept.subarray(8)) };
}

function entryOf({ manifest, manifestHash, fileKey, key }: OpenedCard, marks: Marks): IndexEntry {
  return {
    document_id: manifest.document_id,
    manifest_hash: manifestHash,
    file_key: base64(fileKey),
    issuer_key: key.ed25519,
    issuer: manifest.issuer,
    type: manifest.type,
    title: manifest.title,
    language: manifest.language,
    issued_at: manifest.issued_at,
    due: manifest.due,
    reply_by: manifest.reply_by,
    amount: manifest.amount,
    instalments: manifest.instalments,
    payment_reference: manifest.payment_reference,
    action: manifest.action,
    supersedes: manifest.supersedes,
    sensitive: manifest.sensitive,
    size: manifest.plaintext.size,
    ...writeMarks(marks),
  };
}

function offerKey({ issuer, type }: Offer): string {
  return `${issuer}/${type}`;
}

function writeMarks({
  handled,
  ownTitle,
  folder,
  note,
}: Marks): Pick<IndexEntry, 'handled' | 'own_title' | 'folder' | 'note'> {
  return { handled, own_title: ownTitle, folder, note };
}

function marksOf({ handled, own_title: ownTitle, folder, note }: IndexEntry): Marks {
  return { handled, ownTitle, folder, note };
}

async function openedOrNull(file: Uint8Array, owner: BookOwner): Promise<HashedIndex | null> {
  try {
    return await openVaultIndex(file, owner.identities, owner);
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    return null;
  }
}

async function refusing<T>(coming: Coming, act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    coming.refusal = error.code;
    return null;
  }
}

function isOlder(signed: SignedIndex, pinned: SignedIndex): boolean {
  return signed.number < pinned.number || (signed.number === pinned.number && signed.hash !== pinned.hash);
}

/** What refused an index, or that it is older than this browser has seen. */
function problemOf({ refusal, pinned, reader: { signed } }: Coming): string | null {
  if (refusal !== null || signed === null) return refusal;
  return isOlder(signed, pinned) ? 'index-rollback' : null;
}

/** One vault's index, from opening the vault to locking it. */
export class IndexBook {
  private readonly pins: PinStore;
  private readonly copies: Copies;
  /** The copy that was named to the city, until it says whether it is what it has. */
  private copy: Uint8Array | null = null;
  private readonly entries = new Map<string, IndexEntry>();
  /** The holder's marks that are not written yet; they win over what another device wrote. */
  private readonly marked = new Map<string, Marks>();
  private readonly removed = new Set<string>();
  /** What the holder was offered, by issuer and type; those of this visit that are not written yet. */
  private offered: ReadonlyMap<string, Offer> = new Map();
  private readonly offering = new Map<string, Offer>();
  private previous: string | null = null;
  private highest = 0;
  private refused = false;
  private coming: Coming | null = null;
  private sent: {
    readonly index: VaultIndex;
    readonly hash: string;
    readonly file: Uint8Array;
    readonly marked: ReadonlyMap<string, Marks>;
    readonly removed: ReadonlySet<string>;
  } | null = null;

  /** `pins` keep the newest that was seen, `copies` its sealed bytes. */
  constructor(pins: PinStore, copies: Copies) {
    this.pins = pins;
    this.copies = copies;
  }

  /**
   * Takes the index that the city gave (null: none). One that is refused is not used and named; an older one than this browser
   * has seen is used, and named.
   */
  async open(file: Uint8Array | null, owner: BookOwner): Promise<OpenedIndex> {
    await this.begin(owner);
    if (file === null) {
      const { pinned } = this.theComing();
      this.coming = null;
      return this.show(owner, this.entries.values(), pinned.number > 0 ? 'index-rollback' : null);
    }
    await this.part(file);
    const { problem } = await this.end();
    return this.show(owner, this.entries.values(), problem);
  }

  /** The hash of the sealed copy that this browser keeps of a vault's index, made from its bytes; null without one. */
  async kept(vaultId: string): Promise<string | null> {
    this.copy = await this.copies.load(vaultId);
    return this.copy === null ? null : hex(sha256(this.copy));
  }

  /**
   * Takes the copy that `kept` named, by all the checks of one that the city gives. Null: it is not this vault's, not whole, or
   * older than what was seen here; nothing of it counts, and it is forgotten.
   */
  async openKept(owner: BookOwner): Promise<OpenedIndex | null> {
    const file = this.copy;
    this.copy = null;
    const pinned = readPin(await this.pins.load(pinName(owner.vaultId)));
    const whole = file === null ? null : await openedOrNull(file, owner);
    if (whole === null || isOlder({ number: whole.index.number, hash: whole.hash }, pinned)) {
      await this.copies.forget();
      return null;
    }
    this.take(whole);
    await this.pin(owner.vaultId, { number: whole.index.number, hash: whole.hash });
    return this.show(owner, this.entries.values(), null);
  }

  /** An index is on its way: its bytes come by `part`, until `end`. One that did not come to its end is forgotten. */
  async begin(owner: BookOwner): Promise<void> {
    const pinned = readPin(await this.pins.load(pinName(owner.vaultId)));
    this.highest = Math.max(this.highest, pinned.number);
    this.coming = { owner, pinned, reader: new IndexReader(owner.identities, owner), refusal: null, sealed: [] };
  }

  /** Takes the next bytes; gives the documents that are now known. After a refusal, nothing more. */
  async part(bytes: Uint8Array): Promise<OpenedIndex> {
    const coming = this.theComing();
    if (coming.refusal === null) coming.sealed.push(bytes);
    const fresh = coming.refusal === null ? await refusing(coming, () => coming.reader.push(bytes)) : null;
    return this.show(coming.owner, fresh ?? [], problemOf(coming));
  }

  /** No more bytes come: gives what was not given yet. */
  async end(): Promise<OpenedIndex> {
    const coming = this.theComing();
    const { owner, reader } = coming;
    const given = new Set(reader.documents.map(({ document_id: id }) => id));
    const whole = coming.refusal === null ? await refusing(coming, () => reader.finish()) : null;
    this.coming = null;
    const problem = problemOf(coming);
    if (whole === null) {
      // Whatever it is, it is not ours, or not whole: written anew from what came of it and what is opened one by one.
      this.refused = true;
      for (const one of reader.documents) this.entries.set(one.document_id, one);
      return this.show(owner, [], problem);
    }
    this.take(whole);
    if (problem === null) {
      await this.pin(owner.vaultId, { number: whole.index.number, hash: whole.hash });
      await this.copies.keep(owner.vaultId, ...coming.sealed);
    }
    const rest = [...this.entries.values()].filter(({ document_id: id }) => !given.has(id));
    return this.show(owner, rest, problem);
  }

  /** Opens a card with the key that the index has, if it has one that fits, else from its header; raises as `openCard`. */
  async openCard(
    sealed: SealedCard,
    identities: readonly Identity[],
    root: TrustRoot,
    addressee: Addressee,
  ): Promise<OpenedCard> {
    const entry = this.entries.get(sealed.documentId ?? '');
    if (entry !== undefined) {
      try {
        const card = await openCardWith(fromBase64(entry.file_key), sealed, root, addressee);
        if (card.manifestHash === entry.manifest_hash) return card;
      } catch (error) {
        // The header decides what it is, and the entry is written anew.
        if (!(error instanceof VouteError)) throw error;
      }
    }
    return openCard(sealed, identities, root, addressee);
  }

  /** What the holder says about a document. */
  marks(documentId: string): Marks {
    const entry = this.entries.get(documentId);
    return this.marked.get(documentId) ?? (entry === undefined ? NO_MARKS : marksOf(entry));
  }

  /** Notes what the holder says about a document; counts for good once written. */
  mark(documentId: string, marks: Marks): void {
    this.marked.set(documentId, marks);
  }

  /** The holder was offered this, and is not again; counts for good once written. */
  noteOffer(offer: Offer): void {
    this.offering.set(offerKey(offer), offer);
  }

  /** A document was deleted: its entry goes at the next writing. */
  forget(documentId: string): void {
    this.removed.add(documentId);
    this.marked.delete(documentId);
  }

  /**
   * Joins what was opened in this visit and says whether anything is to be written; `null` when the city's index says it all.
   * `after` is the number of what the city has (0: nothing).
   */
  async write(
    after: number,
    cards: Iterable<OpenedCard>,
    owner: BookOwner,
    rootSeed: Uint8Array,
    now: string,
  ): Promise<WrittenIndex | null> {
    let changed = this.refused;
    const next = new Map(this.entries);
    for (const card of cards) {
      const id = card.manifest.document_id;
      const before = next.get(id);
      if (before?.manifest_hash === card.manifestHash && before.issuer_key === card.key.ed25519) continue;
      if (before === undefined && next.size >= MAX_INDEXED) continue;
      next.set(id, entryOf(card, before === undefined ? NO_MARKS : marksOf(before)));
      changed = true;
    }
    for (const [id, marks] of this.marked) {
      const before = next.get(id);
      if (before === undefined) continue;
      next.set(id, { ...before, ...writeMarks(marks) });
      changed = true;
    }
    for (const id of this.removed) changed = next.delete(id) || changed;
    const offered = new Map(this.offered);
    for (const [key, offer] of this.offering) {
      if (offered.has(key) || offered.size >= MAX_OFFERED) continue;
      offered.set(key, offer);
      changed = true;
    }
    if (!changed) return null;
    if (after > this.highest + MAX_STEP)
      throw new VerificationError('index: the city counts higher than anybody wrote');
    const number = Math.max(after, this.highest) + 1;
    const index: VaultIndex = {
      ...withOffered([...offered.values()]),
      city: owner.city,
      vault_id: owner.vaultId,
      number,
      previous: this.previous,
      written_at: now,
      documents: [...next.values()].sort((a, b) => compareCodePoints(a.document_id, b.document_id)),
    };
    const { file, hash } = await sealVaultIndex(index, rootSeed, owner.recipient);
    this.sent = { index, hash, file, marked: new Map(this.marked), removed: new Set(this.removed) };
    return { after, number, file: new Uint8Array(file) };
  }

  /** The city took what was written last. */
  async written(): Promise<void> {
    if (this.sent === null) return;
    const { index, hash, file, marked, removed } = this.sent;
    // What was said since stays to be written.
    for (const [id, marks] of marked) if (this.marked.get(id) === marks) this.marked.delete(id);
    for (const id of removed) this.removed.delete(id);
    for (const one of offeredOf(index)) this.offering.delete(offerKey(one));
    this.refused = false;
    this.sent = null;
    this.take({ index, hash });
    await this.pin(index.vault_id, { number: index.number, hash });
    await this.copies.keep(index.vault_id, file);
  }

  private take({ index, hash }: HashedIndex): void {
    this.entries.clear();
    // What was deleted here stays among them, unseen, until an index without it is written.
    for (const one of index.documents) this.entries.set(one.document_id, one);
    this.offered = new Map(offeredOf(index).map((one) => [offerKey(one), one]));
    this.previous = hash;
    this.highest = Math.max(this.highest, index.number);
  }

  private async pin(vaultId: string, { number, hash }: SignedIndex): Promise<void> {
    await this.pins.save(pinName(vaultId), concat(u64(number), fromHex(hash)));
  }

  private theComing(): Coming {
    if (this.coming === null) throw new StateError('no index is on its way');
    return this.coming;
  }

  private show({ root }: BookOwner, entries: Iterable<IndexEntry>, problem: string | null): OpenedIndex {
    const documents: IndexedDocument[] = [];
    for (const entry of entries) {
      const id = entry.document_id;
      const manifest = viewEntry(entry, root);
      if (manifest === null || this.removed.has(id)) continue;
      documents.push({ documentId: id, manifest, marks: this.marked.get(id) ?? marksOf(entry) });
    }
    const offered = [...new Map([...this.offered, ...this.offering]).values()];
    return { documents, offered, problem };
  }
}
