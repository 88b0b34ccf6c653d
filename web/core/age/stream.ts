/**
 * The payload of an age file: STREAM over ChaCha20-Poly1305 in chunks of 64 KiB.
 *
 * Source: C2SP age.md, "Payload". Three readers: whole, as bytes arrive, and at random (last chunk verified first).
 */

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';

import { concat, randomBytes, utf8 } from '../bytes.ts';
import { hkdf } from '../derive.ts';
import { FormatError, VerificationError } from '../errors.ts';

/** Plaintext bytes of every chunk but the last. */
export const CHUNK_SIZE = 64 * 1024;

/** Length in bytes of the nonce in front of the chunks. */
export const NONCE_SIZE = 16;

const TAG_SIZE = 16;
const SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE;

function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hkdf(fileKey, nonce, utf8('payload'));
}

function chunkNonce(counter: number, final: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  // An 11-byte counter whose top bytes stay zero: 2^32 chunks are 256 TiB.
  new DataView(nonce.buffer).setUint32(7, counter);
  nonce[11] = final ? 1 : 0;
  return nonce;
}

function tryChunk(key: Uint8Array, counter: number, final: boolean, sealed: Uint8Array): Uint8Array | null {
  // Only a whole payload may be empty; chunks before the last are full.
  if (sealed.length < TAG_SIZE || (counter > 0 && sealed.length === TAG_SIZE)) return null;
  if (!final && sealed.length !== SEALED_CHUNK_SIZE) return null;
  try {
    return chacha20poly1305(key, chunkNonce(counter, final)).decrypt(sealed);
  } catch {
    return null;
  }
}

/** Size of the sealed payload (nonce, chunks, tags) of a plaintext of `size` bytes. */
export function sealedSize(size: number): number {
  return NONCE_SIZE + size + TAG_SIZE * Math.max(1, Math.ceil(size / CHUNK_SIZE));
}

/** Size of the plaintext of a sealed payload of `sealed` bytes; `FormatError` if no plaintext has that size. */
export function plaintextSize(sealed: number): number {
  const chunks = Math.ceil((sealed - NONCE_SIZE) / SEALED_CHUNK_SIZE);
  const size = sealed - NONCE_SIZE - chunks * TAG_SIZE;
  if (chunks < 1 || size < 0 || sealedSize(size) !== sealed) throw new FormatError('age payload size');
  return size;
}

/** Seals a payload; the nonce is fresh unless a test gives one. */
export function sealPayload(
  fileKey: Uint8Array,
  plaintext: Uint8Array,
  nonce: Uint8Array = randomBytes(NONCE_SIZE),
): Uint8Array {
  const key = payloadKey(fileKey, nonce);
  const chunks = Math.max(1, Math.ceil(plaintext.length / CHUNK_SIZE));
  const parts = [nonce];
  for (let i = 0; i < chunks; i++) {
    const chunk = plaintext.subarray(i * CHUNK_SIZE, (i + 1) * CHUNK_SIZE);
    parts.push(chacha20poly1305(key, chunkNonce(i, i === chunks - 1)).encrypt(chunk));
  }
  return concat(...parts);
}

/** Opens a payload that is there in full; raises `VerificationError` and releases nothing if any chunk fails. */
export function openPayload(fileKey: Uint8Array, payload: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  const opener = new PayloadOpener(fileKey, (chunk) => chunks.push(chunk));
  opener.push(payload);
  opener.finish();
  return concat(...chunks);
}

/**
 * Opens a payload as its bytes arrive, in pieces of any size.
 *
 * Each chunk is handed to `release` as soon as it is authentic, but only a `finish` that returns proves that the payload
 * was complete: until then the receiver must be able to throw away what it has.
 */
export class PayloadOpener {
  private key: Uint8Array | null = null;
  private counter = 0;
  // One buffer, filled in place: however small the pieces, each byte is copied once.
  private readonly pending = new Uint8Array(SEALED_CHUNK_SIZE);
  private filled = 0;
  private readonly fileKey: Uint8Array;
  private readonly release: (chunk: Uint8Array) => unknown;

  constructor(fileKey: Uint8Array, release: (chunk: Uint8Array) => unknown) {
    this.fileKey = fileKey;
    this.release = release;
  }

