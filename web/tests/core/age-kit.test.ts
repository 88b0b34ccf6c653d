/** The CCTV age kit, all of it, against our header parser and STREAM (vectors/cctv-age). */

import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { encodeHeader, type Header, parseHeaderPrefix, verifyMac } from '../../core/age/header.ts';
import { HYBRID_TYPE, identityFromSeed, parseIdentity, unwrapFileKey } from '../../core/age/hybrid.ts';
import { NONCE_SIZE, PayloadOpener, sealPayload } from '../../core/age/stream.ts';
import { concat, fromUtf8 } from '../../core/bytes.ts';
import { VouteError } from '../../core/errors.ts';
import { ArmorError, decodeArmor, scryptUnwrap, type Unwrap, x25519Unwrap } from './support/classic-age.ts';
import { listVectors, readVector } from './support/vectors.ts';

const FOLDER = ['cctv-age', 'testdata'] as const;
const NAMES = listVectors(...FOLDER);

interface Vector {
  readonly expect: string;
  readonly payload: string | undefined;
  readonly armored: boolean;
  readonly keys: readonly Unwrap[];
  readonly file: Uint8Array;
}

interface Outcome {
  readonly verdict: string;
  readonly released: Uint8Array;
}

function hybridUnwrap(text: string): Unwrap {
  const identity = identityFromSeed(parseIdentity(text));
  return ({ stanzas }) => {
    for (const stanza of stanzas.filter((candidate) => candidate.args[0] === HYBRID_TYPE)) {
      const fileKey = unwrapFileKey(identity, stanza);
      if (fileKey !== null) return fileKey;
    }
    return null;
  };
}

function load(name: string): Vector {
  const bytes = readVector(...FOLDER, name);
  const end = Buffer.from(bytes).indexOf('\n\n');
  const fields = fromUtf8(bytes.subarray(0, end))
    .split('\n')
    .map((line): [string, string] => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]);
  const all = (key: string): string[] => fields.filter(([field]) => field === key).map(([, value]) => value);
  const file = bytes.subarray(end + 2);
  return {
    expect: all('expect')[0] ?? '',
    payload: all('payload')[0],
    armored: all('armored').includes('yes'),
    keys: [
      ...all('identity').map((text) =>
        text.startsWith('AGE-SECRET-KEY-PQ-') ? hybridUnwrap(text) : x25519Unwrap(text),
      ),
      ...all('passphrase').map(scryptUnwrap),
    ],
    file: all('compressed').includes('zlib') ? new Uint8Array(inflateSync(file)) : file,
  };
}

function openPayloadInPieces(fileKey: Uint8Array, payload: Uint8Array, piece: number): Outcome {
  const released: Uint8Array[] = [];
  const opener = new PayloadOpener(fileKey, (chunk) => released.push(chunk));
  try {
    for (let i = 0; i < payload.length; i += piece) opener.push(payload.subarray(i, i + piece));
    opener.finish();
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    return { verdict: 'payload failure', released: concat(...released) };
  }
  return { verdict: 'success', released: concat(...released) };
}

function run(vector: Vector, piece: number): Outcome {
  const nothing = new Uint8Array(0);
  let file: Uint8Array;
  try {
    file = vector.armored ? decodeArmor(vector.file) : vector.file;
  } catch (error) {
    if (!(error instanceof ArmorError)) throw error;
    return { verdict: 'armor failure', released: nothing };
  }
  let header: Header;
  let fileKey: Uint8Array | undefined;
  try {
    header = parseHeaderPrefix(file);
    fileKey = vector.keys.map((unwrap) => unwrap(header)).find((key) => key !== null) ?? undefined;
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    return { verdict: 'header failure', released: nothing };
  }
  if (fileKey === undefined) return { verdict: 'no match', released: nothing };
  try {
    verifyMac(header, fileKey);
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    return { verdict: 'HMAC failure', released: nothing };
  }
  const payload = file.subarray(header.bytes.length);
  // The kit calls a missing or short nonce a header failure: it stands between the header and the chunks.
  if (payload.length < NONCE_SIZE) return { verdict: 'header failure', released: nothing };
  const outcome = openPayloadInPieces(fileKey, payload, piece);
  if (outcome.verdict === 'success') {
    expect(Buffer.compare(encodeHeader(header.stanzas, fileKey), header.bytes)).toBe(0);
    expect(Buffer.compare(sealPayload(fileKey, outcome.released, payload.slice(0, NONCE_SIZE)), payload)).toBe(0);
  }
  return outcome;
}

test('age_kit_folder_read_complete', () => {
  expect(NAMES).toHaveLength(143);
});

describe.each(NAMES)('%s', (name) => {
  const vector = load(name);
  // Byte by byte and whole; what is large comes in pieces that fit no chunk.
  const pieces = vector.file.length < 4096 ? [1, 1 << 30] : [vector.file.length < 1 << 22 ? 1_009 : 1_000_003];
  test.each(pieces)('age_kit_file_open_in_pieces_of_%i', (piece) => {
    const outcome = run(vector, piece);
    expect(outcome.verdict).toBe(vector.expect);
    if (vector.payload !== undefined)
      expect(createHash('sha256').update(outcome.released).digest('hex')).toBe(vector.payload);
  });
});
