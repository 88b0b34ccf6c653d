/**
 * keyring.age: the vault's secrets, an age identity file whose comments hold our JSON (docs/spec/vault.md, "keyring.age").
 *
 * Stock `age` reads the key lines and passes over the rest; this parser accepts exactly one way to write each keyring.
 */

import { type Identity, identityFromSeed, parseIdentity, parseRecipient, wipeIdentity } from './age/hybrid.ts';
import { openFile, sealFile } from './age/sealed.ts';
import { equal, fromHex, fromUtf8, hex, utf8, wipe } from './bytes.ts';
import { sha256 } from './derive.ts';
import { publicKeyOf } from './ed25519.ts';
import { FormatError, VerificationError } from './errors.ts';
import { decodeJson, encodeJson } from './json.ts';
import {
  chainVaultId,
  MAX_METHODS,
  MAX_RECORDS,
  methodCommitment,
  newestRecord,
  recipientText,
  type VaultChain,
} from './record.ts';
import {
  hash,
  id,
  integer,
  list,
  nullable,
  object,
  oneOf,
  type Read,
  requireRising,
  slug,
  text,
  time,
  u32Integer,
  version1,
} from './schema.ts';
import type { UnlockMethod } from './unlock.ts';

/** Bytes of a keyring's plaintext. */
export const MAX_KEYRING = 1024 * 1024;

/** Code points of an unlock method's name. */
export const MAX_METHOD_NAME = 64;

// A holder with more bound references than this is a property manager: another design, not a longer list.
const MAX_CLAIMS = 2000;
const MAX_PARTY = 200;

const FIRST_LINE = '# voute keyring v1';
const COMMENT = '# ';
const READING = /^# reading ([1-9][0-9]{0,3})$/;
const CLAIM = /^# claim ([0-9a-f]{64})$/;

const schema = object({
  version: version1,
  city: slug,
  vault_id: hash,
  number: integer(1),
  record_head: hash,
  root_seed: nullable(hash),
  claims: list(
    object({ issuer: slug, party: text(MAX_PARTY), lookup_id: hash, slot: u32Integer, code_epoch: u32Integer }),
    0,
    MAX_CLAIMS,
  ),
  methods: list(
    object({
      id,
      kind: oneOf('passkey', 'kit'),
      recipient: recipientText,
      created_at: time,
      name: text(MAX_METHOD_NAME),
    }),
    1,
    MAX_METHODS,
  ),
  trust_root_version: integer(1),
});

/** The JSON of a keyring. */
export type KeyringData = Read<typeof schema>;

/** An unlock method as the keyring has it. */
export type KeyringMethod = KeyringData['methods'][number];

/** A claim as the keyring has it. */
export type KeyringClaim = KeyringData['claims'][number];

/** A parsed keyring: its JSON, the reading identities of epochs 1, 2, …, and the claim identities in the order of `claims`. */
export interface Keyring {
  readonly data: KeyringData;
  readonly readings: readonly string[];
  readonly claimSecrets: readonly string[];
}

function requireShape({ data, readings, claimSecrets }: Keyring): void {
  requireRising(
    data.methods.map((method) => method.id),
    'methods',
  );
  const lookups = data.claims.map((claim) => claim.lookup_id);
  if (new Set(lookups).size !== lookups.length)
    throw new FormatError('claims: one twice', 'format', { field: 'claims' });
  if (claimSecrets.length !== lookups.length) throw new FormatError('claims: not the key lines');
  if (readings.length < 1 || readings.length > MAX_RECORDS) throw new FormatError('keyring: no reading identity');
  for (const secret of [...readings, ...claimSecrets]) wipe(parseIdentity(secret));
}

/** Writes a keyring's plaintext. */
export function encodeKeyring(keyring: Keyring): Uint8Array {
  requireShape(keyring);
  const data = schema(keyring.data, 'keyring');
  const lines = [FIRST_LINE, COMMENT + fromUtf8(encodeJson(data))];
  keyring.readings.forEach((secret, index) => lines.push(`# reading ${index + 1}`, secret));
  keyring.claimSecrets.forEach((secret, index) => lines.push(`# claim ${data.claims[index]?.lookup_id ?? ''}`, secret));
  const bytes = utf8(`${lines.join('\n')}\n`);
  if (bytes.length > MAX_KEYRING) throw new FormatError('keyring: too long');
  return bytes;
}

interface Secrets {
  readonly readings: string[];
  readonly lookups: string[];
  readonly claimSecrets: string[];
}

function readSecrets(lines: readonly string[]): Secrets {
  const secrets: Secrets = { readings: [], lookups: [], claimSecrets: [] };
  for (let i = 0; i < lines.length; i += 2) {
    const [label = '', secret = ''] = lines.slice(i, i + 2);
    const [epoch, lookup] = [READING.exec(label)?.[1], CLAIM.exec(label)?.[1]];
    if (lookup !== undefined) {
      secrets.lookups.push(lookup);
      secrets.claimSecrets.push(secret);
    } else if (epoch !== undefined && Number(epoch) === secrets.readings.length + 1 && secrets.lookups.length === 0) {
      secrets.readings.push(secret);
    } else {
      throw new FormatError('keyring: label of a key line');
    }
  }
  return secrets;
}

