/**
 * The RPC between a page and the worker that keeps the vault's secrets: types, the page's side, the worker's side.
 *
 * This module holds no cryptography, so that it costs the first page nothing. The face itself is documented at the top of
 * `worker.ts`. One message a call, `{ id, method, args }`; one reply, `{ id, ok }` or `{ id, error: { code, detail, facts } }`.
 */

import type { Decision, SealedChoice } from './consent.ts';
import { type ErrorCode, type Facts, VouteError } from './errors.ts';
import type { ReceiptReply } from './receipt.ts';
import type { Money, Names } from './schema.ts';

export type { ReceiptReply } from './receipt.ts';

/** Bytes that can be transferred: the sender's copy is gone afterwards. */
export type OwnBytes = Uint8Array<ArrayBuffer>;

/** What pages show of the trust root once its signatures hold. */
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
  readonly instalments: readonly { readonly cents: number; readonly currency: string; readonly due: string }[];
  readonly paymentReference: string | null;
  readonly action: 'pay' | 'reply' | null;
  readonly supersedes: string | null;
  readonly sensitive: boolean;
  readonly plaintextSize: number;
}

/** What the holder says about a document, kept in the vault's index. */
export interface Marks {
  readonly handled: boolean;
  readonly ownTitle: string | null;
  readonly folder: string | null;
  readonly note: string | null;
}

/** A document that the vault's index knows, as a list shows it. */
export interface IndexedDocument {
  readonly documentId: string;
  readonly manifest: CheckedManifest;
  readonly marks: Marks;
}

/** That a document is there, as the city says it. */
export interface KnownPlace {
  readonly document_id: string;
  readonly position: number;
  readonly opened: boolean;
}

/** What the vault's index, or a part of it, holds; `problem` is the code of what refused it, or `index-rollback` for one that is older than seen. */
export interface OpenedIndex {
  readonly documents: readonly IndexedDocument[];
  /** What the holder was offered. */
  readonly offered: readonly Offer[];
  readonly problem: string | null;
}

/** A kind of document that the holder may be offered to have without paper, once. */
export interface Offer {
  readonly issuer: string;
  readonly type: string;
}

/** A new index for the city: `after` is the number of the one that it replaces (0: none). */
export interface WrittenIndex {
  readonly after: number;
  readonly number: number;
  readonly file: OwnBytes;
}

/** One row of a list after opening its card: either the checked manifest, or the code of what refused it. */
export type CardResult =
  | { readonly documentId: string; readonly manifest: CheckedManifest }
  | { readonly documentId: string; readonly refused: string };

/** A sealed row as the server gives it: base64 header and card. */
export interface SealedRow {
  readonly documentId: string;
  readonly header: string;
  readonly card: string;
}

/** What the code on a letter gives: lookup id (hex) and token (base64), the only values of it that the server sees. */
export interface CodeLookup {
  readonly lookupId: string;
  readonly token: string;
}

/** What opens a keyring: a passkey's PRF output (32 bytes, transferred, then wiped) or the text of a kit. */
export type Unlock =
  | { readonly kind: 'passkey'; readonly credentialId: OwnBytes; readonly prf: OwnBytes }
  | { readonly kind: 'kit'; readonly text: string };

/** A method as the server keeps it (docs/spec/api.md). */
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

/** What a new passkey is made for, and which credentials (base64url) it must not take the place of. */
export interface PasskeyPlace {
  readonly vaultId: string;
  readonly keep: readonly string[];
}

/** The parts of `POST /api/claims` that only the key holder can make. */
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

/** A kit that was just drawn and is not yet a way in. */
export interface NewKit {
  readonly methodId: string;
  readonly text: string;
  readonly createdAt: string;
}

/** A kit's answer to a sign-in challenge: hex ids, base64 signature. */
export interface KitSignature {
  readonly vault_id: string;
  readonly method_id: string;
  readonly signature: string;
}

/** The newest record that an open vault is at: what a page may keep to notice a server that goes back. */
export interface VaultHead {
  readonly number: number;
  readonly head: string;
}

