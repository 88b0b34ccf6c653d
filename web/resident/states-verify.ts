/** States of the verifier, as `states.ts` has those of the resident's pages. */

import { verdict } from './states-data.ts';
import type { PageState } from './page-state.ts';

const failure = (code: string): { code: string; facts: Record<string, string | number> } => ({ code, facts: {} });

const city = { names: verdict.cityNames, fingerprint: '1Y2Z-CRF6-BN79-9QA6' };
const idle = {
  root: city,
  pdf: null,
  receipt: null,
  strangers: [],
  busy: false,
  failure: null,
  outcome: null,
} as const;
const refused = { proven: false, step: 2, failure: failure('document-differs') } as const;
/** States of the verifier. */
export const verifierStates: readonly PageState[] = [
  { id: 'verify', path: '/verifier', screen: 'verify', view: idle },
  {
    id: 'verify-one-file',
    path: '/verifier',
    screen: 'verify',
    view: { ...idle, receipt: 'compte.receipt.json', strangers: ['vacances.jpg'] },
  },
  { id: 'verify-checking', path: '/verifier', screen: 'verify', view: { ...idle, pdf: 'compte.pdf', busy: true } },
  {
    id: 'verify-proven',
    path: '/verifier',
    screen: 'verify',
    view: { ...idle, outcome: { proven: true, verdict } },
  },
  { id: 'verify-refused', path: '/verifier', screen: 'verify', view: { ...idle, outcome: refused } },
  {
    id: 'verify-no-root',
    path: '/verifier',
    screen: 'verify',
    view: { ...idle, root: null, failure: failure('trust-root-missing') },
  },
];
