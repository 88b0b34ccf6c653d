/** What an open vault does about itself: a way in is tried again, the codes that brought a document are disowned. */

import { type Actor, signVaultAct } from './acts.ts';
import { wipeIdentity } from './age/hybrid.ts';
import { fromBase64, wipe } from './bytes.ts';
import type { DerivedMethod } from './derived-method.ts';
import { StateError, VerificationError } from './errors.ts';
import { type Keyring, type KeyringClaim, openKeyring } from './keyring.ts';
import type { Manifest } from './manifest.ts';
import { chainHead, chainVaultId, type VaultChain, verifyChain } from './record.ts';
import { type OpenVault, rootSeedOf } from './vault-change.ts';

/** What must be there by now; raises `state`, or the code that is given. */
export function present<T>(value: T | null, words: string, code: 'state' | 'locked' = 'state'): T {
  if (value === null) throw new StateError(words, code);
  return value;
}

/** Runs synchronous work as a promise, so that what it raises is a rejection. */
export function settle<T>(run: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(run());
  });
}

/** Opens the newest keyring once more, with all checks, and keeps nothing of it; gives the method's id: proof that it is a way in. */
export async function openAgain(
  known: VaultChain,
  records: readonly string[],
  keyring: string,
  method: DerivedMethod,
): Promise<string> {
  try {
    const chain = await verifyChain(records.map(fromBase64));
    if (!chain.hashes.includes(chainHead(known))) {
      throw new VerificationError('the chain does not hold the head that is open', 'record-chain');
    }
    openKeyring(fromBase64(keyring), chain, { vaultId: chainVaultId(known), ...method });
    return method.row.id;
  } finally {
    wipeIdentity(method.identity);
  }
}

/** The codes by which a document came, or can have come: what was sealed for a code names it, else all of its party's. */
function codesOf({ data }: Keyring, { issuer, party, recipient }: Manifest): readonly KeyringClaim[] {
  return data.claims.filter((one) =>
    recipient.kind === 'claim' ? one.lookup_id === recipient.lookup_id : one.issuer === issuer && one.party === party,
  );
}

/** One act `disown` for each code by which a document came, signed by the vault (base64 envelopes). */
export async function disownActs(vault: OpenVault, manifest: Manifest, actor: Actor): Promise<readonly string[]> {
  const rootSeed = rootSeedOf(vault);
  const acts: string[] = [];
  try {
    for (const { lookup_id: lookupId } of codesOf(vault.keyring, manifest)) {
      const subject = { lookup_id: lookupId, vault_id: actor.vaultId };
      acts.push(await signVaultAct(actor, rootSeed, { type: 'disown', subject }));
    }
  } finally {
    wipe(rootSeed);
  }
  return acts;
}
