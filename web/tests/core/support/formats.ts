/**
 * Every format that both languages parse: bytes in, the bytes that the parsed value writes again out, or a `VouteError`.
 *
 * The names are those of `tests/support/formats/table.py`, which also makes the inputs.
 */

import { encodeIdentity, parseIdentity, parseRecipient } from '../../../core/age/hybrid.ts';
import { encodeHeader, type Header, parseHeader } from '../../../core/age/header.ts';
import { parseSealedHeader } from '../../../core/age/sealed.ts';
import { openPayload, sealPayload } from '../../../core/age/stream.ts';
import { encodeBech32 } from '../../../core/bech32.ts';
import {
  base64,
  concat,
  fromBase64,
  fromHex,
  fromRawBase64,
  fromUtf8,
  hex,
  rawBase64,
  utf8,
} from '../../../core/bytes.ts';
import { groupClaimCode, readClaimCode, writeClaimCode } from '../../../core/claim-code.ts';
import { type Envelope, parseEnvelope } from '../../../core/dsse.ts';
import { verifyEd25519 } from '../../../core/ed25519.ts';
import { FormatError } from '../../../core/errors.ts';
import { encodeAct, encodeEvent, parseAct, parseEvent } from '../../../core/event.ts';
import { decodeJson, encodeJson, type Json } from '../../../core/json.ts';
import { encodeKeyring, parseKeyring } from '../../../core/keyring.ts';
import { parseManifest } from '../../../core/manifest.ts';
import { encodeActProof, parseActProof } from '../../../core/act-proof.ts';
import { encodeReceipt, parseReceipt } from '../../../core/receipt.ts';
import { parseVaultRecord, recipientText } from '../../../core/record.ts';
import { date, instantOf, names, slug, text, time, unixSeconds } from '../../../core/schema.ts';
import { readSignedManifest } from '../../../core/signed-manifest.ts';
import { parseCheckpoint, parseDecimal } from '../../../core/tlog/checkpoint.ts';
import {
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from '../../../core/tlog/merkle.ts';
import { type Note, parseNote, parseVerifierKey } from '../../../core/tlog/note.ts';
import { encodeProof, parseProof } from '../../../core/tlog/proof.ts';
import { parseTrustRootPayload } from '../../../core/trust.ts';
import { encodeKit, parseKit } from '../../../core/unlock.ts';
import { encodeIndexHead, encodeSegment, parseIndexHead, parseSegment } from '../../../core/index-segments.ts';
import { encodePlaces, parsePlaces } from '../../../core/places.ts';
import { encodeVaultIndex, parseVaultIndex } from '../../../core/vault-index.ts';

/** Parses and writes again. */
export type Run = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

const FILE_KEY = Uint8Array.from({ length: 16 }, (_, index) => index);
const NONCE_SIZE = 16;
const RECIPIENT = 'age1pq';

function again(value: unknown): Uint8Array {
  return encodeJson(value as Json);
}

function encodeHeaderAgain(header: Header): Uint8Array {
  // Only the MAC depends on the key; the one that was read takes its place.
  const written = encodeHeader(header.stanzas, FILE_KEY);
  return concat(written.subarray(0, written.length - 44), utf8(`${rawBase64(header.mac)}\n`));
}

function encodeEnvelope({ kind, signatures }: Envelope, payload: Uint8Array): Uint8Array {
  const list = signatures.map(({ keyid, sig }) => `{"keyid":"${keyid}","sig":"${base64(sig)}"}`);
  const type = `application/vnd.voute.${kind}.v1+json`;
  return utf8(`{"payload":"${base64(payload)}","payloadType":"${type}","signatures":[${list.join(',')}]}`);
}

function encodeNote({ text: signed, signatures }: Note): Uint8Array {
  const lines = signatures.map(({ name, keyId, signature }) => `\u2014 ${name} ${base64(concat(keyId, signature))}\n`);
  return utf8(`${signed}\n${lines.join('')}`);
}

function vkey(bytes: Uint8Array): Uint8Array {
  const written = fromUtf8(bytes);
  const { name, type, publicKey } = parseVerifierKey(written);
  // The key id is a hash of the rest, which the parser has compared.
  const keyId = written.slice(name.length + 1, name.length + 9);
  return utf8(`${name}+${keyId}+${base64(concat(Uint8Array.of(type), publicKey))}`);
}

function checkpoint(bytes: Uint8Array): Uint8Array {
  const { head, note } = parseCheckpoint(bytes);
  return encodeNote({ ...note, text: `${head.origin}\n${head.size}\n${base64(head.root)}\n` });
}

function proof(bytes: Uint8Array): Uint8Array {
  const { index, path, checkpoint: signed } = parseProof(bytes);
  return encodeProof(index, path, encodeNote(signed.note));
}

function bit64(bytes: Uint8Array, offset: number): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(offset));
}

