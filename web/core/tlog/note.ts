/**
 * Signed notes: text, then one line a signature (C2SP signed-note).
 *
 * Parsing verifies nothing. A key is known by its name and its key id together; signatures of others are passed over.
 */

import { concat, equal, fromBase64, fromUtf8, hex, utf8 } from '../bytes.ts';
import { sha256 } from '../derive.ts';
import { verifyEd25519 } from '../ed25519.ts';
import { FormatError, LimitError } from '../errors.ts';

/** 64 post-quantum signatures of up to 5 kB, and a long text. */
export const MAX_NOTE = 512 * 1024;

/** C2SP wants at least 16; a log, its witnesses and their successors stay far below. */
export const MAX_NOTE_SIGNATURES = 64;

/** Bytes of a key name: a cosigned message gives its length in one byte. */
export const MAX_KEY_NAME = 255;

/** Signature type bytes of C2SP signed-note that the product knows. */
export const ED25519_NOTE = 0x01;
export const MLDSA44_COSIGNATURE = 0x06;

const KEY_ID_SIZE = 4;
const EM_DASH_SPACE = '\u2014 ';
// Unicode White_Space of a release that will not change for us, so that every language refuses the same names; plus; controls.
// eslint-disable-next-line no-control-regex
const BAD_IN_NAME = /[\u0000-\u0020+\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

function refuse(detail: string): never {
  throw new FormatError(detail, 'note');
}

/** One signature line: the 4-byte key id taken off the signature. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A parsed note; `text` ends in a newline and is what Ed25519 note signatures sign. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Refuses a text that may not name a key: 1 to 255 bytes, no space, no plus, no control character. */
export function requireKeyName(name: string): void {
  if (name === '' || BAD_IN_NAME.test(name) || utf8(name).length > MAX_KEY_NAME) refuse('not a key name');
}

function parseSignature(line: string): NoteSignature {
  const space = line.indexOf(' ', EM_DASH_SPACE.length);
  if (!line.startsWith(EM_DASH_SPACE) || space === -1) return refuse('not a signature line');
  const name = line.slice(EM_DASH_SPACE.length, space);
  requireKeyName(name);
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(line.slice(space + 1));
  } catch {
    return refuse('signature is not base64');
  }
  if (bytes.length <= KEY_ID_SIZE) return refuse('not a signature');
  return { name, keyId: bytes.slice(0, KEY_ID_SIZE), signature: bytes.slice(KEY_ID_SIZE) };
}

/** Parses a signed note; `note` unless it is one, `limit` if it is too long or has too many signatures. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > MAX_NOTE) throw new LimitError('the note is too long');
  let whole: string;
  try {
    whole = fromUtf8(bytes);
  } catch {
    return refuse('not UTF-8');
  }
  const split = whole.lastIndexOf('\n\n');
  if (split === -1 || CONTROL.test(whole)) return refuse('no signatures, or a control character');
  const lines = whole.slice(split + 2).split('\n');
  if (lines.pop() !== '' || lines.length === 0) return refuse('the last line has no newline');
  if (lines.length > MAX_NOTE_SIGNATURES) throw new LimitError('too many signatures');
  const signatures = lines.map(parseSignature);
  const keys = new Set(signatures.map(({ name, keyId }) => `${name} ${hex(keyId)}`));
  if (keys.size !== signatures.length) return refuse('a key signs twice');
  return { text: whole.slice(0, split + 1), signatures };
}

/** Key id: the first 4 bytes of SHA-256(name ‖ newline ‖ type ‖ public key). */
export function noteKeyId(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).slice(0, KEY_ID_SIZE);
}

/** The signature of a note that claims to be by this key, if there is one; only verifying proves it. */
export function signatureBy(note: Note, name: string, type: number, publicKey: Uint8Array): Uint8Array | undefined {
  const keyId = noteKeyId(name, type, publicKey);
  return note.signatures.find((line) => line.name === name && equal(line.keyId, keyId))?.signature;
}

/** Verifies an Ed25519 note signature (type 0x01) over the note's text; `bad-signature` unless it holds. */
export async function verifyNoteEd25519(note: Note, signature: Uint8Array, publicKey: Uint8Array): Promise<void> {
  await verifyEd25519(publicKey, signature, utf8(note.text));
}

/** A public key with the name that it signs notes under. */
export interface VerifierKey {
  readonly name: string;
  readonly type: number;
  readonly publicKey: Uint8Array;
}

const KEY_SIZES: Readonly<Record<number, number>> = { [ED25519_NOTE]: 32, [MLDSA44_COSIGNATURE]: 1312 };
const VKEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/;
const MAX_VKEY = 4096;

/** Reads a vkey, `name+hex(key id)+base64(type ‖ public key)`; `note` unless it is one and the key id is that of its key. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, keyId, encoded] = (text.length <= MAX_VKEY ? VKEY.exec(text) : null) ?? [];
  if (name === undefined || encoded === undefined) return refuse('not a verifier key');
  requireKeyName(name);
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(encoded);
  } catch {
    return refuse('key is not base64');
  }
  const [type = 0, publicKey] = [bytes[0], bytes.slice(1)];
  if (KEY_SIZES[type] !== publicKey.length) return refuse('not a key of a known type');
  if (hex(noteKeyId(name, type, publicKey)) !== keyId) return refuse('the key id is not that of the key');
  return { name, type, publicKey };
}
