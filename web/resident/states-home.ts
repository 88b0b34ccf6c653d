/** States of the list that has something to say: dates past, what is missing, an index that could not be used. */

import { documents, manifest } from './states-data.ts';
import type { DocumentsView } from './list.ts';
import type { PageState } from './page-state.ts';

const OWN = { ownTitle: 'Papiers de la maison', folder: 'Maison', note: 'Payé chez Desjardins' };

/** The states, each a variation of a list. */
export function homeStates(list: DocumentsView): readonly PageState[] {
  const [row] = list.rows;
  if (row === undefined) return [];
  return [
    {
      id: 'documents-late',
      path: '/documents',
      screen: 'documents',
      view: { ...list, today: '2026-03-01', rows: documents(9) },
    },
    {
      id: 'documents-own',
      path: '/documents',
      screen: 'documents',
      view: {
        ...list,
        rows: list.rows.map((row, at) => (at > 1 ? row : { ...row, marks: { ...row.marks, ...OWN } })),
      },
    },
    {
      id: 'documents-unmarked',
      path: '/documents',
      screen: 'documents',
      view: { ...list, unmarked: { entry: { row, manifest }, failure: { code: 'network', facts: {} } } },
    },
    { id: 'documents-unkept', path: '/documents', screen: 'documents', view: { ...list, unkept: true } },
    {
      id: 'documents-missing',
      path: '/documents',
      screen: 'documents',
      view: { ...list, missing: [{ id: manifest.documentId, manifest }] },
    },
    {
      id: 'documents-index-old',
      path: '/documents',
      screen: 'documents',
      view: { ...list, problem: 'index-rollback' },
    },
    {
      id: 'documents-index-refused',
      path: '/documents',
      screen: 'documents',
      view: { ...list, problem: 'bad-signature' },
    },
  ];
}
