/**
 * vault-index.age: sealed to the vault's newest reading recipient, signed by its root key (docs/spec/index-directory.md). Twin of
 * `seal/vault_index.py`, and read as its bytes arrive: what a segment says counts once its hash is the signed head's.
 */

import type { Identity, Recipient } from './age/hybrid.ts';
import { openHeader, parseSealedPrefix, sealFile } from './age/sealed.ts';
import { CHUNK_SIZE, PayloadOpener } from './age/stream.ts';
import { concat, hex, wipe } from './bytes.ts';
import { type Envelope, parseEnvelope, signStatement, statementHash, verifyStatement } from './dsse.ts';
import { FormatError, VerificationError } from './errors.ts';
import {
  cutSegments,
  encodeIndexHead,
  frame,
  type IndexHead,
  MAX_HEAD,
  parseIndexHead,
  checkSegment,
  requireNewestFirst,
} from './index-segments.ts';
import { compareCodePoints } from './schema.ts';
import { type IndexEntry, MAX_INDEX, offeredOf, parseVaultIndex, type VaultIndex, withOffered } from './vault-index.ts';

// How the envelope of versions 1 and 2 begins; a head's length begins with a zero byte.
const WHOLE = 0x7b;
const LENGTH_SIZE = 4;

/** An index and the hash of its signed payload. */
export interface HashedIndex {
  readonly index: VaultIndex;
  readonly hash: string;
}

/** Signs an index with the root seed and seals it, in segments, to the vault's newest reading recipient. */
export async function sealVaultIndex(
  index: VaultIndex,
  rootSeed: Uint8Array,
  recipient: Recipient,
): Promise<{ readonly file: Uint8Array; readonly hash: string }> {
  const segments = cutSegments(index.documents);
  const { city, vault_id, number, previous, written_at } = index;
  const named = segments.map((one) => one.named);
  const offered = offeredOf(index);
  const payload = encodeIndexHead({
    version: 3,
    city,
    vault_id,
    number,
    previous,
    written_at,
    offered,
    segments: named,
  });
  const envelope = await signStatement('vault-index', payload, rootSeed);
  const plaintext = frame(
    envelope.bytes,
    segments.map(({ raw }) => raw),
  );
  return { file: sealFile(plaintext, [recipient]), hash: hex(statementHash(envelope)) };
}

/** Whose index it must be. */
export interface IndexOwner {
  readonly rootKey: Uint8Array;
  readonly city: string;
  readonly vaultId: string;
}

/** What is signed of an index: which it is. */
export interface SignedIndex {
  readonly number: number;
  readonly hash: string;
}

/**
 * Reads an index as its bytes arrive, and checks it: 1 to 3 of the specification. Versions 1 and 2 say everything at the end.
 *
 * `push` and `finish` raise `format`, `limit`, `not-for-this-key`, `verification`, `wrong-statement`, `unknown-key`,
 * `bad-signature`, `wrong-city` or `wrong-vault`; only a `finish` that returns says that the index was whole.
 */
export class IndexReader {
  private readonly identities: readonly Identity[];
  private readonly owner: IndexOwner;
  private opener: PayloadOpener | null = null;
  /** Sealed bytes, before the header is there. */
  private sealed: Uint8Array = new Uint8Array(0);
  /** Plaintext that is not read yet: what is joined, then what came since. */
  private plain: Uint8Array = new Uint8Array(0);
  private chunks: Uint8Array[] = [];
  /** Whether it is version 1 or 2, known from the first byte. */
  private isWhole: boolean | null = null;
  private size = 0;
  private head: IndexHead | null = null;
  private next = 0;
  private last: IndexEntry | null = null;
  private readonly seen = new Set<string>();
  /** What is signed, once it is there and verified. */
  signed: SignedIndex | null = null;
  /** The documents that are known so far. */
  readonly documents: IndexEntry[] = [];

  constructor(identities: readonly Identity[], owner: IndexOwner) {
    this.identities = identities;
    this.owner = owner;
  }

  /** Takes the next bytes; gives the documents that are now known. */
  async push(bytes: Uint8Array): Promise<readonly IndexEntry[]> {
    if (this.opener === null) {
      this.sealed = concat(this.sealed, bytes);
      // The first chunk is not released before it is whole: by then the header is there as well.
      if (this.sealed.length <= CHUNK_SIZE) return [];
    }
    this.open(bytes);
    return this.read();
  }

