/** Ways in: what opens this vault, a second way, the recovery kit. Each change is a new record that the worker signs. */

import type { NewCredential } from '../../api/client.ts';
import { toFailure, type Failure } from '../../ui/errors.ts';
import type { KeyringChange, MethodInfo, MethodRow, NewKit, Unlock } from '../../core/rpc.ts';
import type { Session } from '../session.svelte.ts';
import type { Ceremony } from '../webauthn.ts';
import { ElsewhereFlow } from './elsewhere.svelte.ts';
import { methodName } from './open.svelte.ts';

/** What the screen shows. */
export type WaysInView =
  | { readonly at: 'loading' }
  | {
      readonly at: 'list';
      readonly methods: readonly MethodInfo[];
      readonly busy: 'kit' | 'passkey' | 'again' | null;
      readonly added: 'passkey' | null;
      readonly failure: Failure | null;
    }
  | { readonly at: 'kit'; readonly kit: NewKit }
  | { readonly at: 'failed'; readonly failure: Failure };

/** What the screen can ask for. */
export interface WaysInActions {
  readonly load: () => Promise<void>;
  readonly makeKit: () => Promise<void>;
  readonly kitKept: () => Promise<void>;
  readonly addPasskey: () => Promise<void>;
  readonly again: () => Promise<void>;
}

/** A passkey that was created and is not yet a way in. */
interface Made {
  readonly ceremony: Ceremony<NewCredential>;
  readonly challenge: string;
  readonly rpId: string;
  readonly known: readonly MethodRow[];
}

export class WaysInFlow implements WaysInActions {
  view = $state.raw<WaysInView>({ at: 'loading' });
  readonly elsewhere: ElsewhereFlow;
  private readonly session: Session;
  private made: Made | null = null;

  constructor(session: Session) {
    this.session = session;
    this.elsewhere = new ElsewhereFlow(session);
  }

  load = async (): Promise<void> => {
    try {
      await this.list(null);
    } catch (thrown) {
      this.view = { at: 'failed', failure: this.session.failed(thrown) };
    }
  };

  makeKit = async (): Promise<void> => {
    await this.attempt('kit', async () => {
      const keys = await this.session.keys();
      const kit = await keys.makeKit();
      const { methods } = await this.session.deps.api.session();
      const change = await keys.addMethod({ kind: 'kit', text: kit.text }, 'kit', methods);
      await this.put(change, null);
      this.view = { at: 'kit', kit };
    });
  };

  kitKept = async (): Promise<void> => this.load();

  addPasskey = async (): Promise<void> => {
    await this.attempt('passkey', async () => {
      const { api, passkeys } = this.session.deps;
      const keys = await this.session.keys();
      const [rpId, { challenge }, { vault_id: vaultId, methods }] = await Promise.all([
        this.session.host(),
        api.challenge(),
        api.session(),
      ]);
      const city = this.session.city;
      const ceremony = await passkeys.create({
        challenge,
        rpId,
        cityName: city?.names.fr ?? rpId,
        vaultId,
        label: city ? `Voûte · ${city.names.fr}` : 'Voûte',
        exclude: methods.flatMap((method) => (method.credential_id === null ? [] : [method.credential_id])),
      });
      this.made = { ceremony, challenge, rpId, known: methods };
      if (ceremony.prf) await this.enrol(ceremony.prf);
      else if (ceremony.prfPossible) this.wait(await keys.methods(), 'again');
      else this.refuse(await keys.methods(), { code: 'prf-missing', facts: {} });
    });
  };

  again = async (): Promise<void> => {
    const { made } = this;
    if (!made) return;
    await this.attempt('again', async () => {
      const { passkeys } = this.session.deps;
      const second = await passkeys.use(made.challenge, made.rpId, made.ceremony.credentialId);
      if (second.prf) await this.enrol(second.prf);
      else throw Object.assign(new Error('no PRF'), { code: 'prf-missing' });
    });
  };

  private async enrol(prf: Uint8Array<ArrayBuffer>): Promise<void> {
    const { made } = this;
    if (!made) return;
    const keys = await this.session.keys();
    const unlock: Unlock = { kind: 'passkey', credentialId: made.ceremony.credentialId, prf };
    await this.put(await keys.addMethod(unlock, methodName(unlock), made.known), made);
    this.made = null;
    await this.list('passkey');
  }

  private async put(change: KeyringChange, made: Made | null): Promise<void> {
    const keys = await this.session.keys();
    await this.session.deps.api.putKeyring({
      ...change,
      methods: [...change.methods],
      challenge: made?.challenge ?? null,
      credential: made?.ceremony.credential ?? null,
    });
    await keys.accepted();
  }

  private async list(added: 'passkey' | null): Promise<void> {
    const keys = await this.session.keys();
    const methods = await keys.methods();
    this.session.waysIn = methods.length;
    this.view = { at: 'list', methods, busy: null, added, failure: null };
  }

  private wait(methods: readonly MethodInfo[], busy: 'kit' | 'passkey' | 'again'): void {
    this.view = { at: 'list', methods, busy, added: null, failure: null };
  }

  private refuse(methods: readonly MethodInfo[], failure: Failure): void {
    this.view = { at: 'list', methods, busy: null, added: null, failure };
  }

  private async attempt(busy: 'kit' | 'passkey' | 'again', run: () => Promise<void>): Promise<void> {
    const methods = this.view.at === 'list' ? this.view.methods : [];
    if (busy !== 'again') this.wait(methods, busy);
    try {
      await run();
    } catch (thrown) {
      const failure = this.session.failed(thrown);
      this.refuse(methods, failure.code === 'internal' ? toFailure(thrown) : failure);
    }
  }
}
