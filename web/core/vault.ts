/**
 * The key holder: what the worker runs behind `rpc.ts`. It holds every secret of an open vault and gives out none, but for
 * the bytes of a document that was asked for and the text of a kit at the moment it is made.
 */

import { readDeletion } from './act-receipt.ts';
import { type Actor, signVaultAct } from './acts.ts';
import { type Identity, parseRecipient, wipeIdentity } from './age/hybrid.ts';
import { base64, fromBase64, fromHex, fromUtf8, hex, wipe } from './bytes.ts';
import { Cards, requireIndex, sealedCard } from './cards.ts';
import { consentSubject, type Decision, readChoices, type SealedChoice } from './consent.ts';
import {
  credentialsToKeep,
  deriveMethod,
  type DerivedMethod,
  keyringEntry,
  methodRows,
  wipeUnlock,
} from './derived-method.ts';
import { Claiming } from './claiming.ts';
import { openBody, type OpenedCard } from './document.ts';
import { StateError, VerificationError, VouteError } from './errors.ts';
import type { BookOwner } from './index-book.ts';
import { keyringIdentities, openKeyring } from './keyring.ts';
import { ListHolder } from './list-holder.ts';
import { type PinStore, vaultPin } from './pin-store.ts';
import { digestDocument, makeReceipt, verifyReceipt } from './receipt.ts';
import { chainHead, chainVaultId, newestRecord, verifyChain } from './record.ts';
import type {
  CardResult,
  ChoiceView,
  CheckedManifest,
  CityInfo,
  ClaimParts,
  CodeLookup,
  KeyringChange,
  KitSignature,
  Marks,
  MethodInfo,
  MethodRow,
  NewKit,
  Offer,
  OwnBytes,
  PasskeyPlace,
  ReceiptReply,
  SealedRow,
  Unlock,
  VaultApi,
  VaultHead,
  Verdict,
  WrittenIndex,
} from './rpc.ts';
import { instantOf } from './schema.ts';
import { RootKeeper } from './root-keeper.ts';
import type { TrustRoot } from './trust.ts';
import { encodeKit, newKit, parseKit, signWithKit } from './unlock.ts';
import * as change from './vault-change.ts';
import { viewCard, viewChoices, viewCity, viewMethods, viewVerdict } from './views.ts';
import { disownActs, openAgain, present, settle } from './ways.ts';

/** What the holder needs of its surroundings: the page's origin, the time in Unix seconds, where what was seen is kept. */
export interface Surroundings {
  readonly origin: string;
  readonly now: () => number;
  readonly pins: PinStore;
  /** Where sealed copies are kept. */
  readonly copies: PinStore;
}

/** The key holder; `worker.ts` says what each call promises. */
export class KeyHolder extends ListHolder implements VaultApi {
  private readonly surroundings: Surroundings;
  private readonly roots: RootKeeper;
  private readonly claiming = new Claiming();
  private vault: change.OpenVault | null = null;
  private pending: change.VaultChange | null = null;
  private identities: readonly Identity[] = [];
  private readonly cards = new Cards((row) => this.openRow(row));

  constructor(surroundings: Surroundings) {
    super(surroundings.pins, surroundings.copies);
    this.surroundings = surroundings;
    this.roots = new RootKeeper(this.pins);
  }

  async trustRoot(envelope: OwnBytes, pinned: number): Promise<CityInfo> {
    return viewCity(await this.roots.accept(envelope, pinned));
  }

  readCode(code: string): Promise<CodeLookup> {
    return settle(() => this.claiming.read(code));
  }

  async openLetter(rows: readonly SealedRow[]): Promise<readonly CheckedManifest[]> {
    return this.claiming.open(rows, this.theRoot());
  }

  async beginVault(v: number): Promise<string> {
    return this.claiming.begin(this.theRoot().payload.city, v);
  }

  async finishClaim(unlock: Unlock, name: string): Promise<ClaimParts> {
    try {
      const root = this.theRoot();
      const method = this.derive(unlock, chainVaultId(this.claiming.chain));
      const by = { city: root.payload.city, time: this.instant(), root };
      const { made, parts } = await this.claiming.finish(method, name, by);
      this.pending = made;
      return parts;
    } finally {
      wipeUnlock(unlock);
    }
  }

  async signWithKit(text: string, challenge: string): Promise<KitSignature> {
    const kit = parseKit(text);
    this.roots.requireCity(kit.city);
    const signature = await signWithKit(kit, this.surroundings.origin, fromBase64(challenge));
    return { vault_id: kit.vaultId, method_id: kit.methodId, signature: base64(signature) };
  }

