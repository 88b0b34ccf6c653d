/**
 * Acts, events and log entries (docs/spec/event-receipt.md).
 *
 * An act is signed by a holder or an issuer; an event repeats its subject, is never signed itself, and goes into the log as
 * SHA-256 over a salt, its box's chain and its bytes.
 */

import { concat, u64 } from './bytes.ts';
import { labelledHash, sha256 } from './derive.ts';
import { FormatError } from './errors.ts';
import {
  boolean,
  hash,
  id,
  integer,
  nullable,
  object,
  oneOf,
  type Read,
  type Reader,
  slug,
  time,
  version1,
} from './schema.ts';
import { parsePayload, writePayload } from './statement.ts';

/** The largest event of this version has under 700 bytes. */
export const MAX_EVENT = 4096;

const SUBJECTS = {
  deliver: object({ delivery_id: id, document_id: id, manifest_hash: hash, sealed_hash: hash }),
  claim: object({ lookup_id: hash, issuer: slug, vault_id: hash, record_hash: hash, bind: hash }),
  bound: object({ lookup_id: hash, vault_id: hash, record_hash: hash }),
  keyring: object({ vault_id: hash, number: integer(1), record_hash: hash }),
  opened: object({ document_id: id, manifest_hash: hash }),
  delete: object({ document_id: id, manifest_hash: hash }),
  revoked: object({ lookup_id: hash }),
  disown: object({ lookup_id: hash, vault_id: hash }),
  freeze: object({ lookup_id: hash, vault_id: nullable(hash) }),
  consent: object({
    issuer: slug,
    document_type: slug,
    number: integer(1),
    paperless: boolean,
    text: slug,
    language: oneOf('en', 'fr'),
    words: hash,
  }),
} as const;

/** Types of event. */
export type EventType = keyof typeof SUBJECTS;

/** What an event of a type is about. */
export type Subject<T extends EventType> = Read<(typeof SUBJECTS)[T]>;

const TYPES = Object.keys(SUBJECTS) as readonly EventType[];
const ACT_TYPES: ReadonlySet<EventType> = new Set([
  'claim',
  'bound',
  'opened',
  'delete',
  'revoked',
  'disown',
  'consent',
]);
const BY_VAULT: ReadonlySet<EventType> = new Set(['claim', 'keyring', 'opened', 'delete', 'disown', 'consent']);
// What the service alone asserts: no statement of anybody stands behind it.
const ASSERTED: EventType = 'freeze';

const VAULT = 'vault:';
const ISSUER = 'issuer:';
const SERVICE = 'service';

/** Names a vault (hex id) as actor. */
export function vaultActor(vaultId: string): string {
  return VAULT + vaultId;
}

/** Names an issuer as actor. */
export function issuerActor(issuer: string): string {
  return ISSUER + issuer;
}

function requireActor(actor: string, type: EventType): void {
  if (type === ASSERTED) {
    if (actor !== SERVICE) throw new FormatError('actor of another kind', 'format', { field: 'actor' });
    return;
  }
  const prefix = BY_VAULT.has(type) ? VAULT : ISSUER;
  if (!actor.startsWith(prefix)) throw new FormatError('actor of another kind', 'format', { field: 'actor' });
  const reader = BY_VAULT.has(type) ? hash : slug;
  reader(actor.slice(prefix.length), 'actor');
}

const anyString: Reader<string> = (value, key) => {
  if (typeof value !== 'string') throw new FormatError(`${key}: not a string`, 'format', { field: key });
  return value;
};
const anySubject: Reader<unknown> = (value) => value;

const eventShape = object({
  version: version1,
  type: oneOf(...TYPES),
  city: slug,
  time,
  actor: anyString,
  act: nullable(hash),
  subject: anySubject,
});
const actShape = object({
  version: version1,
  type: oneOf(...TYPES),
  city: slug,
  actor: anyString,
  subject: anySubject,
  time,
  nonce: hash,
});

type Typed<S> = {
  [T in EventType]: Omit<S, 'type' | 'subject'> & { readonly type: T; readonly subject: Subject<T> };
}[EventType];

/** An event, told apart by its type. */
export type Event = Typed<Read<typeof eventShape>>;

/** An act, told apart by its type. */
export type Act = Typed<Read<typeof actShape>>;

const readEvent: Reader<Event> = (value, key) => {
  const shape = eventShape(value, key);
  const subject = SUBJECTS[shape.type](shape.subject as never, 'subject');
  requireActor(shape.actor, shape.type);
  if ((shape.type === ASSERTED) !== (shape.act === null)) {
    throw new FormatError('a statement stands behind every event but those of the service', 'format', { field: 'act' });
  }
  return { ...shape, subject } as Event;
};

const readAct: Reader<Act> = (value, key) => {
  const shape = actShape(value, key);
  if (!ACT_TYPES.has(shape.type))
    throw new FormatError('this type of event is not an act', 'format', { field: 'type' });
  const subject = SUBJECTS[shape.type](shape.subject as never, 'subject');
  requireActor(shape.actor, shape.type);
  return { ...shape, subject } as Act;
};

/** Parses an event's bytes; raises `FormatError` alone. */
export function parseEvent(bytes: Uint8Array): Event {
  return parsePayload(bytes, readEvent, 'event', MAX_EVENT);
}

/** Writes an event's bytes. */
export function encodeEvent(event: Event): Uint8Array {
  return writePayload(event, readEvent, 'event');
}

/** Parses the payload of an act's verified envelope; raises `FormatError` alone. */
export function parseAct(payload: Uint8Array): Act {
  return parsePayload(payload, readAct, 'act', MAX_EVENT);
}

/** Writes an act's payload. */
export function encodeAct(act: Act): Uint8Array {
  return writePayload(act, readAct, 'act');
}

/** A log entry: SHA-256(salt ‖ chain ‖ event); salt and chain are 32 bytes each. */
export function blindEvent(salt: Uint8Array, chain: Uint8Array, event: Uint8Array): Uint8Array {
  if (salt.length !== 32 || chain.length !== 32) throw new FormatError('salt and chain have 32 bytes');
  return sha256(concat(salt, chain, event));
}

/** The link of a box's n-th event, n from 1; `previous` is 32 zero bytes at 1. */
export function chainLink(chainSalt: Uint8Array, number: number, previous: Uint8Array): Uint8Array {
  if (number < 1) throw new FormatError('the events of a box are numbered from 1');
  if (chainSalt.length !== 32 || previous.length !== 32) throw new FormatError('salt and link have 32 bytes');
  return labelledHash('chain/v1', chainSalt, u64(number), previous);
}
