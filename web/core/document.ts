/**
 * Opening a document: card first, then body, with every check before anything is shown (docs/spec/document.md, "Opening").
 */

import type { Identity } from './age/hybrid.ts';
import { openHeader, parseSealedHeader } from './age/sealed.ts';
import { openPayload, PayloadOpener, sealedSize } from './age/stream.ts';
import { concat, hex } from './bytes.ts';
import type { ClaimPlace } from './claim.ts';
import { type Hasher, hasher } from './derive.ts';
import { FormatError, LimitError, VerificationError } from './errors.ts';
import { type Manifest, MAX_CARD } from './manifest.ts';
import { readSignedManifest, type SignedManifest, verifySignedManifest } from './signed-manifest.ts';
import type { TrustRoot } from './trust.ts';

/** A claim that a keyring knows: a manifest must agree with all of it. */
export interface KnownClaim extends ClaimPlace {
  readonly lookup_id: string;
}

/** For whom documents may be: a vault with its claims, or whoever has a code in hand (its lookup id), or both. */
export interface Addressee {
  readonly vaultId: string | null;
  readonly claims: readonly KnownClaim[];
  readonly code: string | null;
}

/** A card whose checks all held; `fileKey` is a secret. */
export interface OpenedCard extends SignedManifest {
  readonly fileKey: Uint8Array;
}

function isAddressed({ recipient, issuer, party }: Manifest, addressee: Addressee): boolean {
  if (recipient.kind === 'vault') return recipient.vault_id === addressee.vaultId;
  const held = addressee.claims.some(
    (claim) =>
      claim.lookup_id === recipient.lookup_id &&
      claim.slot === recipient.slot &&
      claim.code_epoch === recipient.code_epoch &&
      claim.issuer === issuer &&
      claim.party === party,
  );
  return held || recipient.lookup_id === addressee.code;
}

/** A document's header and card as a server hands them over. */
export interface SealedCard {
  /** The document that was asked for; null when it comes from nowhere in particular. */
  readonly documentId: string | null;
  readonly header: Uint8Array;
  readonly card: Uint8Array;
}

/**
 * Opens and checks a card, steps 1 to 5.
 *
 * Raises `format`, `limit`, `verification`, `not-for-this-key`, `wrong-statement`, `unknown-issuer`, `unknown-key`,
 * `bad-signature`, `wrong-city`, `wrong-document` or `wrong-vault`.
 */
export async function openCard(
  sealed: SealedCard,
  identities: readonly Identity[],
  root: TrustRoot,
  addressee: Addressee,
): Promise<OpenedCard> {
  const header = parseSealedHeader(sealed.header);
  const { fileKey } = openHeader(header, identities);
  return openCardWith(fileKey, sealed, root, addressee);
}

/** Opens and checks a card whose file key is known from elsewhere (the vault's index), steps 2 to 5; raises as `openCard`. */
export async function openCardWith(
  fileKey: Uint8Array,
  sealed: SealedCard,
  root: TrustRoot,
  addressee: Addressee,
): Promise<OpenedCard> {
  if (sealed.card.length > sealedSize(MAX_CARD)) throw new LimitError('card too long', { limit: MAX_CARD });
  const parsed = readSignedManifest(openPayload(fileKey, sealed.card));
  const signed = await verifySignedManifest(parsed, root);
  const { manifest } = signed;
  if (manifest.city !== root.payload.city) throw new VerificationError('another city', 'wrong-city');
  if (sealed.documentId !== null && manifest.document_id !== sealed.documentId) {
    throw new VerificationError('another document', 'wrong-document');
  }
  if (!isAddressed(manifest, addressee)) throw new VerificationError('for another vault', 'wrong-vault');
  return { ...signed, fileKey };
}

function mismatch(): VerificationError {
  return new VerificationError('body is not the one of the manifest', 'body-mismatch');
}

/**
 * Opens a body as its bytes arrive; the plaintext is given out whole, and only by `finish`, after size and hash held
 * (step 6). Whatever is wrong with the body is `body-mismatch`.
 */
export class BodyOpener {
  private readonly opener: PayloadOpener;
  private readonly hash: Hasher = hasher();
  private readonly chunks: Uint8Array[] = [];
  private readonly card: OpenedCard;
  private size = 0;

  constructor(card: OpenedCard) {
    this.card = card;
    this.opener = new PayloadOpener(card.fileKey, (chunk) => {
      this.take(chunk);
    });
  }

  private take(chunk: Uint8Array): void {
    this.size += chunk.length;
    if (this.size > this.card.manifest.plaintext.size) throw mismatch();
    this.hash.update(chunk);
    this.chunks.push(chunk);
  }

  private static guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (error instanceof VerificationError || error instanceof FormatError) throw mismatch();
      throw error;
    }
  }

  /** Takes the next sealed bytes. */
  push(bytes: Uint8Array): void {
    BodyOpener.guard(() => {
      this.opener.push(bytes);
    });
  }

  /** Says that no more bytes come; gives the document. */
  finish(): Uint8Array {
    BodyOpener.guard(() => {
      this.opener.finish();
    });
    const { sha256: expected, size } = this.card.manifest.plaintext;
    if (this.size !== size || hex(this.hash.digest()) !== expected) throw mismatch();
    return concat(...this.chunks);
  }
}

/** Opens a body that is there in full. */
export function openBody(card: OpenedCard, sealed: Uint8Array): Uint8Array {
  const opener = new BodyOpener(card);
  opener.push(sealed);
  return opener.finish();
}
