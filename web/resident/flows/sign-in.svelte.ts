/** Signing in: one passkey prompt signs in and unlocks; without PRF, or by choice, the recovery kit does both. */

import type { Challenge } from '../../api/client.ts';
import { PageError, toFailure, type Failure } from '../../ui/errors.ts';
import { pinHead, pinnedHead } from '../pins.ts';
import type { Unlock } from '../../core/rpc.ts';
import type { Session } from '../session.svelte.ts';

/** What the sign-in screen shows. */
export type SignInView =
  | { readonly at: 'ready' }
  | { readonly at: 'prompt' }
  | { readonly at: 'opening' }
  | { readonly at: 'kit'; readonly because: 'asked' | 'no-prf' | 'no-passkeys'; readonly failure: Failure | null }
  | { readonly at: 'failed'; readonly failure: Failure };

/** What the screen can ask for. */
export interface SignInActions {
  readonly passkey: () => Promise<void>;
  readonly askKit: () => void;
  readonly kit: (text: string) => Promise<void>;
  readonly back: () => void;
}

export class SignInFlow implements SignInActions {
  view = $state.raw<SignInView>({ at: 'ready' });
  private readonly session: Session;
  /** The vault that a passkey without PRF signed in to: the kit must then be of this vault. */
  private expected: string | null = null;

  constructor(session: Session) {
    this.session = session;
  }

  back = (): void => {
    this.view = { at: 'ready' };
  };

  askKit = (): void => {
    this.view = { at: 'kit', because: this.session.deps.passkeys.exist() ? 'asked' : 'no-passkeys', failure: null };
  };

  passkey = async (): Promise<void> => {
    const { api, passkeys } = this.session.deps;
    this.view = { at: 'prompt' };
    try {
      await this.session.ended();
      const [host, { challenge }] = await Promise.all([this.session.host(), api.challenge()]);
      const done = await passkeys.use(challenge, host);
      this.view = { at: 'opening' };
      const { vault_id: vaultId } = await api.signIn(challenge, done.credential);
      if (done.vaultId !== null && done.vaultId !== vaultId) throw new PageError('wrong-vault');
      if (done.prf === null) {
        this.expected = vaultId;
        this.view = { at: 'kit', because: 'no-prf', failure: null };
        return;
      }
      await this.unlock(vaultId, { kind: 'passkey', credentialId: done.credentialId, prf: done.prf });
    } catch (thrown) {
      this.stop(toFailure(thrown));
    }
  };

  kit = async (text: string): Promise<void> => {
    const because = this.view.at === 'kit' ? this.view.because : 'asked';
    this.view = { at: 'opening' };
    try {
      await this.session.ended();
      const keys = await this.session.keys();
      const { challenge }: Challenge = await this.session.deps.api.challenge();
      const signed = await keys.signWithKit(text, challenge);
      if (this.expected !== null && signed.vault_id !== this.expected) throw new PageError('kit-other-vault');
      const { vault_id: vaultId } = await this.session.deps.api.signInWithKit({ challenge, ...signed });
      if (vaultId !== signed.vault_id) throw new PageError('wrong-vault');
      await this.unlock(vaultId, { kind: 'kit', text });
    } catch (thrown) {
      const failure = toFailure(thrown);
      // A kit that does not read is a slip of copying, not a broken file.
      const code = failure.code === 'format' ? 'kit-invalid' : failure.code;
      this.view = { at: 'kit', because, failure: { ...failure, code } };
    }
  };

  private stop(failure: Failure): void {
    // Closing the prompt is a choice, not a fault: the same screen stays, with one line that says so.
    this.view = { at: 'failed', failure };
  }

  private async unlock(vaultId: string, unlock: Unlock): Promise<void> {
    const keys = await this.session.keys();
    const vault = await this.session.deps.api.vault();
    if (vault.vault_id !== vaultId) throw new PageError('wrong-vault');
    // What this browser has seen of the vault must still be in its history: a city that goes back is refused.
    const seen = await keys.openVault(vaultId, vault.records, vault.keyring, unlock, pinnedHead(vaultId));
    pinHead(vaultId, seen.head);
    this.expected = null;
    this.session.opened();
    this.view = { at: 'ready' };
  }
}
