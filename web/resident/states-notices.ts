/** Notices by mail, in the page of ways in: every state of the section. */

import type { ElsewhereView } from './flows/elsewhere.svelte.ts';
import type { NoticesView } from './flows/notices.svelte.ts';
import type { WaysInView } from './flows/ways-in.svelte.ts';
import { notices } from './states-data.ts';
import type { PageState } from './states.ts';

/** The page of ways in, with its sections. */
export interface WaysInState {
  readonly screen: 'ways-in';
  readonly view: WaysInView;
  readonly elsewhere?: ElsewhereView;
  readonly notices?: NoticesView;
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
      id: 'ways-in-notices-unreachable',
      path: '/acces',
      screen: 'ways-in',
      view: listed,
      notices: { ...notices, notice: { ...notices.notice, state: 'unreachable' } },
    },
    { id: 'ways-in-notices-loading', path: '/acces', screen: 'ways-in', view: listed, notices: { at: 'loading' } },
  ];
}
