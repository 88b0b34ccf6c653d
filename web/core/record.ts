/**
 * Vault records: the signed, numbered, chained statements that say which keys a vault has (docs/spec/vault.md).
 *
 * A vault's id is the hash of its first record (genesis), so whoever knows the id can verify all that a server hands over.
 */

import { decodeBech32 } from './bech32.ts';
import { fromHex, hex } from './bytes.ts';
import { labelledHash } from './derive.ts';
import { type Envelope, parseEnvelope, requireKind, signStatement, statementHash, verifyStatement } from './dsse.ts';
import { FormatError, VerificationError } from './errors.ts';
import {
  hash,
  id,
  integer,
  list,
  nullable,
  object,
  oneOf,
  pattern,
  type Read,
  type Reader,
  requireRising,
  slug,
  version1,
} from './schema.ts';
import { parsePayload, writePayload } from './statement.ts';

/** One record a change of keys: more in a lifetime is abuse, and a chain must stay cheap to verify. */
export const MAX_RECORDS = 1000;

/** Unlock methods of one vault. */
export const MAX_METHODS = 16;

const RECIPIENT_SIZE = 1216;

/** Reads a hybrid recipient, `age1pq1…`: Bech32 of 1,216 bytes; whether they are a key is checked where it is used. */
export const recipientText = pattern((value) => {
  try {
    return decodeBech32('age1pq', value).length === RECIPIENT_SIZE;
  } catch {
    return false;
  }
}, 'a hybrid recipient');

const schema = object({
  version: version1,
  vault_id: nullable(hash),
  number: integer(0, MAX_RECORDS - 1),
  previous: nullable(hash),
  v: integer(1),
  city: slug,
  kind: oneOf('person', 'business', 'household', 'department'),
  root_key: hash,
  nonce: hash,
  reading: object({ epoch: integer(1, MAX_RECORDS), recipient: recipientText }),
  keyring: nullable(object({ number: integer(1), sha256: hash })),
  methods: list(object({ id, commitment: hash }), 0, MAX_METHODS),
  members: list<never>(() => refuseMember(), 0, 0),
  state: oneOf('open', 'closed'),
});

function refuseMember(): never {
  throw new FormatError('members are a later format');
}

/** A vault record's payload. */
export type VaultRecord = Read<typeof schema>;

function requireShape(record: VaultRecord): VaultRecord {
  requireRising(
    record.methods.map((method) => method.id),
    'methods',
  );
  const genesis = record.number === 0;
  const absent = [
    record.vault_id === null,
    record.previous === null,
    record.keyring === null,
    record.methods.length === 0,
  ];
  if (absent.some((value) => value !== genesis)) {
    throw new FormatError('only genesis is without vault id, previous, keyring and methods', 'format', {
      field: 'number',
    });
  }
  if (genesis && (record.reading.epoch !== 1 || record.state !== 'open')) {
    throw new FormatError('genesis is open and of reading epoch 1', 'format', { field: 'reading' });
  }
  return record;
}

const readRecord: Reader<VaultRecord> = (value, key) => requireShape(schema(value, key));

/** Parses a record's payload; raises `FormatError` alone. Nothing is verified. */
export function parseVaultRecord(payload: Uint8Array): VaultRecord {
  return parsePayload(payload, readRecord, 'vault-record');
}

/** Signs a record with the vault's root seed. */
export async function signVaultRecord(record: VaultRecord, rootSeed: Uint8Array): Promise<Envelope> {
  return signStatement('vault-record', writePayload(record, readRecord, 'vault-record'), rootSeed);
}

/** Commits to an unlock method's recipient without showing it. */
export function methodCommitment(methodId: string, recipient: string): string {
  return hex(labelledHash('method/commitment/v1', fromHex(methodId, 16), recipient));
}

/** A verified chain: `hashes[n]` is the hash of `records[n]`'s payload, in hex; `genesis` is the first envelope as it came. */
export interface VaultChain {
  readonly genesis: Uint8Array;
  readonly records: readonly [VaultRecord, ...VaultRecord[]];
  readonly hashes: readonly [string, ...string[]];
}

/** The record that counts. */
export function newestRecord(chain: VaultChain): VaultRecord {
  return chain.records.at(-1) ?? chain.records[0];
}

/** The hash of the newest record. */
export function chainHead(chain: VaultChain): string {
  return chain.hashes.at(-1) ?? chain.hashes[0];
}

/** The vault's id: the hash of genesis. */
export function chainVaultId(chain: VaultChain): string {
  return chain.hashes[0];
}

function broken(detail: string): VerificationError {
  return new VerificationError(detail, 'record-chain');
}

/** Verifies a genesis envelope: it is signed by the root key that it names. */
export async function startChain(bytes: Uint8Array): Promise<VaultChain> {
  const envelope = parseEnvelope(bytes);
  requireKind(envelope, 'vault-record');
  const record = parseVaultRecord(envelope.payload);
  if (record.number !== 0) throw broken('a chain begins with genesis');
  await verifyStatement(envelope, 'vault-record', [fromHex(record.root_key)]);
  return { genesis: envelope.bytes, records: [record], hashes: [hex(statementHash(envelope))] };
}

function requireNext(chain: VaultChain, next: VaultRecord): void {
  const old = newestRecord(chain);
  if (next.number !== old.number + 1 || next.previous !== chainHead(chain) || next.vault_id !== chainVaultId(chain)) {
    throw broken('not the next record of this vault');
  }
  if (next.v !== old.v || next.city !== old.city || next.kind !== old.kind || next.root_key !== old.root_key) {
    throw broken('v, city, kind and root key never change');
  }
  const sameEpoch = next.reading.epoch === old.reading.epoch;
  if (
    (!sameEpoch && next.reading.epoch !== old.reading.epoch + 1) ||
    sameEpoch !== (next.reading.recipient === old.reading.recipient)
  ) {
    throw broken('a new reading epoch has a new recipient, the same epoch the same');
  }
  if (old.keyring === null || next.keyring === null) return;
  const sameNumber = next.keyring.number === old.keyring.number;
  if (next.keyring.number < old.keyring.number || (sameNumber && next.keyring.sha256 !== old.keyring.sha256)) {
    throw broken("a keyring's number never falls, and names one keyring");
  }
}

/** Verifies the next record's envelope against a verified chain; gives the longer chain. */
export async function extendChain(chain: VaultChain, bytes: Uint8Array): Promise<VaultChain> {
  const envelope = parseEnvelope(bytes);
  await verifyStatement(envelope, 'vault-record', [fromHex(chain.records[0].root_key)]);
  const record = parseVaultRecord(envelope.payload);
  requireNext(chain, record);
  return {
    genesis: chain.genesis,
    records: [...chain.records, record],
    hashes: [...chain.hashes, hex(statementHash(envelope))],
  };
}

/** Verifies a whole chain, genesis first, 1 to 1,000 records. */
export async function verifyChain(envelopes: readonly Uint8Array[]): Promise<VaultChain> {
  const [genesis, ...later] = envelopes;
  if (genesis === undefined || envelopes.length > MAX_RECORDS) throw broken('a chain has 1 to 1,000 records');
  let chain = await startChain(genesis);
  for (const bytes of later) chain = await extendChain(chain, bytes);
  return chain;
}
