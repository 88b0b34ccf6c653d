/**
 * The age v1 header: strict parser and encoder that agree on every byte.
 *
 * Source: C2SP age.md, "Header" (ABNF), "Header MAC". Stanzas of any type parse here, as the standard asks; which types
 * the product takes is decided by `sealed.ts`.
 */

import { concat, equal, fromRawBase64, rawBase64 } from '../bytes.ts';
import { hkdf, hmacSha256 } from '../derive.ts';
import { FormatError, LimitError, VerificationError } from '../errors.ts';

/** Length in bytes of a file key. */
export const FILE_KEY_SIZE = 16;

/** More recipients than a vault has unlock methods and members: bounds the work that a forged header can ask for. */
export const MAX_STANZAS = 64;

/** 64 hybrid stanzas need 100 KiB: bounds the memory that a forged header can ask for. */
export const MAX_HEADER = 256 * 1024;

const VERSION_LINE = 'age-encryption.org/v1';
const STANZA_PREFIX = '-> ';
const END_PREFIX = '---';
const COLUMNS = 64;
const MAC_SIZE = 32;
const LINE_FEED = 0x0a;
const ARGUMENT = /^[\x21-\x7e]+$/;

/** One recipient stanza: its arguments, the first being the type, and its body. */
export interface Stanza {
  readonly args: readonly [string, ...string[]];
  readonly body: Uint8Array;
}

/** A parsed header; `bytes` is its exact encoding. */
export interface Header {
  readonly stanzas: readonly Stanza[];
  readonly mac: Uint8Array;
  readonly bytes: Uint8Array;
}

class LineReader {
  offset = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  next(): string {
    const end = this.bytes.subarray(0, MAX_HEADER + 1).indexOf(LINE_FEED, this.offset);
    if (end === -1) {
      if (this.bytes.length > MAX_HEADER) throw new LimitError('age header is too long', { limit: MAX_HEADER });
      throw new FormatError('age header ends early');
    }
    if (end >= MAX_HEADER) throw new LimitError('age header is too long', { limit: MAX_HEADER });
    let line = '';
    for (const byte of this.bytes.subarray(this.offset, end)) line += String.fromCharCode(byte);
    this.offset = end + 1;
    return line;
  }
}

function parseStanza(argumentLine: string, lines: LineReader): Stanza {
  const [type, ...rest] = argumentLine.slice(STANZA_PREFIX.length).split(' ');
  if (type === undefined || ![type, ...rest].every((arg) => ARGUMENT.test(arg))) {
    throw new FormatError('age stanza argument');
  }
  const body: Uint8Array[] = [];
  for (;;) {
    const line = lines.next();
    if (line.length > COLUMNS) throw new FormatError('age stanza line is too long');
    body.push(fromRawBase64(line));
    if (line.length < COLUMNS) return { args: [type, ...rest], body: concat(...body) };
  }
}

function parseMac(line: string): Uint8Array {
  if (!line.startsWith(`${END_PREFIX} `)) throw new FormatError('age header line');
  const mac = fromRawBase64(line.slice(END_PREFIX.length + 1));
  if (mac.length !== MAC_SIZE) throw new FormatError('age header MAC length');
  return mac;
}

/**
 * Parses the header at the start of a file; what follows it is not looked at.
 *
 * Raises `FormatError` or `LimitError`. The MAC is not checked: that needs the file key (`verifyMac`).
 */
export function parseHeaderPrefix(file: Uint8Array): Header {
  const lines = new LineReader(file);
  if (lines.next() !== VERSION_LINE) throw new FormatError('age version');
  const stanzas: Stanza[] = [];
  for (;;) {
    const line = lines.next();
    if (!line.startsWith(STANZA_PREFIX)) {
      if (stanzas.length === 0) throw new FormatError('age header without stanza');
      return { stanzas, mac: parseMac(line), bytes: file.slice(0, lines.offset) };
    }
    if (stanzas.length === MAX_STANZAS) throw new LimitError('too many age stanzas', { limit: MAX_STANZAS });
    stanzas.push(parseStanza(line, lines));
  }
}

/** Parses bytes that are a header and nothing else. */
export function parseHeader(bytes: Uint8Array): Header {
  const header = parseHeaderPrefix(bytes);
  if (header.bytes.length !== bytes.length) throw new FormatError('bytes after the age header');
  return header;
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function encodeStanza(stanza: Stanza): string {
  const body = rawBase64(stanza.body);
  const lines = [`${STANZA_PREFIX}${stanza.args.join(' ')}`];
  for (let i = 0; i < body.length; i += COLUMNS) lines.push(body.slice(i, i + COLUMNS));
  if (body.length % COLUMNS === 0) lines.push('');
  return lines.join('\n');
}

function encodeUnsigned(stanzas: readonly Stanza[]): Uint8Array {
  return ascii([VERSION_LINE, ...stanzas.map(encodeStanza), END_PREFIX].join('\n'));
}

function computeMac(fileKey: Uint8Array, unsigned: Uint8Array): Uint8Array {
  return hmacSha256(hkdf(fileKey, new Uint8Array(0), ascii('header')), unsigned);
}

/** Encodes a header and its MAC under the file key. */
export function encodeHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Uint8Array {
  if (stanzas.length === 0 || stanzas.length > MAX_STANZAS) throw new LimitError('number of age stanzas');
  const unsigned = encodeUnsigned(stanzas);
  return concat(unsigned, ascii(` ${rawBase64(computeMac(fileKey, unsigned))}\n`));
}

/** Refuses a header whose MAC does not hold under the file key (`VerificationError`). */
export function verifyMac(header: Header, fileKey: Uint8Array): void {
  if (!equal(computeMac(fileKey, encodeUnsigned(header.stanzas)), header.mac)) {
    throw new VerificationError('age header MAC does not hold');
  }
}