/** A document type of an issuer that can write to this vault, and what its holder has chosen for it; names are the trust root's. */
export interface ChoiceView {
  readonly issuer: string;
  readonly issuerNames: Names;
  readonly documentType: string;
  readonly typeNames: Names;
  /** True: no paper. False: paper, chosen or not. */
  readonly paperless: boolean;
  /** The newest choice; 0: none was ever made. */
  readonly number: number;
  /** When it was signed, and when and where the log has it. */
  readonly signedAt: string | null;
  readonly loggedAt: string | null;
  readonly logIndex: number | null;
  /** What the holder keeps once the log has it: the proof file of the newest choice. */
  readonly proof: string | null;
}

/** The verdict on (document, receipt, trust root) in plain values; everything in it has been checked. */
export interface Verdict {
  readonly state: 'logged' | 'witnessed';
  readonly issuer: string;
  readonly issuerNames: Names;
  readonly cityNames: Names;
  readonly documentId: string;
  readonly title: string;
  readonly issuedAt: string;
  readonly eventTime: string;
  readonly witnessedAt: string | null;
  readonly witnesses: readonly string[];
  readonly logOrigin: string;
  readonly logIndex: number;
  readonly treeSize: number;
  readonly sha256: string;
  readonly manifestHash: string;
  readonly entryHash: string;
}

/** What pages ask of the key holder; see `worker.ts` for each call's promises. */
export interface VaultApi {
  trustRoot(envelope: OwnBytes, pinned: number): Promise<CityInfo>;
  readCode(code: string): Promise<CodeLookup>;
  openLetter(rows: readonly SealedRow[]): Promise<readonly CheckedManifest[]>;
  beginVault(v: number): Promise<string>;
  finishClaim(unlock: Unlock, name: string): Promise<ClaimParts>;
  signWithKit(text: string, challenge: string): Promise<KitSignature>;
  openVault(
    vaultId: string,
    records: readonly string[],
    keyring: string,
    unlock: Unlock,
    pinnedHead?: string | null,
  ): Promise<VaultHead>;
  openCards(rows: readonly SealedRow[]): Promise<readonly CardResult[]>;
  openProvenCard(row: SealedRow, reply: ReceiptReply): Promise<CardResult>;
  openBody(row: SealedRow, body: OwnBytes): Promise<OwnBytes>;
  signOpened(row: SealedRow): Promise<string>;
  openIndex(file: OwnBytes | null): Promise<OpenedIndex>;
  keptIndex(): Promise<string | null>;
  openKept(): Promise<OpenedIndex | null>;
  keptPlaces(): Promise<readonly KnownPlace[]>;
  keepPlaces(places: readonly KnownPlace[]): Promise<void>;
  beginIndex(): Promise<void>;
  indexPart(bytes: OwnBytes): Promise<OpenedIndex>;
  endIndex(): Promise<OpenedIndex>;
  mark(documentId: string, marks: Marks): Promise<void>;
  forget(documentId: string): Promise<void>;
  noteOffer(offer: Offer): Promise<void>;
  writeIndex(after: number): Promise<WrittenIndex | null>;
  indexWritten(): Promise<void>;
  signDeleted(row: SealedRow): Promise<string>;
  deletion(act: string, reply: ReceiptReply): Promise<{ index: number; file: string }>;
  choices(given: readonly SealedChoice[]): Promise<readonly ChoiceView[]>;
  signConsent(decision: Decision): Promise<string>;
  receipt(row: SealedRow, reply: ReceiptReply, body: OwnBytes): Promise<{ file: string; verdict: Verdict }>;
  methods(): Promise<readonly MethodInfo[]>;
  makeKit(): Promise<NewKit>;
  passkeyPlace(known: readonly MethodRow[]): Promise<PasskeyPlace>;
  addMethod(unlock: Unlock, name: string, known: readonly MethodRow[]): Promise<KeyringChange>;
  removeMethod(methodId: string, known: readonly MethodRow[]): Promise<KeyringChange>;
  accepted(): Promise<void>;
  proveWay(records: readonly string[], keyring: string, unlock: Unlock): Promise<string>;
  disown(row: SealedRow): Promise<readonly string[]>;
  keepNothing(on: boolean): Promise<void>;
  lock(): Promise<void>;
}

