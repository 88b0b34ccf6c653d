/** The letter in hand: a claim code's keys and the documents that wait behind it (docs/spec/claim.md). */

import { encodeIdentity, type Recipient, wipeIdentity } from './age/hybrid.ts';
import { sealHeader } from './age/sealed.ts';
import { base64, hex, wipe } from './bytes.ts';
import { type ClaimKeys, type ClaimPlace, computeBind, deriveClaim } from './claim.ts';
import { readClaimCode } from './claim-code.ts';
import { openCard, type OpenedCard, type SealedCard } from './document.ts';
import { StateError, VerificationError } from './errors.ts';
import type { KeyringClaim } from './keyring.ts';
import type { ClaimParts } from './rpc.ts';
import type { TrustRoot } from './trust.ts';

/** A code that was read, and the cards that opened with it. */
export class Letter {
  readonly keys: ClaimKeys;
  private opened: readonly OpenedCard[] = [];

  /** Reads a typed or scanned code; raises `code-symbol`, `code-length` or `code-check`. */
  constructor(typed: string) {
    const code = readClaimCode(typed);
    this.keys = deriveClaim(code);
    wipe(code);
  }

  /** Lookup id in hex. */
  get lookupId(): string {
    return hex(this.keys.lookupId);
  }

  /** The headers of what waited, wrapped to a vault instead of the code. */
  rewrap(recipient: Recipient): ClaimParts['headers'] {
    return this.opened.map(({ manifest, fileKey }) => ({
      document_id: manifest.document_id,
      header: base64(sealHeader(fileKey, [recipient])),
    }));
  }

  /** Opens and checks all cards, or raises; `claim-disagree` if they name different takers. */
  async open(sealed: readonly SealedCard[], root: TrustRoot): Promise<readonly OpenedCard[]> {
    const addressee = { vaultId: null, claims: [], code: this.lookupId };
    const cards: OpenedCard[] = [];
    for (const one of sealed) cards.push(await openCard(one, [this.keys.identity], root, addressee));
    placeOf(cards);
    this.opened = cards;
    return cards;
  }

  /** The claim as the keyring keeps it, with its identity for late arrivals. */
  claim(): { readonly claim: KeyringClaim; readonly secret: string } {
    const claim = { ...placeOf(this.opened), lookup_id: this.lookupId };
    return { claim, secret: encodeIdentity(this.keys.identity.seed) };
  }

  /** The binding of a vault to this code, in hex. */
  bind(city: string, vaultId: Uint8Array): string {
    return hex(computeBind(this.keys.bindingKey, city, placeOf(this.opened), this.keys.lookupId, vaultId));
  }

  /** Overwrites the code's secrets. */
  wipe(): void {
    wipe(this.keys.bindingKey, this.keys.token);
    wipeIdentity(this.keys.identity);
    for (const { fileKey } of this.opened) wipe(fileKey);
  }
}

/** What the code stands for, as all waiting documents agree; `claim-disagree` if they do not. */
function placeOf(cards: readonly OpenedCard[]): ClaimPlace {
  const places = cards.map(({ manifest: { issuer, party, recipient } }): ClaimPlace => {
    if (recipient.kind !== 'claim') throw new VerificationError('not for a code', 'wrong-vault');
    return { issuer, party, slot: recipient.slot, code_epoch: recipient.code_epoch };
  });
  const [first] = places;
  if (first === undefined) throw new StateError('nothing waits behind the code');
  const same = places.every(
    ({ issuer, party, slot, code_epoch: epoch }) =>
      issuer === first.issuer && party === first.party && slot === first.slot && epoch === first.code_epoch,
  );
  if (!same) throw new VerificationError('waiting documents name different takers', 'claim-disagree');
  return first;
}
