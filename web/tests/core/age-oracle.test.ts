/** Our age layer and npm age-encryption, each opening what the other sealed; random input. */

import { Decrypter, Encrypter } from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseHeader } from '../../core/age/header.ts';
import { encodeIdentity, identityFromSeed, parseIdentity, parseRecipient } from '../../core/age/hybrid.ts';
import {
  newFileKey,
  openFile,
  openHeader,
  parseSealedHeader,
  rewrapHeader,
  sealFile,
  sealHeader,
} from '../../core/age/sealed.ts';
import {
  CHUNK_SIZE,
  openPayload,
  PayloadReader,
  plaintextSize,
  sealedSize,
  sealPayload,
} from '../../core/age/stream.ts';
import { encodeBech32 } from '../../core/bech32.ts';
import { concat, equal, randomBytes } from '../../core/bytes.ts';
import { FormatError, NotForThisKeyError, VerificationError } from '../../core/errors.ts';

const SIZES = [0, 1, 1000, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE, 3 * CHUNK_SIZE + 17];
const alice = identityFromSeed(randomBytes(32));
const bob = identityFromSeed(randomBytes(32));

function content(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31) & 0xff);
}

describe('oracle', () => {
  test.each(SIZES)('age_file_open_sealed_by_peer_size_%i', async (size) => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(alice.recipient.text);
    encrypter.addRecipient(bob.recipient.text);
    const file = await encrypter.encrypt(content(size));
    expect(equal(openFile(file, [bob]).plaintext, content(size))).toBe(true);
  });

  test.each(SIZES)('age_file_seal_opened_by_peer_size_%i', async (size) => {
    const file = sealFile(content(size), [alice.recipient, bob.recipient]);
    const decrypter = new Decrypter();
    decrypter.addIdentity(encodeIdentity(bob.seed));
    expect(equal(await decrypter.decrypt(file), content(size))).toBe(true);
    expect(file.length - openFile(file, [alice]).header.bytes.length).toBe(sealedSize(size));
  });

  test('age_header_rewrap_opened_by_peer_with_both_payloads', async () => {
    const fileKey = newFileKey();
    const [card, body] = [sealPayload(fileKey, content(900)), sealPayload(fileKey, content(70_000))];
    const header = rewrapHeader(sealHeader(fileKey, [alice.recipient]), [alice], [bob.recipient]);
    for (const [payload, size] of [
      [card, 900],
      [body, 70_000],
    ] as const) {
      const decrypter = new Decrypter();
      decrypter.addIdentity(encodeIdentity(bob.seed));
      expect(equal(await decrypter.decrypt(concat(header, payload)), content(size))).toBe(true);
    }
    expect(() => openHeader(parseSealedHeader(header), [alice])).toThrow(NotForThisKeyError);
  });

  test('age_header_read_with_classical_stanza_refused', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(alice.recipient.text);
    encrypter.addRecipient('age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj');
    const file = await encrypter.encrypt('mixed');
    expect(() => openFile(file, [alice])).toThrow(FormatError);
  });
});

describe('keys', () => {
  test('age_identity_parse_own_encoding', () => {
    expect(equal(parseIdentity(encodeIdentity(alice.seed)), alice.seed)).toBe(true);
    expect(equal(parseRecipient(alice.recipient.text).publicKey, alice.recipient.publicKey)).toBe(true);
  });

  test.each([
    ['lower_case', encodeIdentity(alice.seed).toLowerCase()],
    ['recipient', alice.recipient.text],
    ['kelvin_sign', encodeIdentity(alice.seed).replace('K', '\u212a')],
    ['classical', 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX'],
  ])('age_identity_parse_%s_refused', (_, text) => {
    expect(() => parseIdentity(text)).toThrow(FormatError);
  });

  test('age_recipient_parse_coefficient_out_of_range_refused', () => {
    const key = alice.recipient.publicKey.slice();
    key.set([0xff, 0xff, 0xff]);
    expect(() => parseRecipient(encodeBech32('age1pq', key))).toThrow(FormatError);
    expect(() => parseRecipient(encodeBech32('age1pq', key.subarray(1)))).toThrow(FormatError);
  });
});

describe('payload', () => {
  test('age_payload_read_any_range_equals_slice', async () => {
    const fileKey = newFileKey();
    const plaintext = content(3 * CHUNK_SIZE + 100);
    const sealed = sealPayload(fileKey, plaintext);
    const source = (offset: number, length: number): Promise<Uint8Array> =>
      Promise.resolve(sealed.subarray(offset, offset + length));
    const reader = await PayloadReader.open(fileKey, sealed.length, source);
    expect(reader.size).toBe(plaintext.length);
    const position = fc.integer({ min: 0, max: plaintext.length });
    await fc.assert(
      fc.asyncProperty(position, position, async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        return equal(await reader.read(start, end), plaintext.subarray(start, end));
      }),
      { numRuns: 40 },
    );
    await expect(reader.read(1, plaintext.length + 1)).rejects.toThrow(FormatError);
  });

  test('age_payload_open_at_random_cut_refused', async () => {
    const fileKey = newFileKey();
    const sealed = sealPayload(fileKey, content(2 * CHUNK_SIZE));
    for (const size of [sealed.length - 1, sealed.length - CHUNK_SIZE - 16]) {
      const source = (offset: number, length: number): Promise<Uint8Array> =>
        Promise.resolve(sealed.subarray(offset, Math.min(size, offset + length)));
      await expect(PayloadReader.open(fileKey, size, source)).rejects.toThrow(VerificationError);
    }
  });

  test('age_payload_open_bit_flipped_refused', () => {
    const fileKey = newFileKey();
    const sealed = sealPayload(fileKey, content(5000));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sealed.length * 8 - 1 }), (bit) => {
        const forged = sealed.slice();
        forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => openPayload(fileKey, forged)).toThrow(VerificationError);
      }),
      { numRuns: 200 },
    );
  });

  test('age_payload_size_of_every_length_round_trips', () => {
    for (const size of SIZES) expect(plaintextSize(sealedSize(size))).toBe(size);
    for (const sealed of [0, 15, 16, 31, sealedSize(CHUNK_SIZE) + 16]) {
      expect(() => plaintextSize(sealed)).toThrow(FormatError);
    }
  });
});

describe('header', () => {
  test('age_header_read_bit_flipped_refused', () => {
    const header = sealHeader(newFileKey(), [alice.recipient]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: header.length * 8 - 1 }), (bit) => {
        const forged = header.slice();
        forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => openHeader(parseSealedHeader(forged), [alice])).toThrow(
          expect.objectContaining({
            code: expect.stringMatching(/^(format|verification|not-for-this-key|limit)$/) as unknown,
          }),
        );
      }),
      { numRuns: 150 },
    );
  });

  test('age_header_parse_random_bytes_raises_only_own_errors', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => parseHeader(concat(new TextEncoder().encode('age-encryption.org/v1\n-> '), bytes))).toThrow(
          FormatError,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('age_header_parse_too_long_refused', () => {
    const long = new TextEncoder().encode(`age-encryption.org/v1\n-> ${'x'.repeat(300_000)}`);
    expect(() => parseHeader(long)).toThrow(expect.objectContaining({ code: 'limit' }));
    const many = new TextEncoder().encode(`age-encryption.org/v1\n${'-> x\n\n'.repeat(65)}`);
    expect(() => parseHeader(many)).toThrow(expect.objectContaining({ code: 'limit' }));
  });
});
