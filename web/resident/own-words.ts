/** What the holder says about a document in their own words, as typed and as kept (docs/spec/index-directory.md). */

import { tidyText } from '../core/schema.ts';
import type { Marks } from '../core/rpc.ts';

/** Own title, folder, note; null where nothing is said. */
export type OwnWords = Omit<Marks, 'handled'>;

/** What the vault's index holds of each at most, in code points. */
export const MOST = { title: 200, folder: 100, note: 500 } as const;

/** Makes what was typed into what the index takes. */
export function tidyOwn(typed: {
  readonly ownTitle: string;
  readonly folder: string;
  readonly note: string;
}): OwnWords {
  return {
    ownTitle: tidyText(typed.ownTitle, MOST.title),
    folder: tidyText(typed.folder, MOST.folder),
    note: tidyText(typed.note, MOST.note),
  };
}
