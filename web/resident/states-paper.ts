/** States of the paper screen, of the privacy page and of the terms, as `states.ts` has the others. */

import { choices } from './states-data.ts';
import type { PageState } from './page-state.ts';

const failure = (code: string): { code: string; facts: Record<string, string | number> } => ({ code, facts: {} });
const papers = { at: 'list', choices: choices(), asking: null, busy: null, done: null, failure: null } as const;

/** States of the screen where a person chooses to do without paper. */
export const paperStates: readonly PageState[] = [
  { id: 'paper-loading', path: '/papier', screen: 'paper', view: { at: 'loading' } },
  { id: 'paper', path: '/papier', screen: 'paper', view: papers },
  { id: 'paper-none', path: '/papier', screen: 'paper', view: { ...papers, choices: [] } },
  { id: 'paper-asking', path: '/papier', screen: 'paper', view: { ...papers, asking: 'finances/certificate' } },
  { id: 'paper-signing', path: '/papier', screen: 'paper', view: { ...papers, busy: 'finances/certificate' } },
  { id: 'paper-chosen', path: '/papier', screen: 'paper', view: { ...papers, done: 'finances/tax-bill' } },
  {
    id: 'paper-conflict',
    path: '/papier',
    screen: 'paper',
    view: { ...papers, failure: failure('consent-conflict') },
  },
  { id: 'paper-unsent', path: '/papier', screen: 'paper', view: { ...papers, failure: failure('network') } },
  { id: 'paper-failed', path: '/papier', screen: 'paper', view: { at: 'failed', failure: failure('network') } },
  {
    id: 'paper-refused',
    path: '/papier',
    screen: 'paper',
    view: { at: 'failed', failure: failure('consent-differs') },
  },
];

/** The two pages of plain words. */
export const legalStates: readonly PageState[] = [
  {
    id: 'privacy',
    path: '/confidentialite',
    screen: 'privacy',
    officer: 'Marie Tremblay, greffière',
    contact: '514 555-0100',
  },
  { id: 'privacy-unnamed', path: '/confidentialite', screen: 'privacy', officer: null, contact: null },
  { id: 'terms', path: '/conditions', screen: 'terms' },
];
