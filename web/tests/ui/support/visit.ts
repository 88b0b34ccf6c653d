/** A visit: a session whose key holder answers through the real RPC, with real transfers, and flows on it. */

import { COPIES, forgetVaults, NO_PINS, type PinStore } from '../../../core/pin-store.ts';
import { connect, serve, type VaultApi } from '../../../core/rpc.ts';
import { OpenFlow } from '../../../resident/flows/open.svelte.ts';
import type { DeviceBrowser, Subscribed, Unable } from '../../../resident/push.ts';
import { Session } from '../../../resident/session.svelte.ts';
import type { Told } from '../../../resident/tabs.ts';
import { PageError } from '../../../ui/errors.ts';
import { holder } from '../../core/support/claimed.ts';
import { Authenticator } from './authenticator.ts';
import type { Service } from './service.ts';

/** A key holder behind a message port. */
export function worker(pins?: PinStore): { readonly keys: VaultApi; close(): void } {
  const { port1, port2 } = new MessageChannel();
  serve(port1, () => Promise.resolve(holder(pins)));
  const keys = connect(port2);
  port1.start();
  port2.start();
  return {
    keys,
    close: () => {
      port1.close();
    },
  };
}

/** A browser's part of notices: one subscription, and whether it can or wants to. */
export class Telling implements DeviceBrowser {
  cannot: Unable | null = null;
  refuses = false;
  endpoint: string | null = null;

  unable(): Unable | null {
    return this.cannot;
  }

  current(): Promise<Subscribed | null> {
    const { endpoint } = this;
    return Promise.resolve(
      endpoint === null ? null : { endpoint, p256dh: 'p', auth: 'a', hash: `hash of ${endpoint}` },
    );
  }

  subscribe(): Promise<Subscribed> {
    if (this.refuses) return Promise.reject(new PageError('push-refused'));
    this.endpoint ??= `https://push.test/${Math.random()}`;
    return this.current() as Promise<Subscribed>;
  }

  unsubscribe(): Promise<void> {
    this.endpoint = null;
    return Promise.resolve();
  }
}

export class Visit {
  readonly service: Service;
  readonly device: Authenticator;
  readonly session: Session;
  /** What this browser says of notices. */
  readonly telling = new Telling();
  readonly arrivals: string[] = [];
  readonly open: OpenFlow;
  /** How often the key holder was ended. */
  ended = 0;
  /** Says something to this tab, as another would. */
  hear: (told: Told) => void = () => undefined;
  private readonly worker: ReturnType<typeof worker>;

  /** `pins` are what the browser keeps from visit to visit; without any it keeps nothing. */
  constructor(service: Service, device = new Authenticator(), pins: PinStore = NO_PINS) {
    this.service = service;
    this.worker = worker(pins);
    this.device = device;
    this.session = new Session({
      api: service.api,
      passkeys: device,
      devices: this.telling,
      // One tab: nobody to tell; what it would hear is said by the test.
      tabs: {
        tell: () => undefined,
        hear: (listener) => {
          this.hear = listener;
        },
      },
      keys: () => this.worker.keys,
      endKeys: async () => {
        this.ended += 1;
        await this.worker.keys.lock();
      },
      forgetCopies: () => pins.forget(COPIES),
      forgetVaults: () => forgetVaults(pins),
    });
    this.open = new OpenFlow(this.session, (id) => this.arrivals.push(id));
  }

  /** Claims with the letter's code; the vault is open afterwards. */
  async claim(): Promise<void> {
    await this.open.submit(this.service.city.code);
    await this.open.accept();
  }

  /** Ends the visit: keys gone, timer stopped, port closed. */
  async end(): Promise<void> {
    await this.session.lock('none');
    this.worker.close();
  }
}
