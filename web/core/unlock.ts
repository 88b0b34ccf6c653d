/**
 * Unlock methods: what turns a passkey's PRF output or a recovery kit into one recipient of keyring.age
 * (docs/spec/vault.md, "Unlock methods"), and the allow-list of WebAuthn replies.
 */

import { encodeIdentity, type Identity, identityFromSeed, parseIdentity } from './age/hybrid.ts';
import { fromHex, hex, lengthPrefixed, utf8, wipe } from './bytes.ts';
import { deriveKey, labelledHash } from './derive.ts';
import { publicKeyOf, signEd25519 } from './ed25519.ts';
import { FormatError } from './errors.ts';
import { hash, id, slug, time } from './schema.ts';

/** An unlock method ready to open or to be added: its id (hex) and the identity that this client derived itself. */
export interface UnlockMethod {
  readonly methodId: string;
  readonly kind: 'passkey' | 'kit';
  readonly identity: Identity;
}

const PRF_SIZE = 32;
const METHOD_ID_SIZE = 16;

/** `eval.first` of the PRF extension: the same for everyone, chosen by no server. */
export function prfInput(): Uint8Array {
  return labelledHash('prf/v1');
}

/** The method id of a passkey: the first 16 bytes of a hash of its credential id, in hex. */
export function passkeyMethodId(credentialId: Uint8Array): string {
  return hex(labelledHash('method/passkey/v1', credentialId).slice(0, METHOD_ID_SIZE));
}

/** Derives a passkey's identity; the PRF output is wiped. */
export function passkeyMethod(prf: Uint8Array, credentialId: Uint8Array, vaultId: string): UnlockMethod {
  if (prf.length !== PRF_SIZE) throw new FormatError('a PRF output has 32 bytes');
  const methodId = passkeyMethodId(credentialId);
  const seed = deriveKey(prf, 'unlock/passkey/v1', fromHex(vaultId, 32), fromHex(methodId));
  const identity = identityFromSeed(seed);
  wipe(seed, prf);
  return { methodId, kind: 'passkey', identity };
}

/** A recovery kit. */
export interface Kit {
  readonly city: string;
  readonly vaultId: string;
  readonly methodId: string;
  readonly createdAt: string;
  /** `AGE-SECRET-KEY-PQ-1…` */
  readonly secret: string;
}

const MAX_KIT = 16 * 1024;
const LABELS = ['voute-kit', 'city', 'vault', 'method', 'created'] as const;
// `s`: a line ends at LF alone, not at what else this language takes for a line end.
const LABEL_LINE = /^# (voute-kit|city|vault|method|created): (.*)$/s;
// eslint-disable-next-line no-control-regex
const NOT_ASCII = /[^\u0000-\u007f]/;

/** Writes kit.txt; `forPeople` are lines of free text, written as comments before the key. */
export function encodeKit(kit: Kit, forPeople: readonly string[] = []): string {
  const lines = [
    '# voute-kit: 1',
    `# city: ${kit.city}`,
    `# vault: ${kit.vaultId}`,
    `# method: ${kit.methodId}`,
    `# created: ${kit.createdAt}`,
    ...forPeople.map((line) => `# ${line}`.trimEnd()),
    kit.secret,
  ];
  const written = `${lines.join('\n')}\n`;
  parseKit(written);
  return written;
}

/**
 * Reads a kit as people hand it over: lower case in the key line, CR LF, blank lines and spaces at the ends of lines are
 * taken, nothing else. Raises `FormatError` alone.
 */