  /** Takes the next bytes; releases the chunks that are now known not to be the last. */
  push(bytes: Uint8Array): void {
    let rest = bytes;
    if (this.key === null) {
      rest = this.take(rest, NONCE_SIZE);
      if (this.filled < NONCE_SIZE) return;
      this.key = payloadKey(this.fileKey, this.pending.subarray(0, NONCE_SIZE));
      this.filled = 0;
    }
    while (rest.length > 0) {
      // A full chunk is held back until it is known that another follows.
      if (this.filled === SEALED_CHUNK_SIZE) {
        this.open(this.key, false, this.pending);
        this.counter += 1;
        this.filled = 0;
      }
      rest = this.take(rest, SEALED_CHUNK_SIZE);
    }
  }

  /** Says that no more bytes come; releases the last chunk. */
  finish(): void {
    if (this.key === null) throw new FormatError('age payload without nonce');
    this.open(this.key, true, this.pending.subarray(0, this.filled));
  }

  /** Fills the buffer up to `size` bytes; gives what did not fit. */
  private take(bytes: Uint8Array, size: number): Uint8Array {
    const taken = bytes.subarray(0, size - this.filled);
    this.pending.set(taken, this.filled);
    this.filled += taken.length;
    return bytes.subarray(taken.length);
  }

  private open(key: Uint8Array, final: boolean, sealed: Uint8Array): void {
    const chunk = tryChunk(key, this.counter, final, sealed);
    if (chunk !== null) {
      this.release(chunk);
      return;
    }
    // The kit fixes what a failing payload releases: every chunk that authenticates, also one with the wrong final mark.
    const misplaced = tryChunk(key, this.counter, !final, sealed);
    if (misplaced !== null) this.release(misplaced);
    throw new VerificationError(final ? 'age payload has no final chunk' : 'age chunk does not authenticate');
  }
}

/** Reads `length` sealed bytes from `offset` of a payload. */
export type ReadSealed = (offset: number, length: number) => Promise<Uint8Array>;

/** Opens any part of a payload; the last chunk was verified first, so the size is authentic. */
export class PayloadReader {
  /** Plaintext size in bytes. */
  readonly size: number;
  private readonly key: Uint8Array;
  private readonly sealed: number;
  private readonly source: ReadSealed;

  private constructor(key: Uint8Array, sealed: number, source: ReadSealed) {
    this.key = key;
    this.sealed = sealed;
    this.source = source;
    this.size = plaintextSize(sealed);
  }

  /** Opens a payload of `sealed` bytes for reading at random, after verifying its final chunk. */
  static async open(fileKey: Uint8Array, sealed: number, source: ReadSealed): Promise<PayloadReader> {
    plaintextSize(sealed);
    const nonce = await source(0, NONCE_SIZE);
    if (nonce.length !== NONCE_SIZE) throw new FormatError('age payload without nonce');
    const reader = new PayloadReader(payloadKey(fileKey, nonce), sealed, source);
    await reader.chunk(reader.lastChunk);
    return reader;
  }

  private get lastChunk(): number {
    return Math.max(1, Math.ceil(this.size / CHUNK_SIZE)) - 1;
  }

  private async chunk(counter: number): Promise<Uint8Array> {
    const offset = NONCE_SIZE + counter * SEALED_CHUNK_SIZE;
    const length = Math.min(SEALED_CHUNK_SIZE, this.sealed - offset);
    const bytes = await this.source(offset, length);
    if (bytes.length !== length) throw new VerificationError('age payload is cut short');
    const chunk = tryChunk(this.key, counter, counter === this.lastChunk, bytes);
    if (chunk === null) throw new VerificationError('age chunk does not authenticate');
    return chunk;
  }

  /** Plaintext bytes from `start` up to and without `end`, both within the payload. */
  async read(start: number, end: number): Promise<Uint8Array> {
    if (start < 0 || start > end || end > this.size) throw new FormatError('range outside the payload');
    const parts: Uint8Array[] = [];
    for (let counter = Math.floor(start / CHUNK_SIZE); counter * CHUNK_SIZE < end; counter++) {
      const first = counter * CHUNK_SIZE;
      parts.push((await this.chunk(counter)).subarray(Math.max(0, start - first), end - first));
    }
    return concat(...parts);
  }
}
