/** The rows of the list: what a document is to the page, and what of it the key holder opens. */

import type { DocumentBody } from '../api/client.ts';
import type { CardResult, Marks } from '../core/rpc.ts';
import { PageError } from '../ui/errors.ts';

/** One document of the list. */
export interface Row {
  readonly id: string;
  readonly position: number;
  readonly opened: boolean;
  /** What its card says, or what refused it. */
  readonly card: CardResult;
  readonly marks: Marks;
  /** Header and card as the city holds them; null while the index alone says what it is. */
  readonly sealed: DocumentBody | null;
}

/** Nothing said. */
export const NO_MARKS: Marks = { handled: false, ownTitle: null, folder: null, note: null };

/** The row of a document that was asked for whole. */
export function rowOf(sealed: DocumentBody, card: CardResult, marks: Marks): Row {
  return { id: sealed.document_id, position: sealed.position, opened: sealed.opened, card, marks, sealed };
}

/** The part of a row that the key holder opens. */
export function sealedRow(body: DocumentBody): {
  readonly documentId: string;
  readonly header: string;
  readonly card: string;
} {
  return { documentId: body.document_id, header: body.header, card: body.card };
}

/** The same of a row that was asked for whole. */
export function sealedOf(row: Row): ReturnType<typeof sealedRow> {
  if (row.sealed === null) throw new PageError('internal');
  return sealedRow(row.sealed);
}
