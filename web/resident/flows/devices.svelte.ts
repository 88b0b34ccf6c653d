/** Notices on this device: turned on and off here, and off everywhere. */

import type { DeviceTimes, DevicesReply } from '../../api/client.ts';
import type { Failure } from '../../ui/errors.ts';
import type { Session } from '../session.svelte.ts';
import { isShared } from '../shared.svelte.ts';
import type { Unable } from '../push.ts';

type Device = DevicesReply['devices'][number];

/** What the section shows; `off` where the city tells on no device and none is left: then there is no section. */
export type DevicesView =
  | { readonly at: 'loading' }
  | { readonly at: 'off' }
  | {
      readonly at: 'shown';
      /** Why nothing can be turned on here; null if it can. */
      readonly unable: Unable | 'shared' | null;
      /** This device, if it is told. */
      readonly device: DeviceTimes | null;
      /** Whether this browser was told, and is no more: it moved, or notices were stopped elsewhere. */
      readonly stopped: boolean;
      /** How many others are. */
      readonly others: number;
      readonly busy: boolean;
      readonly failure: Failure | null;
      /** Whether other times for this device were just saved. */
      readonly saved?: boolean;
    };

/** What the section can ask for. */
export interface DevicesActions {
  readonly turnOn: (times: DeviceTimes) => Promise<void>;
  readonly turnOff: () => Promise<void>;
  readonly turnAllOff: () => Promise<void>;
}

export class DevicesFlow implements DevicesActions {
  view = $state.raw<DevicesView>({ at: 'loading' });
  private readonly session: Session;
  private key: string | null = null;
  private mine: Device | null = null;

  constructor(session: Session) {
    this.session = session;
  }

  load = async (): Promise<void> => this.attempt(async () => Promise.resolve());

  turnOn = async (times: DeviceTimes): Promise<void> => {
    const wasOn = this.mine !== null;
    await this.attempt(async () => {
      const { api, devices } = this.session.deps;
      if (this.key === null) return;
      const { endpoint, p256dh, auth } = await devices.subscribe(this.key);
      await api.putDevice({ ...times, endpoint, p256dh, auth });
    });
    const { view } = this;
    if (wasOn && view.at === 'shown' && view.failure === null) this.view = { ...view, saved: view.device !== null };
  };

  turnOff = async (): Promise<void> =>
    this.attempt(async () => {
      const { api, devices } = this.session.deps;
      // First at the city: whatever the browser does, nothing is sent any more.
      if (this.mine !== null) await api.removeDevice(this.mine.device_id);
      await devices.unsubscribe();
    });

  turnAllOff = async (): Promise<void> =>
    this.attempt(async () => {
      const { api, devices } = this.session.deps;
      await api.removeDevices();
      if (devices.unable() === null) await devices.unsubscribe();
    });

  private async attempt(act: () => Promise<unknown>): Promise<void> {
    if (this.view.at === 'shown') this.view = { ...this.view, busy: true, failure: null, saved: false };
    const isStillOpen = this.session.thisOpening();
    let failure: Failure | null = null;
    try {
      await act();
    } catch (thrown) {
      failure = this.session.failed(thrown, isStillOpen);
    }
    try {
      await this.look(failure);
    } catch (thrown) {
      const known = this.view.at === 'shown' ? this.view : { device: null, stopped: false, others: 0 };
      const { device, stopped, others } = known;
      const shown = failure ?? this.session.failed(thrown, isStillOpen);
      this.view = { at: 'shown', unable: this.unable(), device, stopped, others, busy: false, failure: shown };
    }
  }

  private unable(): Unable | 'shared' | null {
    return isShared() ? 'shared' : this.session.deps.devices.unable();
  }

  private async look(failure: Failure | null): Promise<void> {
    const { api, devices } = this.session.deps;
    const { key, devices: listed } = await api.devices();
    const unable = this.unable();
    const here = key === null || unable === 'missing' || unable === 'home-screen' ? null : await devices.current(key);
    this.key = key;
    this.mine = listed.find((one) => one.endpoint_hash === here?.hash) ?? null;
    const others = listed.length - (this.mine === null ? 0 : 1);
    const isOff = key === null && listed.length === 0;
    const stopped = here !== null && this.mine === null;
    this.view = isOff
      ? { at: 'off' }
      : { at: 'shown', unable, device: this.mine, stopped, others, busy: false, failure };
  }
}