  async openVault(
    vaultId: string,
    records: readonly string[],
    keyring: string,
    unlock: Unlock,
    pinnedHead: string | null = null,
  ): Promise<VaultHead> {
    try {
      const chain = await verifyChain(records.map(fromBase64));
      const kept = await this.pins.load(vaultPin(vaultId));
      for (const seen of [pinnedHead, kept === null ? null : hex(kept)]) {
        if (seen !== null && !chain.hashes.includes(seen)) {
          throw new VerificationError('the chain does not hold the head that was seen before', 'record-chain');
        }
      }
      const method = this.derive(unlock, vaultId);
      const opened = openKeyring(fromBase64(keyring), chain, { vaultId, ...method });
      wipeIdentity(method.identity);
      this.roots.requireCity(opened.data.city);
      this.roots.requireNumber(opened.data.trust_root_version);
      await this.enter({ chain, keyring: opened });
      return { number: newestRecord(chain).number, head: chainHead(chain) };
    } finally {
      wipeUnlock(unlock);
    }
  }

  async openCards(rows: readonly SealedRow[]): Promise<readonly CardResult[]> {
    const results: CardResult[] = [];
    for (const row of rows) {
      try {
        results.push({ documentId: row.documentId, manifest: viewCard(await this.cards.get(row)) });
      } catch (error) {
        if (!(error instanceof VouteError) || error.code === 'locked') throw error;
        results.push({ documentId: row.documentId, refused: error.code });
      }
    }
    return results;
  }

  async openProvenCard(row: SealedRow, reply: ReceiptReply): Promise<CardResult> {
    const card = await this.cards.prove(row, reply, this.theRoot());
    return { documentId: row.documentId, manifest: viewCard(card) };
  }

  async openBody(row: SealedRow, body: OwnBytes): Promise<OwnBytes> {
    return new Uint8Array(openBody(await this.cards.get(row), body));
  }

  signOpened(row: SealedRow): Promise<string> {
    return this.signAbout('opened', row);
  }

  signDeleted(row: SealedRow): Promise<string> {
    return this.signAbout('delete', row);
  }

  async deletion(act: string, reply: ReceiptReply): Promise<{ index: number; file: string }> {
    return readDeletion(act, reply, this.theVault().chain, this.theRoot());
  }

  mark(documentId: string, marks: Marks): Promise<void> {
    return settle(() => {
      this.theVault();
      this.book.mark(documentId, marks);
    });
  }

  forget(documentId: string): Promise<void> {
    return settle(() => {
      this.theVault();
      this.cards.forget(documentId);
      this.book.forget(documentId);
    });
  }

  noteOffer({ issuer, type }: Offer): Promise<void> {
    return settle(() => {
      this.theVault();
      this.book.noteOffer({ issuer, type });
    });
  }

  async writeIndex(after: number): Promise<WrittenIndex | null> {
    const owner = this.bookOwner();
    const rootSeed = change.rootSeedOf(this.theVault());
    try {
      return await this.book.write(after, this.cards.all(), owner, rootSeed, this.instant());
    } finally {
      wipe(rootSeed);
    }
  }

  async choices(given: readonly SealedChoice[]): Promise<readonly ChoiceView[]> {
    const [{ chain, keyring }, root] = [this.theVault(), this.theRoot()];
    return viewChoices(root, keyring.data.claims, await readChoices(given, chain, root));
  }

  async signConsent(decision: Decision): Promise<string> {
    return this.sign({ type: 'consent', subject: consentSubject(decision) });
  }

  async receipt(row: SealedRow, reply: ReceiptReply, body: OwnBytes): Promise<{ file: string; verdict: Verdict }> {
    const root = this.theRoot();
    const card = await this.cards.get(row);
    const file = makeReceipt(root.payload.city, reply, card.envelope.bytes);
    const verdict = await verifyReceipt(digestDocument(body), file, root);
    requireIndex(verdict.logIndex, reply);
    return { file: fromUtf8(file), verdict: viewVerdict(verdict, root) };
  }

  methods(): Promise<readonly MethodInfo[]> {
    return settle(() => viewMethods(this.theVault().keyring));
  }

  makeKit(): Promise<NewKit> {
    return settle(() => {
      const { chain } = this.vault ?? this.claiming;
      const kit = newKit(this.theRoot().payload.city, chainVaultId(chain), this.instant());
      return { methodId: kit.methodId, text: encodeKit(kit), createdAt: kit.createdAt };
    });
  }

