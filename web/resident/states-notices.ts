/** Notices by mail and on devices, in the page of ways in: every state of the section. */

import type { WaysInView } from './flows/ways-in.svelte.ts';
import { notices } from './states-data.ts';
import type { PageState } from './page-state.ts';

const device = {
  at: 'shown',
  unable: null,
  device: null,
  stopped: false,
  others: 0,
  busy: false,
  failure: null,
} as const;
const told = { language: 'fr', pace: 'daily', hour: 8, weekday: 0, quiet_from: 21, quiet_until: 7 } as const;

/** The states of notices on devices, each beside the same list of ways in. */
export function deviceStates(listed: WaysInView): readonly PageState[] {
  return [
    { id: 'ways-in-devices-off', path: '/acces', screen: 'ways-in', view: listed, devices: device },
    {
      id: 'ways-in-devices-stopped',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      devices: { ...device, stopped: true },
    },
    {
      id: 'ways-in-devices-on',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      devices: { ...device, device: told, others: 2 },
    },
    { id: 'ways-in-devices-busy', path: '/acces', screen: 'ways-in', view: listed, devices: { ...device, busy: true } },
    {
      id: 'ways-in-devices-refused',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      devices: { ...device, failure: { code: 'push-refused', facts: {} } },
    },
    {
      id: 'ways-in-devices-missing',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      devices: { ...device, unable: 'missing', others: 1 },
    },
    {
      id: 'ways-in-devices-home-screen',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      devices: { ...device, unable: 'home-screen' },
    },
    {
      id: 'ways-in-devices-blocked',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      devices: { ...device, unable: 'blocked' },
    },
    {
      id: 'ways-in-devices-shared',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      devices: { ...device, unable: 'shared' },
    },
    { id: 'ways-in-devices-loading', path: '/acces', screen: 'ways-in', view: listed, devices: { at: 'loading' } },
  ];
}

/** The states, each beside the same list of ways in. */
export function noticeStates(listed: WaysInView): readonly PageState[] {
  return [
    { id: 'ways-in-notices', path: '/acces', screen: 'ways-in', view: listed, notices: { ...notices, notice: null } },
    {
      id: 'ways-in-notices-unconfirmed',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      notices: { ...notices, notice: { ...notices.notice, state: 'unconfirmed' } },
    },
    {
      id: 'ways-in-notices-wrong-code',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      notices: {
        ...notices,
        notice: { ...notices.notice, state: 'unconfirmed' },
        failure: { code: 'notice-code-wrong', facts: {} },
      },
    },
    { id: 'ways-in-notices-confirmed', path: '/acces', screen: 'ways-in', view: listed, notices },
    {
      id: 'ways-in-notices-saved',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      notices: { ...notices, done: 'saved' },
      devices: { ...device, device: told, saved: true },
    },
    {
      id: 'ways-in-notices-stopped',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      notices: { ...notices, notice: null, done: 'stopped' },
    },
    {
      id: 'ways-in-notices-unreachable',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      notices: { ...notices, notice: { ...notices.notice, state: 'unreachable' } },
    },
    { id: 'ways-in-notices-loading', path: '/acces', screen: 'ways-in', view: listed, notices: { at: 'loading' } },
  ];
}