/** A Merkle proof: kind, three numbers of 8 bytes, two hashes that are claimed, the hashes of the proof. */
function merkle(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 89 || (bytes.length - 25) % 32 !== 0) throw new FormatError('not a case');
  const [a, b, c] = [bit64(bytes, 1), bit64(bytes, 9), bit64(bytes, 17)];
  const hashes = Array.from({ length: (bytes.length - 25) / 32 }, (_, at) =>
    bytes.subarray(25 + at * 32, 57 + at * 32),
  );
  const [left, right, ...path] = hashes as [Uint8Array, Uint8Array, ...Uint8Array[]];
  const kinds: readonly (() => void)[] = [
    () => {
      verifyInclusion(a, b, left, path, right);
    },
    () => {
      verifyConsistency(a, b, left, right, path);
    },
    () => {
      verifySubtreeInclusion(a, [b, c], left, path, right);
    },
    () => {
      verifySubtreeConsistency([a, b], c, left, right, path);
    },
  ];
  const verify = kinds[bytes[0] ?? 255];
  if (verify === undefined) throw new FormatError('not a case');
  verify();
  return bytes;
}

function shortJson(bytes: Uint8Array): Uint8Array {
  return encodeJson(decodeJson(bytes, 64));
}

function ascii(bytes: Uint8Array): string {
  // Each byte one character, as the age parser itself reads its lines.
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** Verifies key ‖ signature ‖ message with both engines, which must agree. */
async function signature(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length < 96) throw new FormatError('not a case');
  const [key, signed, message] = [bytes.subarray(0, 32), bytes.subarray(32, 96), bytes.subarray(96)];
  const engines = ['platform', 'noble'] as const;
  const verdicts = await Promise.allSettled(engines.map((engine) => verifyEd25519(key, signed, message, engine)));
  const [platform, noble] = verdicts;
  if (platform?.status !== noble?.status) throw new Error('engines disagree');
  if (platform?.status === 'rejected') throw platform.reason as Error;
  return bytes;
}

/** The formats by name. */
export const FORMATS: Readonly<Record<string, Run>> = {
  'canonical-json': (bytes) => encodeJson(decodeJson(bytes)),
  'short-json': shortJson,
  hex: (bytes) => utf8(hex(fromHex(fromUtf8(bytes), 16))),
  base64: (bytes) => utf8(base64(fromBase64(fromUtf8(bytes)))),
  'raw-base64': (bytes) => utf8(rawBase64(fromRawBase64(ascii(bytes)))),
  time: (bytes) => utf8(instantOf(unixSeconds(time(fromUtf8(bytes), 'value')))),
  date: (bytes) => utf8(date(fromUtf8(bytes), 'value')),
  slug: (bytes) => utf8(slug(fromUtf8(bytes), 'value')),
  text: (bytes) => utf8(text()(fromUtf8(bytes), 'value')),
  names: (bytes) => again(names(decodeJson(bytes), 'value')),
  'secret-key': (bytes) => utf8(encodeIdentity(parseIdentity(fromUtf8(bytes)))),
  recipient: (bytes) => utf8(recipientText(fromUtf8(bytes), 'value')),
  'recipient-key': (bytes) => utf8(encodeBech32(RECIPIENT, parseRecipient(fromUtf8(bytes)).publicKey)),
  'claim-code': (bytes) => utf8(groupClaimCode(writeClaimCode(readClaimCode(fromUtf8(bytes))))),
  kit: (bytes) => utf8(encodeKit(parseKit(fromUtf8(bytes)))),
  envelope: (bytes) => {
    const envelope = parseEnvelope(bytes);
    return encodeEnvelope(envelope, envelope.payload);
  },
  'signed-manifest': (bytes) => {
    const { envelope, manifest } = readSignedManifest(bytes);
    return encodeEnvelope(envelope, again(manifest));
  },
  manifest: (bytes) => again(parseManifest(bytes)),
  'vault-record': (bytes) => again(parseVaultRecord(bytes)),
  event: (bytes) => encodeEvent(parseEvent(bytes)),
  act: (bytes) => encodeAct(parseAct(bytes)),
  receipt: (bytes) => encodeReceipt(parseReceipt(bytes)),
  'act-proof': (bytes) => encodeActProof(parseActProof(bytes)),
  'trust-root': (bytes) => again(parseTrustRootPayload(bytes)),
  'vault-index': (bytes) => encodeVaultIndex(parseVaultIndex(bytes)),
  'index-head': (bytes) => encodeIndexHead(parseIndexHead(bytes)),
  'index-segment': (bytes) => encodeSegment(parseSegment(bytes)),
  places: (bytes) => encodePlaces(parsePlaces(bytes)),
  keyring: (bytes) => encodeKeyring(parseKeyring(bytes)),
  'age-header': (bytes) => encodeHeaderAgain(parseHeader(bytes)),
  'sealed-header': (bytes) => encodeHeaderAgain(parseSealedHeader(bytes)),
  'age-payload': (bytes) => sealPayload(FILE_KEY, openPayload(FILE_KEY, bytes), bytes.slice(0, NONCE_SIZE)),
  note: (bytes) => encodeNote(parseNote(bytes)),
  vkey,
  checkpoint,
  'tlog-proof': proof,
  decimal: (bytes) => utf8(String(parseDecimal(fromUtf8(bytes)))),
  'merkle-proof': merkle,
  ed25519: signature,
};

/** A parser without its limit, to show what the limits are for. */
export const UNLIMITED: Readonly<Record<string, Run>> = {
  'unlimited-json': (bytes) => utf8(JSON.stringify(JSON.parse(fromUtf8(bytes)))),
};
