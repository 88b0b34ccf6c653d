/** A visit: a session whose key holder answers through the real RPC, with real transfers, and flows on it. */

import { connect, serve, type VaultApi } from '../../../core/rpc.ts';
import { OpenFlow } from '../../../resident/flows/open.svelte.ts';
import { Session } from '../../../resident/session.svelte.ts';
import { holder } from '../../core/support/claimed.ts';
import { Authenticator } from './authenticator.ts';
import type { Service } from './service.ts';

/** A key holder behind a message port. */
export function worker(): { readonly keys: VaultApi; close(): void } {
  const { port1, port2 } = new MessageChannel();
  serve(port1, () => Promise.resolve(holder()));
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

export class Visit {
  readonly service: Service;
  readonly device: Authenticator;
  readonly session: Session;
  readonly arrivals: string[] = [];
  readonly open: OpenFlow;
  private readonly worker = worker();

  constructor(service: Service, device = new Authenticator()) {
    this.service = service;
    this.device = device;
    this.session = new Session({
      api: service.api,
      passkeys: device,
      // One tab: nobody to tell, nobody to hear.
      tabs: { tell: () => undefined, hear: () => undefined },
      keys: () => this.worker.keys,
      endKeys: async () => this.worker.keys.lock(),
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
