/** What the flows act on: the city's interface, the key holder, passkeys. Screens never see these. */

import type { Api, KnownCredential, NewCredential } from '../../api/client.ts';
import type { VaultApi } from '../../core/rpc.ts';
import type { DeviceBrowser } from '../push.ts';
import type { Tabs } from '../tabs.ts';
import type { Ceremony, CreateWish } from '../webauthn.ts';

/** The ceremonies of `webauthn.ts`. */
export interface Passkeys {
  exist(): boolean;
  create(wish: CreateWish): Promise<Ceremony<NewCredential>>;
  use(challenge: string, rpId: string, only?: Uint8Array<ArrayBuffer> | null): Promise<Ceremony<KnownCredential>>;
}

/** The key holder is started at the first need: its code is not part of the first page. */
export interface Deps {
  readonly api: Api;
  readonly passkeys: Passkeys;
  readonly devices: DeviceBrowser;
  readonly tabs: Tabs;
  keys(): VaultApi;
  /** Forgets the sealed copies that this browser keeps. */
  forgetCopies(): Promise<void>;
  /** Forgets all that this browser keeps of any vault. */
  forgetVaults(): Promise<void>;
  /** Wipes and ends the key holder (`atOnce`: ends it without waiting); the next call of `keys` starts another. */
  endKeys(atOnce: boolean): Promise<void>;
}
