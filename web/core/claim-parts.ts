/** What a browser sends to take a letter into a new vault (docs/spec/claim.md). */

import { type Actor, signVaultAct } from './acts.ts';
import { wipeIdentity } from './age/hybrid.ts';
import { base64, fromHex } from './bytes.ts';
import type { DerivedMethod } from './derived-method.ts';
import type { Letter } from './letter.ts';
import { chainHead } from './record.ts';
import type { ClaimParts } from './rpc.ts';
import type { DraftVault, VaultChange } from './vault-change.ts';

/** Puts the parts together and signs the claim; the method's identity is wiped, as nobody needs it after this. */
export async function claimParts(
  actor: Actor,
  letter: Letter,
  draft: DraftVault,
  made: VaultChange,
  method: DerivedMethod,
): Promise<ClaimParts> {
  const bind = letter.bind(actor.city, fromHex(actor.vaultId));
  const { issuer } = letter.claim().claim;
  const head = chainHead(made.chain);
  const subject = { lookup_id: letter.lookupId, issuer, vault_id: actor.vaultId, record_hash: head, bind };
  wipeIdentity(method.identity);
  return {
    lookup_id: letter.lookupId,
    token: base64(letter.keys.token),
    genesis: base64(draft.genesis.bytes),
    record: base64(made.record.bytes),
    keyring: base64(made.keyringFile),
    bind,
    act: await signVaultAct(actor, draft.rootSeed, { type: 'claim', subject }),
    methods: [method.row],
    headers: letter.rewrap(draft.reading.recipient),
  };
}
