/** Errors as the pages know them: a stable code, the facts that its words need, and nothing for people. */

/** Facts that the words of an error may show; never a secret, never personal data. */
export type Facts = Readonly<Record<string, string | number>>;

/** Every failure that reaches a screen. `code` names its words: `error-CODE` in `messages`. */
export class PageError extends Error {
  override readonly name = 'PageError';
  readonly code: string;
  readonly facts: Facts;

  constructor(code: string, facts: Facts = {}, detail = '') {
    super(detail === '' ? code : detail);
    this.code = code;
    this.facts = facts;
  }
}

/** The part of an error that a screen holds in its state. */
export interface Failure {
  readonly code: string;
  readonly facts: Facts;
}

/**
 * Turns whatever was thrown into a failure. Errors of the core and of the page both carry `code`; anything else is a defect of
 * ours and becomes `internal`, with its text left for the console of whoever debugs, never for a screen.
 */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof PageError) return { code: thrown.code, facts: thrown.facts };
  if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string') {
    const facts = 'facts' in thrown && typeof thrown.facts === 'object' && thrown.facts !== null ? thrown.facts : {};
    return { code: thrown.code, facts: facts as Facts };
  }
  return { code: 'internal', facts: {} };
}
