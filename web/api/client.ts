/**
 * The interface of `docs/spec/api.md` as the pages call it: types generated from `docs/api/openapi.json` (`npm run api`), same
 * origin, and every failure a `PageError`.
 *
 * State-changing requests carry `x-voute: 1`. Nothing here knows a key.
 */

import createClient from 'openapi-fetch';
import type { WrittenIndex } from '../core/rpc.ts';
import { PageError, type Facts } from '../ui/errors.ts';
import { PATIENCE_MS, Patience, piecesOf } from '../ui/patience.ts';
import type { components, paths } from './schema.d.ts';

type Schemas = components['schemas'];

/** The city's name and its help line. */
export type About = Schemas['AboutReply'];
/** What waits behind a claim code, sealed. */
export type ClaimLookup = Schemas['LookupReply'];
/** A fresh challenge for a passkey or a kit. */
export type Challenge = Schemas['ChallengeReply'];
/** A new credential, rebuilt from the allow-list of `docs/spec/vault.md`: no other key exists in this type, none is sent. */
export type NewCredential = Schemas['RegistrationReply'];
/** A sign-in by a credential, rebuilt from the same allow-list. */
export type KnownCredential = Schemas['AssertionReply'];
/** Body of a claim. */
export type ClaimBody = Schemas['ClaimBody'];
/** A sealed document of the holder. */
export type DocumentBody = Schemas['DocumentReply'];
/** That a document is there. */
export type Place = Schemas['PlaceReply'];
/** How far a deletion is. */
export type Deletion = Schemas['DeletionReply'];
/** A change of the keyring. */
export type KeyringBody = Schemas['KeyringBody'];
/** Where else the vault is open. */
export type ElsewhereReply = Schemas['OtherSessions'];
/** What the holder chose, paper or none, as the city keeps it. */
export type ConsentsReply = Schemas['ConsentsReply'];
/** Where and when the holder wants a mail. */
export type NoticeBody = Schemas['NoticeBody'];
/** The same as the city keeps it, and whether it sends mails at all. */
export type NoticesReply = Schemas['NoticesReply'];
/** When to tell on a device. */
export type DeviceTimes = Omit<Schemas['DeviceBody'], 'endpoint' | 'p256dh' | 'auth'>;
/** What the browser gives to be told by, and when. */
export type DeviceBody = Schemas['DeviceBody'];
/** The holder's devices, and the key that a browser subscribes for. */
export type DevicesReply = Schemas['DevicesReply'];
/** A kit's answer to a challenge. */
export type KitBody = Schemas['KitBody'];

// Of another server, beside which the city is there: soon enough that its silence is not noticed as one.
const FIRST_BYTE_MS = 8_000;
const PAGE_SIZE = 200;
const UNCHANGED = 304;

const unreachable = (): PageError => new PageError(navigator.onLine ? 'network' : 'offline');

async function send(request: Request, signal = AbortSignal.timeout(PATIENCE_MS)): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, signal]) });
  } catch {
    throw unreachable();
  }
}

/** The bytes of a reply as they come; `network` or `offline` when they break off. */
async function* readPieces(
  body: ReadableStream<Uint8Array>,
  patience: Patience,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  try {
    yield* piecesOf(body, patience);
  } catch {
    throw unreachable();
  }
}

const client = createClient<paths>({
  baseUrl: globalThis.location.origin,
  fetch: send,
  credentials: 'same-origin',
  cache: 'no-store',
  redirect: 'error',
  referrerPolicy: 'no-referrer',
});

const CHANGES = { headers: { 'x-voute': '1' } } as const;

function problem(status: number, body: unknown): PageError {
  const { code, facts, instance } = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly code?: unknown;
    readonly facts?: unknown;
    readonly instance?: unknown;
  };
  const fallback = status >= 500 ? 'server' : status === 429 ? 'too-many' : 'request-invalid';
  return new PageError(typeof code === 'string' && status < 500 ? code : fallback, {
    ...(typeof facts === 'object' && facts !== null ? (facts as Facts) : {}),
    ...(typeof instance === 'string' ? { instance } : {}),
    status,
  });
}

interface Result<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

async function come<T>(pending: Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await pending;
  } catch (thrown) {
    // A body that breaks off half-way is the network's doing too.
    throw thrown instanceof PageError ? thrown : unreachable();
  }
}

