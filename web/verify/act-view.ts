/** What a proven act says, in the shape that the verifier shows. */

import type { ActVerdict } from '../core/act-verdict.ts';
import type { Names } from '../core/schema.ts';
import type { TrustRoot } from '../core/trust.ts';

/** A proven act; `what` names its sentence, `verify-act-WHAT`. */
export interface ActView extends Omit<ActVerdict, 'act'> {
  readonly cityNames: Names;
  readonly what: 'delete' | 'paperless' | 'paper' | 'other';
  /** Department, document type and number of a choice; names fall back to their slugs if the trust root lists them no more. */
  readonly choice: { readonly issuerNames: Names; readonly typeNames: Names; readonly number: number } | null;
  /** The document that was deleted. */
  readonly documentId: string | null;
  readonly signedAt: string;
}

function viewChoice(act: ActVerdict['act'], root: TrustRoot): ActView['choice'] {
  if (act.type !== 'consent') return null;
  const { issuer: slug, document_type: type, number } = act.subject;
  const issuer = root.payload.issuers.find(({ id }) => id === slug);
  const found = issuer?.document_types.find(({ id }) => id === type);
  return {
    issuerNames: issuer?.names ?? { en: slug, fr: slug },
    typeNames: found?.names ?? { en: type, fr: type },
    number,
  };
}

function whatOf(act: ActVerdict['act']): ActView['what'] {
  if (act.type === 'delete') return 'delete';
  if (act.type !== 'consent') return 'other';
  return act.subject.paperless ? 'paperless' : 'paper';
}

/** A verdict in the shape that pages show. */
export function viewAct({ act, ...verdict }: ActVerdict, root: TrustRoot): ActView {
  return {
    ...verdict,
    cityNames: root.payload.names,
    what: whatOf(act),
    choice: viewChoice(act, root),
    documentId: act.type === 'delete' ? act.subject.document_id : null,
    signedAt: act.time,
  };
}
