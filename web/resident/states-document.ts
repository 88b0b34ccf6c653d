/** States of one document's screen: on its way, shown, said something about, offered, deleted, refused. */

import { held, manifest, verdict } from './states-data.ts';
import type { PageState } from './page-state.ts';

const failure = (code: string): { code: string; facts: Record<string, string | number> } => ({ code, facts: {} });
const shown = { at: 'shown', manifest, bytes: new Uint8Array() } as const;
const proven = { at: 'proven', verdict, file: '{}' } as const;

/** The states of `/documents/ID`. */
export const documentStates: readonly PageState[] = [
  { id: 'document-loading', path: '/documents/ID', screen: 'document', view: { at: 'loading', manifest } },
  { id: 'document', path: '/documents/ID', screen: 'document', view: { ...shown, proof: proven } },
  {
    id: 'document-coming',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    coming: 40,
  },
  {
    id: 'document-printing',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    example: { printed: { number: 118, pages: 312 } },
  },
  {
    id: 'document-searching',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    example: { searched: { text: 'versement', page: 1 } },
  },
  {
    id: 'document-handled',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    hold: { ...held, marks: { ...held.marks, handled: true }, failure: failure('network') },
  },
  {
    id: 'document-mark-failed',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    hold: { ...held, markFailure: failure('network') },
  },
  {
    id: 'document-unkept',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    hold: { ...held, unkept: true },
  },
  {
    id: 'document-own',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    hold: {
      ...held,
      marks: { ...held.marks, ownTitle: 'Taxes de la maison', folder: 'Maison', note: 'Payé chez Desjardins le 20' },
    },
  },
  {
    id: 'document-offer',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    hold: { ...held, offer: 'made' },
  },
  {
    id: 'document-offer-declined',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    hold: { ...held, offer: 'declined' },
  },
  {
    id: 'document-deleting',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: proven },
    hold: { ...held, removing: 'busy' },
  },
  {
    id: 'document-deleted-waiting',
    path: '/documents/ID',
    screen: 'document',
    view: { at: 'deleted', manifest, receipt: { at: 'waiting' } },
  },
  {
    id: 'document-deleted',
    path: '/documents/ID',
    screen: 'document',
    view: { at: 'deleted', manifest, receipt: { at: 'proven', file: '{}', index: 208 } },
  },
  {
    id: 'document-deleted-late',
    path: '/documents/ID',
    screen: 'document',
    view: { at: 'deleted', manifest, receipt: { at: 'late' } },
  },
  {
    id: 'document-deleted-refused',
    path: '/documents/ID',
    screen: 'document',
    view: { at: 'deleted', manifest, receipt: { at: 'refused', failure: failure('not-in-log') } },
  },
  { id: 'document-waiting', path: '/documents/ID', screen: 'document', view: { ...shown, proof: { at: 'waiting' } } },
  {
    id: 'document-proof-refused',
    path: '/documents/ID',
    screen: 'document',
    view: { ...shown, proof: { at: 'refused', failure: failure('not-in-log') } },
  },
  {
    id: 'document-refused',
    path: '/documents/ID',
    screen: 'document',
    view: { at: 'failed', manifest, failure: failure('body-mismatch') },
  },
  {
    id: 'document-unknown',
    path: '/documents/ID',
    screen: 'document',
    view: { at: 'failed', manifest: null, failure: failure('document-unknown') },
  },
];
