/**
 * The manifest: what an issuer says about one document (payload of `manifest`, docs/spec/document.md).
 *
 * What a client shows about a document comes from here and from nowhere else.
 */

import { FormatError } from './errors.ts';
import {
  boolean,
  date,
  hash,
  id,
  integer,
  list,
  money,
  nullable,
  object,
  oneOf,
  type Read,
  type Reader,
  slug,
  tagged,
  text,
  time,
  u32Integer,
  version1,
} from './schema.ts';
import { parsePayload } from './statement.ts';

/** A pack of 64 MiB holds the largest body with room for its index. */
export const MAX_BODY = 50 * 1024 * 1024;

/** Plaintext of a card: one STREAM chunk of age. */
export const MAX_CARD = 64 * 1024;

/** Code points of a title. */
export const MAX_TITLE = 200;

/** Code points of a payment reference. */
export const MAX_PAYMENT_REFERENCE = 64;

/** Reads a document's language. */
export const LANGUAGE = oneOf('fr', 'en');

/** Reads what a document asks for. */
export const ACTION = oneOf('pay', 'reply');

const MAX_PARTY = 200;
const MAX_INSTALMENTS = 12;

const part = object({ cents: integer(0), currency: text(), due: date });

const instalment: Reader<{ readonly cents: number; readonly currency: string; readonly due: string }> = (
  value,
  key,
) => {
  const { cents, currency, due } = part(value, key);
  return { ...money({ cents, currency }, key), due };
};

/** Reads the parts of an amount. */
export const instalments = list(instalment, 0, MAX_INSTALMENTS);

/** Refuses parts of an amount that are not sorted by due day. */
export function requireInstalmentOrder(parts: Read<typeof instalments>): void {
  if (parts.some(({ due }, index) => due < (parts[index - 1]?.due ?? ''))) {
    throw new FormatError('instalments are sorted by due day', 'format', { field: 'instalments' });
  }
}

const schema = object({
  version: version1,
  city: slug,
  issuer: slug,
  type: slug,
  document_id: id,
  nonce: hash,
  party: text(MAX_PARTY),
  recipient: tagged('kind', {
    claim: object({ kind: oneOf('claim'), lookup_id: hash, slot: u32Integer, code_epoch: u32Integer }),
    vault: object({ kind: oneOf('vault'), vault_id: hash }),
  }),
  title: text(MAX_TITLE),
  language: LANGUAGE,
  media_type: oneOf('application/pdf'),
  plaintext: object({ sha256: hash, size: integer(1, MAX_BODY) }),
  issued_at: time,
  due: nullable(date),
  reply_by: nullable(date),
  amount: nullable(money),
  instalments,
  payment_reference: nullable(text(MAX_PAYMENT_REFERENCE)),
  action: nullable(ACTION),
  supersedes: nullable(id),
  minimum_assurance: oneOf('single', 'double'),
  sensitive: boolean,
});

/** A manifest, as its JSON has it. */
export type Manifest = Read<typeof schema>;

/** Parses the payload of a verified envelope; raises `FormatError` alone. */
export function parseManifest(payload: Uint8Array): Manifest {
  const manifest = parsePayload(payload, schema, 'manifest', MAX_CARD);
  requireInstalmentOrder(manifest.instalments);
  return manifest;
}
