/**
 * Making and changing a vault: genesis, records and keyrings (docs/spec/vault.md). Pure but for randomness: what comes back
 * counts only when the city has taken it.
 */

import { encodeIdentity, type Identity, identityFromSeed } from './age/hybrid.ts';
import { fromHex, hex, randomBytes, wipe } from './bytes.ts';
import { sha256 } from './derive.ts';
import type { Envelope } from './dsse.ts';
import { publicKeyOf } from './ed25519.ts';
import { StateError } from './errors.ts';
import { type Keyring, type KeyringClaim, type KeyringData, type KeyringMethod, sealKeyring } from './keyring.ts';
import {
  chainHead,
  chainVaultId,
  extendChain,
  methodCommitment,
  newestRecord,
  signVaultRecord,
  startChain,
  type VaultChain,
  type VaultRecord,
} from './record.ts';

/** A vault that exists in this client only: root seed, reading identity, signed genesis. */
export interface DraftVault {
  readonly rootSeed: Uint8Array;
  readonly reading: Identity;
  readonly genesis: Envelope;
  readonly chain: VaultChain;
}

function nonce(): string {
  return hex(randomBytes(32));
}

/** Draws the keys of a vault with number `v` and signs its genesis. */
export async function draftVault(city: string, v: number): Promise<DraftVault> {
  const rootSeed = randomBytes(32);
  const readingSeed = randomBytes(32);
  const reading = identityFromSeed(readingSeed);
  wipe(readingSeed);
  const record: VaultRecord = {
    version: 1,
    vault_id: null,
    number: 0,
    previous: null,
    v,
    city,
    kind: 'person',
    root_key: hex(publicKeyOf(rootSeed)),
    nonce: nonce(),
    reading: { epoch: 1, recipient: reading.recipient.text },
    keyring: null,
    methods: [],
    members: [],
    state: 'open',
  };
  const genesis = await signVaultRecord(record, rootSeed);
  return { rootSeed, reading, genesis, chain: await startChain(genesis.bytes) };
}

/** An open vault: verified records, checked keyring. */
export interface OpenVault {
  readonly chain: VaultChain;
  readonly keyring: Keyring;
}

/** A new state of a vault and what the city is told of it. */
export interface VaultChange extends OpenVault {
  readonly record: Envelope;
  readonly keyringFile: Uint8Array;
}

async function writeChange(
  chain: VaultChain,
  keyring: Keyring,
  rootSeed: Uint8Array,
  reading: VaultRecord['reading'],
): Promise<VaultChange> {
  const keyringFile = sealKeyring(keyring);
  const newest = newestRecord(chain);
  const record = await signVaultRecord(
    {
      ...newest,
      vault_id: chainVaultId(chain),
      number: newest.number + 1,
      previous: chainHead(chain),
      nonce: nonce(),
      reading,
      keyring: { number: keyring.data.number, sha256: hex(sha256(keyringFile)) },
      methods: keyring.data.methods.map(({ id, recipient }) => ({ id, commitment: methodCommitment(id, recipient) })),
    },
    rootSeed,
  );
  return { chain: await extendChain(chain, record.bytes), keyring, record, keyringFile };
}

/** Writes the first keyring of a draft and the record that commits to it. */
export async function firstKeyring(
  draft: DraftVault,
  methods: readonly KeyringMethod[],
  letter: { readonly claim: KeyringClaim; readonly secret: string },
  trustRootVersion: number,
): Promise<VaultChange> {
  const genesis = newestRecord(draft.chain);
  const data: KeyringData = {
    version: 1,
    city: genesis.city,
    vault_id: chainVaultId(draft.chain),
    number: 1,
    record_head: chainHead(draft.chain),
    root_seed: hex(draft.rootSeed),
    claims: [letter.claim],
    methods: sortById(methods),
    trust_root_version: trustRootVersion,
  };
  const keyring = { data, readings: [encodeIdentity(draft.reading.seed)], claimSecrets: [letter.secret] };
  return writeChange(draft.chain, keyring, draft.rootSeed, genesis.reading);
}

function sortById(methods: readonly KeyringMethod[]): KeyringMethod[] {
  return methods.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** The root seed of an open vault; the caller wipes it. Raises `state` for a member who is no owner. */
export function rootSeedOf({ keyring }: OpenVault): Uint8Array {
  if (keyring.data.root_seed === null) throw new StateError('only an owner signs');
  return fromHex(keyring.data.root_seed);
}

function nextData(vault: OpenVault, methods: readonly KeyringMethod[], trustRootVersion: number): KeyringData {
  return {
    ...vault.keyring.data,
    methods,
    trust_root_version: trustRootVersion,
    number: vault.keyring.data.number + 1,
    record_head: chainHead(vault.chain),
  };
}

/** Adds an unlock method. */
export async function addUnlockMethod(
  vault: OpenVault,
  method: KeyringMethod,
  trustRootVersion: number,
): Promise<VaultChange> {
  if (vault.keyring.data.methods.some(({ id }) => id === method.id)) throw new StateError('already a way in');
  const methods = sortById([...vault.keyring.data.methods, method]);
  const data = nextData(vault, methods, trustRootVersion);
  const rootSeed = rootSeedOf(vault);
  try {
    return await writeChange(vault.chain, { ...vault.keyring, data }, rootSeed, newestRecord(vault.chain).reading);
  } finally {
    wipe(rootSeed);
  }
}

/** Removes an unlock method and begins a new reading epoch: what arrives afterwards is out of its reach. */
export async function removeUnlockMethod(
  vault: OpenVault,
  methodId: string,
  trustRootVersion: number,
): Promise<VaultChange> {
  const methods = vault.keyring.data.methods.filter(({ id }) => id !== methodId);
  if (methods.length === vault.keyring.data.methods.length) throw new StateError('no such way in');
  if (methods.length === 0) throw new StateError('the last way in stays');
  const data = nextData(vault, methods, trustRootVersion);
  const seed = randomBytes(32);
  const keyring = { ...vault.keyring, data, readings: [...vault.keyring.readings, encodeIdentity(seed)] };
  const { epoch } = newestRecord(vault.chain).reading;
  const reading = { epoch: epoch + 1, recipient: identityFromSeed(seed).recipient.text };
  const rootSeed = rootSeedOf(vault);
  try {
    return await writeChange(vault.chain, keyring, rootSeed, reading);
  } finally {
    wipe(rootSeed, seed);
  }
}