  passkeyPlace(known: readonly MethodRow[]): Promise<PasskeyPlace> {
    return settle(() => {
      const { chain, keyring } = this.theVault();
      return { vaultId: chainVaultId(chain), keep: credentialsToKeep(keyring.data.methods, known) };
    });
  }

  async addMethod(unlock: Unlock, name: string, known: readonly MethodRow[]): Promise<KeyringChange> {
    try {
      const vault = this.theVault();
      const method = this.derive(unlock, chainVaultId(vault.chain));
      const entry = keyringEntry(method, name, this.instant());
      wipeIdentity(method.identity);
      const made = await change.addUnlockMethod(vault, entry, this.theRoot().payload.number);
      return this.propose(made, [...known, method.row]);
    } finally {
      wipeUnlock(unlock);
    }
  }

  async removeMethod(methodId: string, known: readonly MethodRow[]): Promise<KeyringChange> {
    const made = await change.removeUnlockMethod(this.theVault(), methodId, this.theRoot().payload.number);
    return this.propose(made, known);
  }

  async accepted(): Promise<void> {
    if (this.pending === null) throw new StateError('nothing waits to be accepted');
    await this.enter(this.pending);
  }

  async proveWay(records: readonly string[], keyring: string, unlock: Unlock): Promise<string> {
    try {
      const { chain } = this.theVault();
      return await openAgain(chain, records, keyring, this.derive(unlock, chainVaultId(chain)));
    } finally {
      wipeUnlock(unlock);
    }
  }

  async disown(row: SealedRow): Promise<readonly string[]> {
    const vault = this.theVault();
    return disownActs(vault, (await this.cards.get(row)).manifest, this.actor(chainVaultId(vault.chain)));
  }

  lock(): Promise<void> {
    return settle(() => {
      this.claiming.forget();
      this.cards.wipe();
      this.identities.forEach(wipeIdentity);
      this.identities = [];
      this.vault = this.pending = null;
      this.closeBook();
    });
  }

  private readonly instant = (): string => instantOf(this.surroundings.now());
  private readonly theRoot = (): TrustRoot => this.roots.get();
  private readonly theVault = (): change.OpenVault => present(this.vault, 'the vault is locked', 'locked');

  private derive(unlock: Unlock, vaultId: string): DerivedMethod {
    return deriveMethod(unlock, vaultId, this.theRoot().payload.city);
  }

  /** Puts a vault into use; what belonged to a claim is forgotten. */
  private async enter({ chain, keyring }: change.OpenVault): Promise<void> {
    this.identities.forEach(wipeIdentity);
    this.identities = keyringIdentities(keyring);
    this.vault = { chain, keyring };
    this.pending = null;
    this.claiming.forget();
    await this.pins.save(vaultPin(chainVaultId(chain)), fromHex(chainHead(chain)));
  }

  private propose(made: change.VaultChange, known: readonly MethodRow[]): KeyringChange {
    const methods = methodRows(made.keyring.data.methods, known);
    this.pending = made;
    return { record: base64(made.record.bytes), keyring: base64(made.keyringFile), methods };
  }

  private actor(vaultId: string): Actor {
    return { city: this.theRoot().payload.city, vaultId, time: this.instant() };
  }

  private async sign(about: Parameters<typeof signVaultAct>[2]): Promise<string> {
    const vault = this.theVault();
    const rootSeed = change.rootSeedOf(vault);
    try {
      return await signVaultAct(this.actor(chainVaultId(vault.chain)), rootSeed, about);
    } finally {
      wipe(rootSeed);
    }
  }

  private async signAbout(type: 'opened' | 'delete', row: SealedRow): Promise<string> {
    const { manifest, manifestHash } = await this.cards.get(row);
    return this.sign({ type, subject: { document_id: manifest.document_id, manifest_hash: manifestHash } });
  }

  private openRow(row: SealedRow): Promise<OpenedCard> {
    const { chain, keyring } = this.theVault();
    const addressee = { vaultId: chainVaultId(chain), claims: keyring.data.claims, code: null };
    return this.book.openCard(sealedCard(row), this.identities, this.theRoot(), addressee);
  }

  protected bookOwner(): BookOwner {
    const { chain } = this.theVault();
    const newest = newestRecord(chain);
    return {
      root: this.theRoot(),
      identities: this.identities,
      recipient: parseRecipient(newest.reading.recipient),
      rootKey: fromHex(newest.root_key),
      city: newest.city,
      vaultId: chainVaultId(chain),
    };
  }
}