export function parseKit(written: string): Kit {
  if (utf8(written).length > MAX_KIT) throw new FormatError('kit: too long');
  const found: string[] = [];
  const keys: string[] = [];
  for (const line of written.split('\n').map((raw) => raw.replace(/^[ \t\r]+|[ \t\r]+$/g, ''))) {
    const [, label, value] = LABEL_LINE.exec(line) ?? [];
    if (label !== undefined && value !== undefined) {
      if (LABELS[found.length] !== label) throw new FormatError('kit: a line twice, or in another order');
      found.push(value);
    } else if (line !== '' && !line.startsWith('#')) {
      // Upper-casing beyond ASCII would turn foreign letters into ours.
      keys.push(NOT_ASCII.test(line) ? '' : line.toUpperCase());
    }
  }
  const [version, city, vault, method, created] = found;
  const [secret = '', ...more] = keys;
  if (version !== '1' || created === undefined) throw new FormatError('kit: a line is missing');
  if (more.length > 0) throw new FormatError('kit: not one secret key line');
  wipe(parseIdentity(secret));
  return {
    city: slug(city, 'city'),
    vaultId: hash(vault, 'vault'),
    methodId: id(method, 'method'),
    createdAt: time(created, 'created'),
    secret,
  };
}

/** Draws a recovery kit. */
export function newKit(city: string, vaultId: string, createdAt: string): Kit {
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const methodId = hex(crypto.getRandomValues(new Uint8Array(METHOD_ID_SIZE)));
  const kit = { city, vaultId, methodId, createdAt, secret: encodeIdentity(seed) };
  wipe(seed);
  return kit;
}

/** The unlock method that a kit is. */
export function kitMethod(kit: Kit): UnlockMethod {
  const seed = parseIdentity(kit.secret);
  const identity = identityFromSeed(seed);
  wipe(seed);
  return { methodId: kit.methodId, kind: 'kit', identity };
}

function kitSignInSeed(kit: Kit): Uint8Array {
  const seed = parseIdentity(kit.secret);
  const derived = deriveKey(seed, 'kit/sign-in/v1', fromHex(kit.vaultId), fromHex(kit.methodId));
  wipe(seed);
  return derived;
}

/** The public key with which the server checks a kit's sign-in, in hex. */
export function kitSignInKey(kit: Kit): string {
  const seed = kitSignInSeed(kit);
  const key = hex(publicKeyOf(seed));
  wipe(seed);
  return key;
}

/** Signs the city's challenge (32 bytes) for the page's origin. */
export async function signWithKit(kit: Kit, origin: string, challenge: Uint8Array): Promise<Uint8Array> {
  if (challenge.length !== 32) throw new FormatError('a challenge has 32 bytes');
  const seed = kitSignInSeed(kit);
  const vaultId = fromHex(kit.vaultId);
  const message = lengthPrefixed('voute/kit-sign-in/v1', origin, vaultId, fromHex(kit.methodId), challenge);
  try {
    return await signEd25519(seed, message);
  } finally {
    wipe(seed);
  }
}

/** A WebAuthn reply as the server takes it; values are base64url. */
export interface CredentialReply {
  readonly id: string;
  readonly type: 'public-key';
  readonly response: Readonly<Partial<Record<ResponseField, string>>> & { readonly transports?: readonly string[] };
}

const RESPONSE_FIELDS = [
  'clientDataJSON',
  'attestationObject',
  'authenticatorData',
  'signature',
  'userHandle',
] as const;
type ResponseField = (typeof RESPONSE_FIELDS)[number];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/**
 * Rebuilds a WebAuthn reply from the allow-list of docs/spec/vault.md; extension results (which hold the PRF output) and
 * every other key are left behind. Takes the JSON form of a reply (`PublicKeyCredential.toJSON` or one made like it).
 */
export function allowListedReply(reply: unknown): CredentialReply {
  if (
    !isRecord(reply) ||
    !isRecord(reply['response']) ||
    typeof reply['id'] !== 'string' ||
    reply['type'] !== 'public-key'
  ) {
    throw new FormatError('not a WebAuthn reply');
  }
  const source = reply['response'];
  const fields = RESPONSE_FIELDS.flatMap((name): [string, string][] => {
    const value = source[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const transports = source['transports'];
  const list = Array.isArray(transports) ? transports.filter((item): item is string => typeof item === 'string') : null;
  return {
    id: reply['id'],
    type: 'public-key',
    response: { ...Object.fromEntries(fields), ...(list === null ? {} : { transports: list }) },
  };
}