/** Names of the calls. */
export const METHODS = [
  'trustRoot',
  'readCode',
  'openLetter',
  'beginVault',
  'finishClaim',
  'signWithKit',
  'openVault',
  'openCards',
  'openProvenCard',
  'openBody',
  'signOpened',
  'signDeleted',
  'deletion',
  'choices',
  'signConsent',
  'openIndex',
  'keptIndex',
  'openKept',
  'keptPlaces',
  'keepPlaces',
  'beginIndex',
  'indexPart',
  'endIndex',
  'mark',
  'forget',
  'noteOffer',
  'writeIndex',
  'indexWritten',
  'receipt',
  'methods',
  'makeKit',
  'passkeyPlace',
  'addMethod',
  'removeMethod',
  'accepted',
  'proveWay',
  'disown',
  'keepNothing',
  'lock',
] as const satisfies readonly (keyof VaultApi)[];

type Method = (typeof METHODS)[number];

interface Call {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

interface WireError {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly facts: Facts;
}

type Reply = { readonly id: number; readonly ok: unknown } | { readonly id: number; readonly error: WireError };

/** The port of a worker, from either side. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}

function isOwnBytes(value: unknown): value is OwnBytes {
  return value instanceof Uint8Array && value.buffer instanceof ArrayBuffer;
}

/** Buffers that change hands with a call or its reply: all bytes but those that only name a credential. */
function transferables(values: readonly unknown[]): Transferable[] {
  const buffers = values.flatMap((value): ArrayBuffer[] => {
    if (isOwnBytes(value)) return [value.buffer];
    if (typeof value === 'object' && value !== null && 'prf' in value && isOwnBytes(value.prf))
      return [value.prf.buffer];
    if (typeof value === 'object' && value !== null && 'file' in value && isOwnBytes(value.file))
      return [value.file.buffer];
    return [];
  });
  return [...new Set(buffers)];
}

/**
 * The page's side: a `VaultApi` whose calls go to the worker. Rejections are `VouteError`s with the worker's code and facts.
 *
 * Bytes that are given (trust root, PRF output, bodies) are transferred: the page's arrays are empty afterwards.
 */
export function connect(worker: Port): VaultApi {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: VouteError) => void }>();
  let last = 0;
  worker.addEventListener('message', (event) => {
    const reply = event.data as Reply;
    const caller = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('ok' in reply) caller?.resolve(reply.ok);
    else caller?.reject(new VouteError(reply.error.code, reply.error.detail, reply.error.facts));
  });
  const call = (method: Method, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      worker.postMessage({ id: last, method, args } satisfies Call, transferables(args));
    });
  const entries = METHODS.map((method) => [method, (...args: readonly unknown[]) => call(method, args)]);
  return Object.fromEntries(entries) as VaultApi;
}

function wireError(error: unknown): WireError {
  if (error instanceof VouteError) return { code: error.code, detail: error.message, facts: error.facts };
  // A defect of ours: its text could hold anything, so it stays in the worker.
  return { code: 'internal', detail: '', facts: {} };
}

/** The worker's side: answers calls one after the other with the holder that `load` gives at the first call. */
export function serve(port: Port, load: () => Promise<VaultApi>): void {
  let holder: Promise<VaultApi> | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  const answer = async ({ id, method, args }: Call): Promise<void> => {
    try {
      if (!METHODS.includes(method)) throw new VouteError('internal', 'no such call');
      holder ??= load();
      const target = await holder;
      const run = target[method].bind(target) as (...values: readonly unknown[]) => Promise<unknown>;
      const ok = await run(...args);
      port.postMessage({ id, ok } satisfies Reply, transferables([ok]));
    } catch (error) {
      port.postMessage({ id, error: wireError(error) } satisfies Reply, []);
    }
  };
  port.addEventListener('message', (event) => {
    const call = event.data as Call;
    queue = queue.then(() => answer(call));
  });
}