function good<T>({ data, error, response }: Result<T>): T {
  if (!response.ok) throw problem(response.status, error);
  return data as T;
}

async function answer<T>(pending: Promise<Result<T>>): Promise<T> {
  return good(await come(pending));
}

/** The same; null if it is what was named. */
async function answerUnless<T>(known: string | null, pending: Promise<Result<T>>): Promise<T | null> {
  const result = await come(pending);
  return known !== null && result.response.status === UNCHANGED ? null : good(result);
}

function ifNot(known: string | null): { 'if-none-match'?: string } {
  return known === null ? {} : { 'if-none-match': `"${known}"` };
}

async function bytes(pending: Promise<Result<unknown>>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array((await answer(pending)) as ArrayBuffer);
}

const SEALED = 'application/octet-stream';
const SIGNED = 'application/vnd.voute.signed-url+json';

/** Read where the city's answer leads to. Null: it cannot be read there (too late, another network, a rule of that server). */
async function readElsewhere(answered: Uint8Array): Promise<Uint8Array<ArrayBuffer> | null> {
  const abort = new AbortController();
  const unanswered = setTimeout(() => {
    abort.abort();
  }, FIRST_BYTE_MS);
  try {
    const { url, range } = JSON.parse(new TextDecoder().decode(answered)) as Schemas['SignedBodyReply'];
    const [first = 0, last = -1] = range.slice('bytes='.length).split('-').map(Number);
    // No cookie, no address of ours; the policy of the page names the one folder that may be read so.
    const response = await fetch(url, {
      headers: { range },
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.any([abort.signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    clearTimeout(unanswered);
    if (response.status !== 206) return null;
    const read = new Uint8Array(await response.arrayBuffer());
    return read.length === last - first + 1 ? read : null;
  } catch {
    return null;
  } finally {
    clearTimeout(unanswered);
  }
}

/** A sealed body, from the city or from where it leads to; what cannot be read there the city hands out itself. */
async function sealedBody(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const seen: { type: string | null } = { type: null };
  const ask = (accept: string): Promise<Uint8Array<ArrayBuffer>> =>
    bytes(
      client
        .GET('/api/documents/{document}/body', {
          params: { path: { document: id } },
          parseAs: 'arrayBuffer',
          headers: { accept },
        })
        .then((result) => {
          seen.type = result.response.headers.get('content-type');
          return result;
        }),
    );
  const answered = await ask(`${SIGNED}, ${SEALED}`);
  if (seen.type !== SIGNED) return answered;
  return (await readElsewhere(answered)) ?? ask(SEALED);
}

/** The number that stands beside an index; one that is none is refused by the city at the next writing. */
function numberOf(response: Response): number {
  const number = Number(response.headers.get('x-voute-number') ?? 0);
  return Number.isSafeInteger(number) && number >= 0 ? number : 0;
}

/** One function a route that a resident's page calls. */
export const api = {
  about: () => answer(client.GET('/api/about')),
  trustRoot: () => bytes(client.GET('/api/trust-root', { parseAs: 'arrayBuffer' })),
  earlierRoot: (number: number) =>
    bytes(client.GET('/api/trust-root', { params: { query: { number } }, parseAs: 'arrayBuffer' })),
  lookUpClaim: (lookupId: string, token: string) =>
    answer(client.POST('/api/claims/lookup', { ...CHANGES, body: { lookup_id: lookupId, token } })),
  freezeCode: (lookupId: string, token: string) =>
    answer(client.POST('/api/claims/freeze', { ...CHANGES, body: { lookup_id: lookupId, token } })),
  claim: (body: ClaimBody) => answer(client.POST('/api/claims', { ...CHANGES, body })),
  challenge: () => answer(client.POST('/api/sessions/challenge', { ...CHANGES, body: {} })),
  signIn: (challenge: string, credential: KnownCredential) =>
    answer(client.POST('/api/sessions', { ...CHANGES, body: { challenge, credential } })),
  signInWithKit: (body: KitBody) => answer(client.POST('/api/sessions/kit', { ...CHANGES, body })),
  tryPasskey: (challenge: string, credential: KnownCredential) =>
    answer(client.POST('/api/session/passkey', { ...CHANGES, body: { challenge, credential } })),
  tryKit: (body: KitBody) => answer(client.POST('/api/session/kit', { ...CHANGES, body })),
  session: () => answer(client.GET('/api/session')),
  signOut: () => answer(client.DELETE('/api/session', CHANGES)),
  /** The same from a page that is going away. */
  signOutLeaving: () => answer(client.DELETE('/api/session', { ...CHANGES, keepalive: true })),
  elsewhere: () => answer(client.GET('/api/session/others')),
  signOutElsewhere: () => answer(client.DELETE('/api/session/others', CHANGES)),
  notices: () => answer(client.GET('/api/notices')),
  putNotices: (body: NoticeBody) => answer(client.PUT('/api/notices', { ...CHANGES, body })),
  confirmNotices: (code: string) => answer(client.POST('/api/notices/confirm', { ...CHANGES, body: { code } })),
  stopNotices: () => answer(client.DELETE('/api/notices', CHANGES)),
  devices: () => answer(client.GET('/api/devices')),
  putDevice: (body: DeviceBody) => answer(client.PUT('/api/devices', { ...CHANGES, body })),
  removeDevice: (id: string) =>
    answer(client.DELETE('/api/devices/{device}', { ...CHANGES, params: { path: { device: id } } })),
  removeDevices: () => answer(client.DELETE('/api/devices', CHANGES)),
  disown: (act: string) => answer(client.POST('/api/vault/disown', { ...CHANGES, body: { act } })),
  vault: () => answer(client.GET('/api/vault')),
  putKeyring: (body: KeyringBody) => answer(client.PUT('/api/vault/keyring', { ...CHANGES, body })),
  /**
   * The vault's index as its bytes come, newest documents first; no pieces: there is none yet, or, if `unchanged`, it is the one
   * whose SHA-256 in hex is `known`.
   */
  index: async (known: string | null) => {
    const patience = new Patience();
    try {
      const asked = client.GET('/api/vault/index', {
        params: { header: ifNot(known) },
        parseAs: 'stream',
        fetch: (request) => send(request, patience.signal),
      });
      const { response } = await asked;
      const unchanged = known !== null && response.status === UNCHANGED;
      const body = unchanged ? null : await answer(asked);
      // 204 has no body.
      const pieces = body ? readPieces(body, patience) : null;
      if (pieces === null) patience.end();
      return { number: numberOf(response), pieces, unchanged };
    } catch (thrown) {
      patience.end();
      throw thrown;
    }
  },
  putIndex: ({ after, number, file }: WrittenIndex, signal: AbortSignal) =>
    answer(
      client.PUT('/api/vault/index', {
        signal,
        params: { query: { after, number } },
        headers: { ...CHANGES.headers, 'content-type': 'application/octet-stream' },
        body: file as never,
        bodySerializer: (body: unknown) => body as Uint8Array<ArrayBuffer>,
      }),
    ),
  /** Which documents there are above a position, the newest below another first; null: the rows whose name is `known`. */
  places: (after: number, before: number, limit: number, known: string | null) =>
    answerUnless(
      known,
      client.GET('/api/vault/places', { params: { query: { after, before, limit }, header: ifNot(known) } }),
    ),
  documents: (after: number) =>
    answer(client.GET('/api/documents', { params: { query: { after, limit: PAGE_SIZE } } })),
  document: (id: string) => answer(client.GET('/api/documents/{document}', { params: { path: { document: id } } })),
  body: sealedBody,
  opened: (id: string, act: string) =>
    answer(
      client.POST('/api/documents/{document}/opened', {
        ...CHANGES,
        params: { path: { document: id } },
        body: { act },
      }),
    ),
  consents: () => answer(client.GET('/api/consents')),
  choose: (act: string) => answer(client.POST('/api/consents', { ...CHANGES, body: { act } })),
  remove: (id: string, act: string) =>
    answer(
      client.DELETE('/api/documents/{document}', { ...CHANGES, params: { path: { document: id } }, body: { act } }),
    ),
  deletion: (id: string) =>
    answer(client.GET('/api/documents/{document}/deletion', { params: { path: { document: id } } })),
  receipt: (id: string) =>
    answer(client.GET('/api/documents/{document}/receipt', { params: { path: { document: id } } })),
} as const;

/** The routes as a type, so that flows can be run against a real server or a recorded one. */
export type Api = typeof api;
