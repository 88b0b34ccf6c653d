/** Unlock methods on their way into or out of a vault: derived here, written as the keyring and as the server keep them. */

import { base64url, fromBase64url, wipe } from './bytes.ts';
import { StateError, VerificationError } from './errors.ts';
import type { KeyringMethod } from './keyring.ts';
import type { MethodRow, Unlock } from './rpc.ts';
import { kitMethod, kitSignInKey, parseKit, passkeyMethod, passkeyMethodId, type UnlockMethod } from './unlock.ts';

/** A method that this client derived itself, with what the server keeps of it. */
export interface DerivedMethod extends UnlockMethod {
  readonly row: MethodRow;
}

/** Derives a method for a vault; the PRF output is wiped. Raises `format`, `wrong-city` or `wrong-vault` for a kit of another. */
export function deriveMethod(unlock: Unlock, vaultId: string, city: string): DerivedMethod {
  if (unlock.kind === 'passkey') {
    const method = passkeyMethod(unlock.prf, unlock.credentialId, vaultId);
    const credential = base64url(unlock.credentialId);
    return { ...method, row: { id: method.methodId, kind: 'passkey', credential_id: credential, sign_in_key: null } };
  }
  const kit = parseKit(unlock.text);
  if (kit.city !== city) throw new VerificationError('kit of another city', 'wrong-city');
  if (kit.vaultId !== vaultId) throw new VerificationError('kit of another vault', 'wrong-vault');
  return {
    ...kitMethod(kit),
    row: { id: kit.methodId, kind: 'kit', credential_id: null, sign_in_key: kitSignInKey(kit) },
  };
}

/** Wipes a PRF output that was handed over, whether it was used or not. */
export function wipeUnlock(unlock: Unlock): void {
  if (unlock.kind === 'passkey') wipe(unlock.prf);
}

/** A method as the keyring lists it. */
export function keyringEntry(
  { methodId, identity, row }: DerivedMethod,
  name: string,
  createdAt: string,
): KeyringMethod {
  return { id: methodId, kind: row.kind, recipient: identity.recipient.text, created_at: createdAt, name };
}

/** Whether a row's credential is that of its method: the id of a passkey's method is made from it, a kit has none. */
function isWhole({ id, kind, credential_id: credential }: MethodRow): boolean {
  if (kind === 'kit') return credential === null;
  return credential !== null && passkeyMethodId(fromBase64url(credential)) === id;
}

/** The server's rows for a keyring's methods, in their order, taken from rows that are known; a passkey's is checked against its id. */
export function methodRows(methods: readonly KeyringMethod[], known: readonly MethodRow[]): readonly MethodRow[] {
  return methods.map(({ id, kind }) => {
    const row = known.find((candidate) => candidate.id === id && candidate.kind === kind);
    if (row === undefined || !isWhole(row)) {
      throw new StateError('the known ways in are not those of this vault');
    }
    const { credential_id, sign_in_key } = row;
    return { id, kind, credential_id, sign_in_key };
  });
}

/**
 * The credentials (base64url) that a new passkey must not take the place of: an authenticator makes room for it by dropping the one
 * that it has for the same host and user handle, and with it what opens the vault. Those of the keyring's passkeys are among them;
 * raises `state` otherwise.
 */
export function credentialsToKeep(methods: readonly KeyringMethod[], known: readonly MethodRow[]): readonly string[] {
  methodRows(methods, known);
  return known.flatMap(({ credential_id: credential }) => (credential === null ? [] : [credential]));
}