/** Parses a keyring's plaintext; its own encoding is exactly `bytes`. Raises `FormatError` alone. */
export function parseKeyring(bytes: Uint8Array): Keyring {
  if (bytes.length > MAX_KEYRING) throw new FormatError('keyring: too long');
  const lines = fromUtf8(bytes).split('\n');
  const [first, json] = lines;
  if (lines.length % 2 === 0 || first !== FIRST_LINE || !json?.startsWith(COMMENT) || lines.at(-1) !== '') {
    throw new FormatError('keyring: not its lines');
  }
  const { readings, lookups, claimSecrets } = readSecrets(lines.slice(2, -1));
  const data = schema(decodeJson(utf8(json.slice(COMMENT.length)), MAX_KEYRING), 'keyring');
  if (data.claims.some((claim, index) => claim.lookup_id !== lookups[index])) {
    throw new FormatError('keyring.claims: not the claim lines that follow', 'format', { field: 'claims' });
  }
  const keyring = { data, readings, claimSecrets };
  if (!equal(encodeKeyring(keyring), bytes)) throw new FormatError('keyring: not canonical');
  return keyring;
}

/** Seals a keyring to its methods, in their order. */
export function sealKeyring(keyring: Keyring): Uint8Array {
  const plaintext = encodeKeyring(keyring);
  try {
    return sealFile(
      plaintext,
      keyring.data.methods.map(({ recipient }) => parseRecipient(recipient)),
    );
  } finally {
    wipe(plaintext);
  }
}

function mismatch(check: number, detail: string): VerificationError {
  return new VerificationError(detail, 'keyring-mismatch', { check });
}

function requireNumbers(chain: VaultChain, { data }: Keyring): void {
  const newest = newestRecord(chain);
  if (newest.keyring?.number !== data.number) throw mismatch(4, 'the newest record commits to another number');
  if (data.vault_id !== chainVaultId(chain) || data.city !== newest.city) {
    throw mismatch(5, 'keyring of another vault or city');
  }
  const first = chain.records.findIndex(({ keyring }) => keyring?.number === data.number);
  if (!chain.hashes.slice(0, first).includes(data.record_head)) throw mismatch(5, 'written after another history');
}

function requireMethods(chain: VaultChain, { data: { methods } }: Keyring, stanzas: number, key: KeyringKey): void {
  const expected = newestRecord(chain).methods;
  const same =
    methods.length === expected.length &&
    methods.every(({ id: methodId, recipient }, index) => {
      const record = expected[index];
      return methodId === record?.id && methodCommitment(methodId, recipient) === record.commitment;
    });
  if (!same || stanzas !== expected.length) throw mismatch(6, 'unlock methods are not those of the record');
  const opener = methods.find(({ id: methodId }) => methodId === key.methodId);
  if (opener?.kind !== key.kind || opener.recipient !== key.identity.recipient.text) {
    throw mismatch(7, 'the method that opened it is not in the list');
  }
}

function requireKeys(chain: VaultChain, { data, readings }: Keyring): void {
  const newest = newestRecord(chain);
  const seed = data.root_seed === null ? null : fromHex(data.root_seed);
  const publicKey = seed === null ? null : hex(publicKeyOf(seed));
  wipe(seed);
  if (publicKey !== newest.root_key) throw mismatch(8, "not the vault's root key");
  const current = identityFromSeed(parseIdentity(readings.at(-1) ?? ''));
  const same = readings.length === newest.reading.epoch && current.recipient.text === newest.reading.recipient;
  wipeIdentity(current);
  if (!same) throw mismatch(9, 'not the identity of the newest epoch');
}

/** What opening a keyring takes: the vault id that the client knows from elsewhere, and the method that it derived itself. */
export interface KeyringKey extends UnlockMethod {
  readonly vaultId: string;
}

/**
 * Opens keyring.age and makes all nine checks of docs/spec/vault.md before giving anything of it out.
 *
 * Raises `record-chain`, `keyring-mismatch` (fact `check`), `not-for-this-key`, or what the parsers raise. `chain` has been
 * verified (check 3); this function checks that it is the chain of `key.vaultId` (checks 1 and 2).
 */
export function openKeyring(file: Uint8Array, chain: VaultChain, key: KeyringKey): Keyring {
  if (chainVaultId(chain) !== key.vaultId) throw new VerificationError('records of another vault', 'record-chain');
  if (newestRecord(chain).keyring?.sha256 !== hex(sha256(file))) {
    throw mismatch(4, 'the newest record commits to another keyring');
  }
  const opened = openFile(file, [key.identity]);
  const keyring = parseKeyring(opened.plaintext);
  wipe(opened.plaintext, opened.fileKey);
  requireNumbers(chain, keyring);
  requireMethods(chain, keyring, opened.header.stanzas.length, key);
  requireKeys(chain, keyring);
  return keyring;
}

/** The identities of a keyring: newest reading epoch first, then older ones, then claims. */
export function keyringIdentities(keyring: Keyring): Identity[] {
  return [...keyring.readings.toReversed(), ...keyring.claimSecrets].map((secret) =>
    identityFromSeed(parseIdentity(secret)),
  );
}
