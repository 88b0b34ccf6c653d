/**
 * Headers as the product reads and writes them: hybrid stanzas only, file key in and out.
 *
 * Source: C2SP age.md; docs/spec/document.md ("Recipients are hybrid only"). A foreign stanza is refused and never
 * skipped: a header that also wraps to a classical key would be only classically safe.
 */

import { randomBytes } from '../bytes.ts';
import { FormatError, NotForThisKeyError } from '../errors.ts';
import { encodeHeader, FILE_KEY_SIZE, type Header, parseHeader, parseHeaderPrefix, verifyMac } from './header.ts';
import { HYBRID_TYPE, type Identity, parseHybridStanza, type Recipient, unwrapFileKey, wrapFileKey } from './hybrid.ts';
import { openPayload, sealPayload } from './stream.ts';
import { concat } from '../bytes.ts';

function requireHybrid(header: Header): Header {
  for (const stanza of header.stanzas) {
    if (stanza.args[0] !== HYBRID_TYPE) throw new FormatError('stanza that the product does not take');
    parseHybridStanza(stanza);
  }
  return header;
}

/** Parses bytes that are exactly one header with hybrid stanzas only. */
export function parseSealedHeader(bytes: Uint8Array): Header {
  return requireHybrid(parseHeader(bytes));
}

/** The same of the header at the start of a file; what follows it is not looked at. */
export function parseSealedPrefix(file: Uint8Array): Header {
  return requireHybrid(parseHeaderPrefix(file));
}

/** A fresh file key. */
export function newFileKey(): Uint8Array {
  return randomBytes(FILE_KEY_SIZE);
}

/** Writes the header of a file key for one or more recipients. */
export function sealHeader(fileKey: Uint8Array, recipients: readonly Recipient[]): Uint8Array {
  return encodeHeader(
    recipients.map((recipient) => wrapFileKey(recipient, fileKey)),
    fileKey,
  );
}

/** The file key of a header, and which of the identities opened it. */
export interface OpenedHeader {
  readonly fileKey: Uint8Array;
  readonly identity: Identity;
  readonly stanza: number;
}

/**
 * Unwraps the file key with the first identity that fits and checks the MAC.
 *
 * Raises `NotForThisKeyError` if none fits, `VerificationError` if the MAC does not hold.
 */
export function openHeader(header: Header, identities: readonly Identity[]): OpenedHeader {
  for (const identity of identities) {
    for (const [index, stanza] of header.stanzas.entries()) {
      const fileKey = unwrapFileKey(identity, stanza);
      if (fileKey === null) continue;
      verifyMac(header, fileKey);
      return { fileKey, identity, stanza: index };
    }
  }
  throw new NotForThisKeyError('no stanza opens with these identities');
}

/** Writes a new header for the same file key: payloads stay as they are (docs/spec/document.md, re-wrapping). */
export function rewrapHeader(
  header: Uint8Array,
  identities: readonly Identity[],
  recipients: readonly Recipient[],
): Uint8Array {
  const { fileKey } = openHeader(parseSealedHeader(header), identities);
  return sealHeader(fileKey, recipients);
}

/** Seals bytes as one whole age file with a fresh file key (keyring, index). */
export function sealFile(plaintext: Uint8Array, recipients: readonly Recipient[]): Uint8Array {
  const fileKey = newFileKey();
  return concat(sealHeader(fileKey, recipients), sealPayload(fileKey, plaintext));
}

/** What a whole age file held, and what opened it. */
export interface OpenedFile extends OpenedHeader {
  readonly header: Header;
  readonly plaintext: Uint8Array;
}

/** Opens a whole age file with hybrid stanzas only. */
export function openFile(file: Uint8Array, identities: readonly Identity[]): OpenedFile {
  const header = parseSealedPrefix(file);
  const opened = openHeader(header, identities);
  return { ...opened, header, plaintext: openPayload(opened.fileKey, file.subarray(header.bytes.length)) };
}