  /** Says that no more bytes come; gives the whole. */
  async finish(): Promise<HashedIndex> {
    if (this.opener === null) this.open(new Uint8Array(0));
    this.opener?.finish();
    if (this.isWhole === true) return this.whole();
    await this.read();
    const { head, signed } = this;
    if (head === null || signed === null) throw new FormatError('index: no head');
    if (this.next < head.segments.length) throw new VerificationError('a segment that the head names is not there');
    if (this.plain.length > 0) throw new FormatError('index: something after the last segment');
    const { city, vault_id, number, previous, written_at } = head;
    const documents = [...this.documents].sort((a, b) => compareCodePoints(a.document_id, b.document_id));
    const index = { ...withOffered(head.offered), city, vault_id, number, previous, written_at, documents };
    return { index, hash: signed.hash };
  }

  private open(bytes: Uint8Array): void {
    let rest = bytes;
    if (this.opener === null) {
      const header = parseSealedPrefix(this.sealed);
      const { fileKey } = openHeader(header, this.identities);
      this.opener = new PayloadOpener(fileKey, (chunk) => {
        this.take(chunk);
      });
      rest = this.sealed.subarray(header.bytes.length);
      this.sealed = new Uint8Array(0);
    }
    this.opener.push(rest);
  }

  private take(chunk: Uint8Array): void {
    this.size += chunk.length;
    if (this.size > MAX_INDEX) throw new FormatError('index: too long');
    this.isWhole ??= chunk[0] === WHOLE;
    this.chunks.push(chunk);
  }

  private async whole(): Promise<HashedIndex> {
    const plain = concat(...this.chunks);
    const envelope = await this.verified(plain, MAX_INDEX);
    wipe(plain, ...this.chunks);
    const index = parseVaultIndex(envelope.payload);
    const { hash } = this.requireOurs(index, envelope);
    return { index, hash };
  }

  private async verified(bytes: Uint8Array, maximum: number): Promise<Envelope> {
    const { owner } = this;
    const envelope = parseEnvelope(bytes, maximum);
    await verifyStatement(envelope, 'vault-index', [owner.rootKey]);
    return envelope;
  }

  private requireOurs(
    { city, vault_id: vaultId, number }: Pick<VaultIndex, 'city' | 'vault_id' | 'number'>,
    envelope: Envelope,
  ): SignedIndex {
    if (city !== this.owner.city) throw new VerificationError('an index of another city', 'wrong-city');
    if (vaultId !== this.owner.vaultId) throw new VerificationError('an index of another vault', 'wrong-vault');
    this.signed = { number, hash: hex(statementHash(envelope)) };
    return this.signed;
  }

  /** Reads what is there: the head, then each segment that is whole. */
  private async read(): Promise<readonly IndexEntry[]> {
    if (this.isWhole === true) return [];
    this.plain = concat(this.plain, ...this.chunks);
    this.chunks = [];
    const head = this.head ?? (await this.readHead());
    if (head === null) return [];
    const fresh: IndexEntry[] = [];
    for (let named = head.segments[this.next]; named !== undefined; named = head.segments[this.next]) {
      if (this.plain.length < named.size) break;
      const documents = checkSegment(this.plain.subarray(0, named.size), named);
      this.plain = this.plain.subarray(named.size);
      this.next += 1;
      requireNewestFirst([...(this.last === null ? [] : [this.last]), ...documents.slice(0, 1)]);
      for (const one of documents) {
        if (this.seen.has(one.document_id)) throw new FormatError('documents: one twice');
        this.seen.add(one.document_id);
      }
      this.last = documents.at(-1) ?? this.last;
      this.documents.push(...documents);
      fresh.push(...documents);
    }
    return fresh;
  }

  private async readHead(): Promise<IndexHead | null> {
    const { plain } = this;
    if (plain.length < LENGTH_SIZE) return null;
    const length = new DataView(plain.buffer, plain.byteOffset).getUint32(0);
    if (length > MAX_HEAD) throw new FormatError('index: no head');
    if (plain.length < LENGTH_SIZE + length) return null;
    const envelope = await this.verified(plain.subarray(LENGTH_SIZE, LENGTH_SIZE + length), MAX_HEAD);
    const head = parseIndexHead(envelope.payload);
    this.requireOurs(head, envelope);
    this.plain = plain.subarray(LENGTH_SIZE + length);
    this.head = head;
    return head;
  }
}

/** Opens an index that is there whole, and checks it; raises as `IndexReader`. */
export async function openVaultIndex(
  file: Uint8Array,
  identities: readonly Identity[],
  owner: IndexOwner,
): Promise<HashedIndex> {
  const reader = new IndexReader(identities, owner);
  await reader.push(file);
  return reader.finish();
}
