/** The part of the city in memory that tells holders of new documents: by email, and on their devices. */

import type { Api, DeviceBody, NoticesReply } from '../../../api/client.ts';
import { hex, randomBytes } from '../../../core/bytes.ts';

type NoticeApi = Pick<
  Api,
  | 'notices'
  | 'putNotices'
  | 'confirmNotices'
  | 'stopNotices'
  | 'devices'
  | 'putDevice'
  | 'removeDevice'
  | 'removeDevices'
>;

/** What one holder wishes to be told. */
export class NoticeDesk {
  notice: NoticesReply['notice'] = null;
  told: (DeviceBody & { readonly device_id: string })[] = [];
  pushKey: string | null = 'B'.repeat(87);

  /** The routes of a city; `requireHolder` raises for who has not signed in. */
  routes(requireHolder: () => void): NoticeApi {
    return {
      notices: () => {
        requireHolder();
        return Promise.resolve({ available: true, notice: this.notice });
      },
      putNotices: (wish) => {
        requireHolder();
        this.notice = { ...wish, state: this.notice?.address === wish.address ? this.notice.state : 'unconfirmed' };
        return Promise.resolve(undefined);
      },
      confirmNotices: () => {
        requireHolder();
        if (this.notice) this.notice = { ...this.notice, state: 'confirmed' };
        return Promise.resolve(undefined);
      },
      stopNotices: () => {
        requireHolder();
        this.notice = null;
        return Promise.resolve(undefined);
      },
      devices: () => {
        requireHolder();
        const devices = this.told.map(
          ({ endpoint, device_id, language, pace, hour, weekday, quiet_from, quiet_until }) => ({
            ...{ device_id, language, pace, hour, weekday, quiet_from, quiet_until },
            endpoint_hash: `hash of ${endpoint}`,
            created_at: '2026-02-05T14:40:00Z',
          }),
        );
        return Promise.resolve({ key: this.pushKey, devices });
      },
      putDevice: (body) => {
        requireHolder();
        this.told = [
          ...this.told.filter((one) => one.endpoint !== body.endpoint),
          { ...body, device_id: hex(randomBytes(16)) },
        ];
        return Promise.resolve(undefined);
      },
      removeDevice: (id) => {
        requireHolder();
        this.told = this.told.filter((one) => one.device_id !== id);
        return Promise.resolve(undefined);
      },
      removeDevices: () => {
        requireHolder();
        this.told = [];
        return Promise.resolve(undefined);
      },
    };
  }
}
