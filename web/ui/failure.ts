/** Which words an error gets: its own where it has some, else those of its family. */

import { has, t } from './i18n.svelte.ts';
import type { Failure } from './errors.ts';
import { supportCode } from './support-code.ts';

/** Families of errors: what to say when a code has no words of its own for one of the four questions. */
export type Family = 'again' | 'refused' | 'ours';

const AGAIN = new Set([
  'offline',
  'network',
  'too-many',
  'server',
  'state',
  'record-conflict',
  'consent-conflict',
  'notice-code-wrong',
  'push-refused',
  'index-conflict',
  'not-yet-logged',
]);
const OURS = new Set(['internal', 'request-invalid', 'wrong-origin', 'limit']);

// Not a danger and nobody's fault: said in a calmer colour.
const CALM =
  /^(?:claim-(?:used|revoked|frozen|empty|unknown)|code-|passkey-|camera-|prf-missing|kit-|not-signed-in|locked|document-(?:deleted|unknown)|pdf-|file-unreadable|(?:receipt|proof)-invalid|proof-without-records)/;

/** How loudly to say it: a closed prompt is information, what can be mended a warning, what was refused a danger. */
export function toneOf(code: string): 'info' | 'warning' | 'danger' {
  if (code === 'passkey-cancelled') return 'info';
  return familyOf(code) === 'again' || CALM.test(code) ? 'warning' : 'danger';
}

/** The four answers that an error owes to a person, and its number for the help line. */
export interface Words {
  readonly title: string;
  readonly what: string;
  readonly kept: string;
  readonly next: string;
  readonly code: string;
}

/** The family of a code; whatever is not known better was refused because it did not check out. */
export function familyOf(code: string): Family {
  if (AGAIN.has(code)) return 'again';
  return OURS.has(code) ? 'ours' : 'refused';
}

/** Where what did not check out was to be used, when not in an open vault: at the letter's code, or in the verifier. */
export type Place = 'letter' | 'files';

/**
 * Looks up `error-CODE.title|what|kept|next`, then `error-family-FAMILY` of the same; for what was refused, first
 * `error-family-PLACE`: who reads a letter's code, or checks a document, may have no vault that could be intact.
 */
export function wordsOf(failure: Failure, place: Place | null = null): Words {
  const family = familyOf(failure.code);
  const say = (part: string): string => {
    const here = family === 'refused' && place !== null ? [`error-family-${place}.${part}`] : [];
    const known = [`error-${failure.code}.${part}`, ...here].find((id) => has(id));
    return t(known ?? `error-family-${family}.${part}`, failure.facts);
  };
  return {
    title: say('title'),
    what: say('what'),
    kept: say('kept'),
    next: say('next'),
    code: supportCode(failure.code),
  };
}
