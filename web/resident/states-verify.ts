/** States of the verifier, as `states.ts` has those of the resident's pages. */

import { verdict } from './states-data.ts';
import type { ActView } from '../verify/act-view.ts';
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
const refused = {
  proven: false,
  of: 'document',
  step: 2,
  last: 7,
  failure: failure('document-differs'),
} as const;
const act: ActView = {
  state: 'witnessed',
  vaultId: verdict.manifestHash,
  cityNames: verdict.cityNames,
  what: 'paperless',
  choice: { issuerNames: verdict.issuerNames, typeNames: { fr: 'Compte de taxes', en: 'Tax bill' }, number: 1 },
  documentId: null,
  signedAt: '2026-02-03T15:42:05Z',
  actHash: verdict.sha256,
  eventTime: verdict.eventTime,
  witnessedAt: verdict.witnessedAt,
  witnesses: verdict.witnesses,
  logOrigin: verdict.logOrigin,
  logIndex: verdict.logIndex,
  treeSize: verdict.treeSize,
  entryHash: verdict.entryHash,
};
const refusedAct = { proven: false, of: 'act', step: 2, last: 6, failure: failure('proof-not-signed') } as const;

/** States of the verifier. */
export const verifierStates: readonly PageState[] = [
  { id: 'verify', path: '/verifier', screen: 'verify', view: idle },
  {
    id: 'verify-one-file',
    path: '/verifier',
    screen: 'verify',
    view: { ...idle, receipt: 'compte.receipt.json', strangers: ['vacances.jpg'] },
  },
  {
    id: 'verify-checking',
    path: '/verifier',
    screen: 'verify',
    view: { ...idle, pdf: 'compte.pdf', receipt: 'compte.receipt.json', busy: true },
  },
  {
    id: 'verify-proven',
    path: '/verifier',
    screen: 'verify',
    view: { ...idle, outcome: { proven: true, verdict } },
  },
  { id: 'verify-act', path: '/verifier', screen: 'verify', view: { ...idle, outcome: { proven: true, act } } },
  { id: 'verify-act-refused', path: '/verifier', screen: 'verify', view: { ...idle, outcome: refusedAct } },
  {
    id: 'verify-act-deleted',
    path: '/verifier',
    screen: 'verify',
    view: {
      ...idle,
      outcome: {
        proven: true,
        act: {
          ...act,
          what: 'delete',
          choice: null,
          documentId: verdict.documentId,
          state: 'logged',
          witnessedAt: null,
          witnesses: [],
        },
      },
    },
  },
  {
    id: 'verify-act-before',
    path: '/verifier',
    screen: 'verify',
    view: { ...idle, failure: failure('proof-without-records') },
  },
  { id: 'verify-refused', path: '/verifier', screen: 'verify', view: { ...idle, outcome: refused } },
  {
    id: 'verify-no-root',
    path: '/verifier',
    screen: 'verify',
    view: { ...idle, root: null, failure: failure('trust-root-missing') },
  },
];
