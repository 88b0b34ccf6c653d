/**
 * The narrow door to the key holder: everything the pages ask of the worker that keeps the vault's secrets.
 *
 * The pages are written against this face; `keys-worker.ts` puts it on the RPC of `core/worker.ts`. Nothing that comes back
 * through it is a secret, but for two: the bytes of a document that the holder asked to see, and the text of a recovery kit at
 * the moment it is made. Every promise rejects with a `PageError` whose `code` is a code of `docs/spec`.
 */

import type { Names, Verdict } from '../ui/verdict.ts';

export type { Names, Verdict };

/** Integer cents in one currency. */
export interface Money {
  readonly cents: number;
  readonly currency: string;
}

/** What the pages show of the trust root once its signatures hold. */
export interface CityInfo {
  readonly city: string;
  readonly names: Names;
  readonly rpId: string;
  readonly number: number;
  readonly fingerprint: string;
}

/** A manifest whose signature, recipient and place in the vault have been checked, with the issuer's names beside it. */
export interface CheckedManifest {
  readonly documentId: string;
  readonly manifestHash: string;
  readonly issuer: string;
  readonly issuerNames: Names;
  readonly type: string;
  readonly typeNames: Names;
  readonly title: string;
  readonly language: 'fr' | 'en';
  readonly issuedAt: string;
  readonly due: string | null;
  readonly replyBy: string | null;
  readonly amount: Money | null;
  readonly paymentReference: string | null;
  readonly supersedes: string | null;
  readonly sensitive: boolean;
  readonly plaintextSize: number;
  readonly plaintextSha256: string;
}

/** One row of a list after opening its card: either the checked manifest, or the code of what refused it. */
export type OpenedCard =
  | { readonly documentId: string; readonly manifest: CheckedManifest }
  | { readonly documentId: string; readonly refused: string };

/** A sealed row as the server gives it: base64 header and card. */
export interface SealedRow {
  readonly documentId: string;
  readonly header: string;
  readonly card: string;
}

/** What the code on a letter gives: the only two values of it that the server ever sees. */
export interface CodeLookup {
  readonly lookupId: string;
  readonly token: string;
}

/** What opens a keyring: a passkey's PRF output (32 bytes, transferred and zeroed) or the text of a kit. */
export type Unlock =
  | { readonly kind: 'passkey'; readonly credentialId: Uint8Array<ArrayBuffer>; readonly prf: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'kit'; readonly text: string };

/** A method as the server keeps it. */
export interface MethodRow {
  readonly id: string;
  readonly kind: 'passkey' | 'kit';
  readonly credential_id: string | null;
  readonly sign_in_key: string | null;
}

/** A method as the holder sees it. */
export interface MethodInfo {
  readonly id: string;
  readonly kind: 'passkey' | 'kit';
  readonly name: string;
  readonly createdAt: string;
}

/** The parts of a claim that only the key holder can make (`docs/spec/api.md`, `POST /api/claims`). */
export interface ClaimParts {
  readonly lookup_id: string;
  readonly token: string;
  readonly genesis: string;
  readonly record: string;
  readonly keyring: string;
  readonly bind: string;
  readonly act: string;
  readonly methods: readonly MethodRow[];
  readonly headers: readonly { readonly document_id: string; readonly header: string }[];
}

/** The new keyring and the record that commits to it (`PUT /api/vault/keyring`). */
export interface KeyringChange {
  readonly record: string;
  readonly keyring: string;
  readonly methods: readonly MethodRow[];
}

/** A kit that was just made and is not yet a way in: it becomes one when its `change` has been accepted. */
export interface NewKit {
  readonly methodId: string;
  readonly text: string;
  readonly createdAt: string;
}

/** The receipt as the server gives it. */
export interface ReceiptReply {
  readonly event: string;
  readonly salt: string;
  readonly chain: string;
  readonly index: number;
  readonly proof: string;
}

/** What the pages ask of the key holder. */
export interface Keys {
  /** Checks the trust root and keeps it; `pinned` is the highest number that this browser has seen. */
  trustRoot(envelope: Uint8Array<ArrayBuffer>, pinned: number): Promise<CityInfo>;
  /** Reads a typed or scanned code; rejects with `code-symbol` (fact `position`, from 1), `code-length` or `code-check`. */
  readCode(code: string): Promise<CodeLookup>;
  /** Opens the cards that wait behind the code last read, all or nothing. */
  openLetter(rows: readonly SealedRow[]): Promise<readonly CheckedManifest[]>;
  /** Makes root key, reading secret and genesis for vault number `v`; yields the vault id (hex). */
  beginVault(v: number): Promise<string>;
  /** Adds the first unlock method and makes everything the claim needs. */
  finishClaim(unlock: Unlock, name: string): Promise<ClaimParts>;
  /** Challenge (base64) signed with the kit's sign-in key. */
  signWithKit(
    text: string,
    challenge: string,
  ): Promise<{ readonly vault_id: string; readonly method_id: string; readonly signature: string }>;
  /** Opens the keyring after the nine checks of `docs/spec/vault.md`. */
  openVault(vaultId: string, records: readonly string[], keyring: string, unlock: Unlock): Promise<void>;
  /** Opens cards one by one; a refused one is named, never dropped. */
  openCards(rows: readonly SealedRow[]): Promise<readonly OpenedCard[]>;
  /** Opens a body and gives its bytes, whole and checked. */
  openBody(row: SealedRow, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Signs the act `opened` of a document (base64 envelope). */
  signOpened(row: SealedRow): Promise<string>;
  /** Makes the self-contained receipt file and its verdict. */
  receipt(
    row: SealedRow,
    reply: ReceiptReply,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<{ readonly file: string; readonly verdict: Verdict }>;
  /** Ways in as the keyring lists them. */
  methods(): Promise<readonly MethodInfo[]>;
  /** Draws a recovery kit. */
  makeKit(): Promise<NewKit>;
  /** Adds the kit that was drawn, or a passkey, to the keyring. */
  addMethod(unlock: Unlock, name: string): Promise<KeyringChange>;
  /** The server took the last change. */
  accepted(): Promise<void>;
  /** Forgets every secret. */
  lock(): Promise<void>;
}
