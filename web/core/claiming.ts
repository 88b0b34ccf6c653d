/** A letter that is being opened, and the vault that begins with it: from reading the code to the city's taking of the claim. */

import type { Actor } from './acts.ts';
import { wipeIdentity } from './age/hybrid.ts';
import { base64, wipe } from './bytes.ts';
import { sealedCard } from './cards.ts';
import { claimParts } from './claim-parts.ts';
import { type DerivedMethod, keyringEntry } from './derived-method.ts';
import { Letter } from './letter.ts';
import { chainVaultId, type VaultChain } from './record.ts';
import type { CheckedManifest, ClaimParts, CodeLookup, SealedRow } from './rpc.ts';
import type { TrustRoot } from './trust.ts';
import { draftVault, type DraftVault, firstKeyring, type VaultChange } from './vault-change.ts';
import { viewCard } from './views.ts';
import { present } from './ways.ts';

/** One claim; what it holds is wiped by `forget`. */
export class Claiming {
  private letter: Letter | null = null;
  private draft: DraftVault | null = null;

  /** Reads a code; raises as `Letter`, and the letter before stays then. */
  read(code: string): CodeLookup {
    const letter = new Letter(code);
    this.forgetLetter();
    this.letter = letter;
    return { lookupId: letter.lookupId, token: base64(letter.keys.token) };
  }

  /** Opens what waits behind the code, all or nothing. */
  async open(rows: readonly SealedRow[], root: TrustRoot): Promise<readonly CheckedManifest[]> {
    const cards = await this.theLetter().open(rows.map(sealedCard), root);
    return cards.map(viewCard);
  }

  /** Draws the keys of a vault; again draws others. */
  async begin(city: string, v: number): Promise<string> {
    this.forgetDraft();
    this.draft = await draftVault(city, v);
    return chainVaultId(this.draft.chain);
  }

  /** The chain of the vault that was begun. */
  get chain(): VaultChain {
    return this.theDraft().chain;
  }

  /** What the city takes, and the vault as it is once the city has taken it. */
  async finish(
    method: DerivedMethod,
    name: string,
    { city, time, root }: Omit<Actor, 'vaultId'> & { readonly root: TrustRoot },
  ): Promise<{ readonly made: VaultChange; readonly parts: ClaimParts }> {
    const [letter, draft] = [this.theLetter(), this.theDraft()];
    const entry = keyringEntry(method, name, time);
    const made = await firstKeyring(draft, [entry], letter.claim(), root.payload.number);
    const actor = { city, vaultId: chainVaultId(draft.chain), time };
    return { made, parts: await claimParts(actor, letter, draft, made, method) };
  }

  /** Wipes code and keys. */
  forget(): void {
    this.forgetLetter();
    this.forgetDraft();
  }

  private readonly theLetter = (): Letter => present(this.letter, 'no code has been read');

  private readonly theDraft = (): DraftVault => present(this.draft, 'no vault has been begun');

  private forgetLetter(): void {
    this.letter?.wipe();
    this.letter = null;
  }

  private forgetDraft(): void {
    wipe(this.draft?.rootSeed);
    if (this.draft !== null) wipeIdentity(this.draft.reading);
    this.draft = null;
  }
}
