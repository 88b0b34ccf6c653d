/** Authenticators as browsers show them: with PRF at creation, with PRF only at `get`, without PRF, or none at all. */

import { base64url, fromHex, hex, randomBytes } from '../../../core/bytes.ts';
import type { Passkeys } from '../../../resident/flows/deps.ts';
import { PageError } from '../../../ui/errors.ts';
import { own } from '../../core/support/city.ts';

/** What the device can do. */
export type Kind = 'prf' | 'prf-at-get' | 'no-prf' | 'none';

export class Authenticator implements Passkeys {
  readonly prf = randomBytes(32);
  readonly credentialId = randomBytes(20);
  readonly kind: Kind;
  prompts = 0;
  /** The person closes this many prompts first. */
  refusals = 0;
  private vaultId: string | null = null;

  constructor(kind: Kind = 'prf') {
    this.kind = kind;
  }

  exist = (): boolean => this.kind !== 'none';

  create: Passkeys['create'] = (wish) => {
    this.prompt();
    this.vaultId = hex(fromHex(wish.vaultId, 32));
    return Promise.resolve({
      credential: {
        id: base64url(this.credentialId),
        type: 'public-key',
        response: { clientDataJSON: 'e30', attestationObject: 'oA', transports: ['internal'] },
      },
      credentialId: own(this.credentialId),
      prf: this.kind === 'prf' ? own(this.prf) : null,
      prfPossible: this.kind !== 'no-prf',
      vaultId: this.vaultId,
    });
  };

  use: Passkeys['use'] = () => {
    this.prompt();
    return Promise.resolve({
      credential: {
        id: base64url(this.credentialId),
        type: 'public-key',
        response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' },
      },
      credentialId: own(this.credentialId),
      prf: this.kind === 'no-prf' ? null : own(this.prf),
      prfPossible: this.kind !== 'no-prf',
      vaultId: this.vaultId,
    });
  };

  private prompt(): void {
    this.prompts += 1;
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new PageError('passkey-cancelled');
    }
  }
}
