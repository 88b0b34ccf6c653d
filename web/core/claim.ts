/**
 * What a claim code gives, and the binding of a vault to it (docs/spec/claim.md).
 *
 * The code is never sent: the server sees the lookup id and, once, the token.
 */

import { type Identity, identityFromSeed } from './age/hybrid.ts';
import { lengthPrefixed, u32, wipe } from './bytes.ts';
import { CODE_SIZE } from './claim-code.ts';
import { deriveKey, hmacSha256 } from './derive.ts';
import { FormatError } from './errors.ts';

/** Everything that comes from a code; `wipeClaim` when it is not needed any more. */
export interface ClaimKeys {
  readonly lookupId: Uint8Array;
  readonly token: Uint8Array;
  readonly bindingKey: Uint8Array;
  readonly identity: Identity;
}

/** Lookup id and token alone: what the server is asked with, without loading post-quantum code. */
export function deriveLookup(code: Uint8Array): { readonly lookupId: Uint8Array; readonly token: Uint8Array } {
  if (code.length !== CODE_SIZE) throw new FormatError('a code has 15 bytes');
  return { lookupId: deriveKey(code, 'claim/lookup-id/v1'), token: deriveKey(code, 'claim/token/v1') };
}

/** Derives all keys of a code. */
export function deriveClaim(code: Uint8Array): ClaimKeys {
  const seed = deriveKey(code, 'claim/identity/v1');
  const keys = {
    ...deriveLookup(code),
    bindingKey: deriveKey(code, 'claim/binding/v1'),
    identity: identityFromSeed(seed),
  };
  wipe(seed);
  return keys;
}

/** What a code stands for: which issuer, which taxpayer, which slot and code epoch. */
export interface ClaimPlace {
  readonly issuer: string;
  readonly party: string;
  readonly slot: number;
  readonly code_epoch: number;
}

/** `bind`: proves to the issuer that whoever held the code chose this vault. */
export function computeBind(
  bindingKey: Uint8Array,
  city: string,
  place: ClaimPlace,
  lookupId: Uint8Array,
  vaultId: Uint8Array,
): Uint8Array {
  return hmacSha256(
    bindingKey,
    lengthPrefixed(
      'voute/bind/v1',
      city,
      place.issuer,
      lookupId,
      place.party,
      u32(place.slot),
      u32(place.code_epoch),
      vaultId,
    ),
  );
}
