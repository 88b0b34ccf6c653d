/** A vault that was just opened with the code of a letter, and the pieces that tests take hold of. */

import { randomBytes } from '../../../core/bytes.ts';
import type { ClaimParts, Unlock, VaultApi } from '../../../core/rpc.ts';
import { NO_PINS, type PinStore } from '../../../core/pin-store.ts';
import { KeyHolder } from '../../../core/vault.ts';
import { City, type Delivered, NOW, own } from './city.ts';

/** The page's origin. */
export const ORIGIN = 'https://coffre.ville-x.example';

/** A fresh key holder. */
export function holder(pins: PinStore = NO_PINS, copies = pins): KeyHolder {
  return new KeyHolder({ origin: ORIGIN, now: () => NOW, pins, copies });
}

/** A passkey with PRF; each `unlock` gives arrays of its own, for they are wiped. */
export class Passkey {
  readonly credentialId = randomBytes(32);
  private readonly prf = randomBytes(32);

  unlock(): Extract<Unlock, { kind: 'passkey' }> {
    return { kind: 'passkey', credentialId: own(this.credentialId), prf: own(this.prf) };
  }
}

/** What a claim leaves behind. */
export interface Claimed {
  readonly city: City;
  readonly waiting: readonly Delivered[];
  readonly keys: VaultApi;
  readonly passkey: Passkey;
  readonly vaultId: string;
  readonly parts: ClaimParts;
  readonly records: readonly string[];
}

/** Claims a new vault in a new city, with two documents that waited. */
export async function claimed(keys: VaultApi = holder()): Promise<Claimed> {
  const city = new City();
  const waiting = [await city.deliverToClaim(), await city.deliverToClaim()];
  const passkey = new Passkey();
  await keys.trustRoot(await city.trustRoot(), 0);
  await keys.readCode(city.code);
  await keys.openLetter(waiting.map(({ row }) => row));
  const vaultId = await keys.beginVault(7);
  const parts = await keys.finishClaim(passkey.unlock(), 'Téléphone');
  await keys.accepted();
  return { city, waiting, keys, passkey, vaultId, parts, records: [parts.genesis, parts.record] };
}

/** Opens the claimed vault in a fresh key holder. */
export async function reopened(
  { city, vaultId, records, parts, passkey }: Claimed,
  keyring = parts.keyring,
): Promise<VaultApi> {
  const keys = holder();
  await keys.trustRoot(await city.trustRoot(), 1);
  await keys.openVault(vaultId, records, keyring, passkey.unlock());
  return keys;
}

/** Pins in memory, as a browser keeps them from one visit to the next. */
export function memoryPins(): PinStore & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    load: (name) => Promise.resolve(kept.get(name) ?? null),
    save: (name, value) => {
      kept.set(name, value);
      return Promise.resolve();
    },
    forget: (prefix) => {
      for (const name of kept.keys()) if (name.startsWith(prefix)) kept.delete(name);
      return Promise.resolve();
    },
  };
}
