/** A vault of one record, made here: its root key signs what its holder would, and what no page of ours would let them sign. */

import { signVaultAct } from '../../../core/acts.ts';
import { fromBase64, hex, randomBytes } from '../../../core/bytes.ts';
import { type Envelope, parseEnvelope, statementHash } from '../../../core/dsse.ts';
import { publicKeyOf } from '../../../core/ed25519.ts';
import { signVaultRecord } from '../../../core/record.ts';
import { CITY, stranger } from './city.ts';

/** When its acts are signed. */
export const SIGNED_AT = '2026-02-03T15:42:05Z';

export interface LoneVault {
  readonly genesis: Envelope;
  sign(subject: Parameters<typeof signVaultAct>[2]): Promise<Envelope>;
}

/** Makes a vault with a root key of its own. */
export async function loneVault(): Promise<LoneVault> {
  const seed = randomBytes(32);
  const genesis = await signVaultRecord(
    {
      version: 1,
      vault_id: null,
      number: 0,
      previous: null,
      v: 1,
      city: CITY,
      kind: 'person',
      root_key: hex(publicKeyOf(seed)),
      nonce: hex(randomBytes(32)),
      reading: { epoch: 1, recipient: stranger().recipient.text },
      keyring: null,
      methods: [],
      members: [],
      state: 'open',
    },
    seed,
  );
  const actor = { city: CITY, vaultId: hex(statementHash(genesis)), time: SIGNED_AT };
  return {
    genesis,
    sign: async (subject) => parseEnvelope(fromBase64(await signVaultAct(actor, seed, subject))),
  };
}
