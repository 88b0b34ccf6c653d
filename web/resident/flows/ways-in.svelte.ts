/** Ways in: what opens this vault, a second way, the recovery kit. Each change is a new record that the worker signs. */

import type { NewCredential } from '../../api/client.ts';
import { fromBase64url } from '../../core/bytes.ts';
import { PageError, toFailure, type Failure } from '../../ui/errors.ts';
import type { KeyringChange, MethodInfo, MethodRow, NewKit, Unlock } from '../../core/rpc.ts';
import type { Session } from '../session.svelte.ts';
import { isShared } from '../shared.svelte.ts';
import type { Ceremony } from '../webauthn.ts';
import { DevicesFlow } from './devices.svelte.ts';
import { ElsewhereFlow } from './elsewhere.svelte.ts';
import { NoticesFlow } from './notices.svelte.ts';
import { type Way, waysOf } from '../ways.ts';
import { methodName } from './open.svelte.ts';

/** What is under way: a kit or a passkey being made, its second prompt, a way in being tried. */
export type Busy = 'kit' | 'passkey' | 'again' | 'trying';

/** The day on which a way in was last used, by its id. */
export type Uses = Readonly<Record<string, string>>;

/** What the screen shows. */
export type WaysInView =
  | { readonly at: 'loading' }
  | {
      readonly at: 'list';
      readonly methods: readonly Way[];
      /** The day on which a way in was last used, by its id. */
      readonly used: Uses;
      readonly busy: Busy | null;
      readonly added: 'passkey' | null;
      readonly removed: boolean;
      /** Id of a way in that was just tried and opened the vault. */
      readonly proven: string | null;
      readonly failure: Failure | null;
    }
  | { readonly at: 'kit'; readonly kit: NewKit }
  | { readonly at: 'drill'; readonly kit: 'made' | 'kept'; readonly busy: boolean; readonly failure: Failure | null }
  | { readonly at: 'removing'; readonly method: Way; readonly busy: boolean; readonly failure: Failure | null }
  | { readonly at: 'failed'; readonly failure: Failure };

/** What the screen can ask for. */
export interface WaysInActions {
  readonly load: () => Promise<void>;
  readonly makeKit: () => Promise<void>;
  readonly kitKept: () => Promise<void>;
  readonly addPasskey: () => Promise<void>;
  readonly again: () => Promise<void>;
  /** Tries a way in: a passkey asks its authenticator, a kit is typed or chosen first. */
  readonly tryOut: (method: MethodInfo) => Promise<void>;
  readonly drillKit: (text: string) => Promise<void>;
  readonly askRemoval: (method: Way) => void;
  readonly remove: () => Promise<void>;
  readonly back: () => Promise<void>;
}

type News = Pick<Extract<WaysInView, { at: 'list' }>, 'added' | 'removed' | 'proven'>;
const NO_NEWS: News = { added: null, removed: false, proven: null };

