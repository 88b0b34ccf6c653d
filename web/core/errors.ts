/**
 * The one error tree of the product in the page; twin of `src/voute/core/errors.py`.
 *
 * Every error that leaves a public function of `web/core` is a `VouteError`. It carries a stable `code` (kebab-case: it
 * names the message in the Fluent files) and `facts`: the values that the message needs. Texts for people are never here.
 */

/** Every code that `web/core` can raise; the message files hold one text for each. */
export type ErrorCode =
  | 'format'
  | 'verification'
  | 'not-for-this-key'
  | 'limit'
  | 'state'
  | 'locked'
  | 'unknown-issuer'
  | 'bad-signature'
  | 'wrong-statement'
  | 'unknown-key'
  | 'merkle-proof'
  | 'note'
  | 'checkpoint'
  | 'tlog-proof'
  | 'unknown-log'
  | 'wrong-document'
  | 'wrong-vault'
  | 'wrong-city'
  | 'body-mismatch'
  | 'keyring-mismatch'
  | 'record-chain'
  | 'code-symbol'
  | 'code-length'
  | 'code-check'
  | 'claim-disagree'
  | 'document-differs'
  | 'key-not-valid-then'
  | 'event-differs'
  | 'consent-differs'
  | 'not-in-log'
  | 'bad-checkpoint'
  | 'log-ended'
  | 'no-quorum'
  | 'trust-root-rollback'
  | 'trust-root-quorum'
  | 'trust-root-chain'
  | 'trust-root-fingerprint'
  | 'internal';

/** The values that a message for people may show: never a secret, never personal data. */
export type Facts = Readonly<Record<string, string | number>>;

/** Base of every error of the product. */
export class VouteError extends Error {
  override readonly name: string = 'VouteError';
  readonly code: ErrorCode;
  facts: Facts;

  constructor(code: ErrorCode, detail = '', facts: Facts = {}) {
    super(detail === '' ? code : detail);
    this.code = code;
    this.facts = facts;
  }
}

/** Bytes are not what the specification says: never repaired, never guessed. */
export class FormatError extends VouteError {
  override readonly name: string = 'FormatError';

  constructor(detail: string, code: ErrorCode = 'format', facts: Facts = {}) {
    super(code, detail, facts);
  }
}

/** A signature, hash, proof or policy does not hold: nothing behind it may be shown or used. */
export class VerificationError extends VouteError {
  override readonly name: string = 'VerificationError';

  constructor(detail: string, code: ErrorCode = 'verification', facts: Facts = {}) {
    super(code, detail, facts);
  }
}

/** A sealed object is well formed but no key that was offered opens it. */
export class NotForThisKeyError extends VouteError {
  override readonly name: string = 'NotForThisKeyError';

  constructor(detail = '') {
    super('not-for-this-key', detail);
  }
}

/** A named limit would be passed. */
export class LimitError extends VouteError {
  override readonly name: string = 'LimitError';

  constructor(detail: string, facts: Facts = {}) {
    super('limit', detail, facts);
  }
}

/** The operation is not allowed in the present state, for instance while the vault is locked. */
export class StateError extends VouteError {
  override readonly name: string = 'StateError';

  constructor(detail: string, code: ErrorCode = 'state') {
    super(code, detail);
  }
}
