/** What a holder signs about what they did (docs/spec/event-receipt.md, "Act"). */

import { base64, hex, randomBytes } from './bytes.ts';
import { signStatement } from './dsse.ts';
import { type Act, encodeAct, vaultActor } from './event.ts';

/** Kind and subject of an act. */
export type ActAbout<T extends Act['type']> = Pick<Extract<Act, { type: T }>, 'type' | 'subject'>;

/** Who acts, for which city, and when. */
export interface Actor {
  readonly city: string;
  readonly vaultId: string;
  readonly time: string;
}

/** Signs an act with the vault's root seed; gives the envelope in base64. */
export async function signVaultAct(
  { city, vaultId, time }: Actor,
  rootSeed: Uint8Array,
  about: ActAbout<'claim'> | ActAbout<'opened'> | ActAbout<'delete'> | ActAbout<'consent'> | ActAbout<'disown'>,
): Promise<string> {
  const act: Act = { version: 1, city, actor: vaultActor(vaultId), time, nonce: hex(randomBytes(32)), ...about };
  return base64((await signStatement('act', encodeAct(act), rootSeed)).bytes);
}