// A drill that fails is a slip of copying or the wrong sheet, not an attack: said so.
const WRONG_KIT: ReadonlyMap<string, string> = new Map([
  ['format', 'kit-invalid'],
  ['not-for-this-key', 'kit-not-this-vault'],
  ['keyring-mismatch', 'kit-not-this-vault'],
]);

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
  readonly notices: NoticesFlow;
  readonly devices: DevicesFlow;
  private readonly session: Session;
  private made: Made | null = null;
  private used: Uses = {};

  constructor(session: Session) {
    this.session = session;
    this.elsewhere = new ElsewhereFlow(session);
    this.notices = new NoticesFlow(session);
    this.devices = new DevicesFlow(session);
  }

  load = async (): Promise<void> => {
    const isStillOpen = this.session.thisOpening();
    try {
      await this.list();
    } catch (thrown) {
      this.view = { at: 'failed', failure: this.session.failed(thrown, isStillOpen) };
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

  kitKept = (): Promise<void> => {
    this.view = { at: 'drill', kit: 'made', busy: false, failure: null };
    return Promise.resolve();
  };

  back = async (): Promise<void> => this.load();

  tryOut = async (method: MethodInfo): Promise<void> => {
    if (method.kind === 'kit') {
      this.view = { at: 'drill', kit: 'kept', busy: false, failure: null };
      return;
    }
    await this.attempt('trying', async () => {
      const { api, passkeys } = this.session.deps;
      const [host, { challenge }, { methods }] = await Promise.all([
        this.session.host(),
        api.challenge(),
        api.session(),
      ]);
      const id = methods.find((one) => one.id === method.id)?.credential_id;
      if (!id) throw new PageError('passkey-failed');
      const only = fromBase64url(id) as Uint8Array<ArrayBuffer>;
      const { credential, credentialId, prf } = await passkeys.use(challenge, host, only);
      if (prf === null) throw new PageError('prf-missing');
      await this.prove({ kind: 'passkey', credentialId, prf }, async () => api.tryPasskey(challenge, credential));
    });
  };

  drillKit = async (text: string): Promise<void> => {
    const { view } = this;
    if (view.at !== 'drill') return;
    const isStillOpen = this.session.thisOpening();
    this.view = { ...view, busy: true, failure: null };
    try {
      await this.prove({ kind: 'kit', text }, async () => this.noteKit(text));
    } catch (thrown) {
      const failure = this.session.failed(thrown, isStillOpen);
      const code = WRONG_KIT.get(failure.code) ?? failure.code;
      this.view = { ...view, busy: false, failure: { ...failure, code } };
    }
  };

  askRemoval = (method: Way): void => {
    this.view = { at: 'removing', method, busy: false, failure: null };
  };

  remove = async (): Promise<void> => {
    const { view } = this;
    if (view.at !== 'removing') return;
    const isStillOpen = this.session.thisOpening();
    this.view = { ...view, busy: true, failure: null };
    try {
      const keys = await this.session.keys();
      const { methods } = await this.session.deps.api.session();
      await this.put(await keys.removeMethod(view.method.id, methods), null);
      await this.list({ removed: true });
    } catch (thrown) {
      this.view = { ...view, busy: false, failure: this.session.failed(thrown, isStillOpen) };
    }
  };

  /**
   * Opens the vault's newest keyring with a way in, as at any sign-in, tells the city by the proof of a sign-in that it was tried
   * (one that it would not let in is no way in), and shows which one it was.
   */
  private async prove(unlock: Unlock, note: () => Promise<unknown>): Promise<void> {
    const keys = await this.session.keys();
    const { records, keyring } = await this.session.deps.api.vault();
    const proven = await keys.proveWay(records, keyring, unlock);
    await note();
    await this.list({ proven });
  }

  /** The proof of a kit that was tried. */
  private async noteKit(text: string): Promise<void> {
    const { api } = this.session.deps;
    const keys = await this.session.keys();
    const { challenge } = await api.challenge();
    await api.tryKit({ challenge, ...(await keys.signWithKit(text, challenge)) });
  }

  addPasskey = async (): Promise<void> => {
    await this.attempt('passkey', async () => {
      const { api, passkeys } = this.session.deps;
      const keys = await this.session.keys();
      const [rpId, { challenge }, { methods }] = await Promise.all([
        this.session.host(),
        api.challenge(),
        api.session(),
      ]);
      // Of this vault by its own keys, not by the city's word: a passkey for the same user takes the place of the one before.
      const { vaultId, keep } = await keys.passkeyPlace(methods);
      const city = this.session.city;
      const ceremony = await passkeys.create({
        challenge,
        rpId,
        cityName: city?.names.fr ?? rpId,
        vaultId,
        label: city ? `Voûte · ${city.names.fr}` : 'Voûte',
        elsewhere: isShared(),
        exclude: keep,
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
    await this.list({ added: 'passkey' });
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

  private async list(news: Partial<News> = {}): Promise<void> {
    const keys = await this.session.keys();
    const methods = waysOf(await keys.methods());
    this.session.shelf.waysIn = methods.length;
    await this.readUses();
    this.view = { at: 'list', methods, used: this.used, busy: null, failure: null, ...NO_NEWS, ...news };
  }

  /** When each way in was last used; without an answer, what was known before. */
  private async readUses(): Promise<void> {
    const isStillOpen = this.session.thisOpening();
    try {
      const { used } = await this.session.deps.api.session();
      this.used = Object.fromEntries(used.map(({ id, on }) => [id, on]));
    } catch (thrown) {
      this.session.failed(thrown, isStillOpen);
    }
  }

  private wait(methods: readonly MethodInfo[], busy: Busy): void {
    this.view = { at: 'list', methods: waysOf(methods), used: this.used, busy, failure: null, ...NO_NEWS };
  }

  private refuse(methods: readonly MethodInfo[], failure: Failure): void {
    this.view = { at: 'list', methods: waysOf(methods), used: this.used, busy: null, failure, ...NO_NEWS };
  }

  private async attempt(busy: Busy, run: () => Promise<void>): Promise<void> {
    const methods = this.view.at === 'list' ? this.view.methods : [];
    if (busy !== 'again') this.wait(methods, busy);
    const isStillOpen = this.session.thisOpening();
    try {
      await run();
    } catch (thrown) {
      const failure = this.session.failed(thrown, isStillOpen);
      this.refuse(methods, failure.code === 'internal' ? toFailure(thrown) : failure);
    }
  }
}
