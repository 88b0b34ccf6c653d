/**
 * The interface of `docs/spec/api.md` as the pages call it: typed, same origin, and every failure a `PageError`.
 *
 * State-changing requests carry `x-voute: 1`. Bodies are never cached, replies are read as JSON or as bytes. Nothing here knows a key.
 */

import { PageError, type Facts } from '../ui/errors.ts';

/** What the pages show as the city's name and its help line. */
export interface About {
  readonly city: string;
  readonly names: { readonly fr: string; readonly en: string };
  readonly help_phone: string | null;
  readonly help_hours: { readonly fr: string; readonly en: string } | null;
  readonly release: string;
}

/** A sealed document behind a claim code. */
export interface WaitingDocument {
  readonly document_id: string;
  readonly header: string;
  readonly card: string;
}

/** Reply of a claim lookup. */
export interface ClaimLookup {
  readonly lookup_id: string;
  readonly v: number;
  readonly challenge: string;
  readonly rp_id: string;
  readonly documents: readonly WaitingDocument[];
}

/** A fresh challenge for a passkey or a kit. */
export interface Challenge {
  readonly challenge: string;
  readonly rp_id: string;
}

/** A WebAuthn reply rebuilt from the allow-list of `docs/spec/vault.md`: no other key exists in this type, none is ever sent. */
export interface Credential {
  readonly id: string;
  readonly type: 'public-key';
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject?: string;
    readonly transports?: readonly string[];
    readonly authenticatorData?: string;
    readonly signature?: string;
    readonly userHandle?: string;
  };
}

/** A method as the server keeps it. */
export interface MethodBody {
  readonly id: string;
  readonly kind: 'passkey' | 'kit';
  readonly credential_id: string | null;
  readonly sign_in_key: string | null;
}

/** Body of a claim. */
export interface ClaimBody {
  readonly lookup_id: string;
  readonly token: string;
  readonly genesis: string;
  readonly record: string;
  readonly keyring: string;
  readonly bind: string;
  readonly act: string;
  readonly methods: readonly MethodBody[];
  readonly challenge: string;
  readonly credential: Credential | null;
  readonly headers: readonly { readonly document_id: string; readonly header: string }[];
}

/** A sealed document of the holder. */
export interface DocumentBody {
  readonly document_id: string;
  readonly position: number;
  readonly header: string;
  readonly card: string;
  readonly size: number;
  readonly issuer: string;
  readonly delivered_at: string;
  readonly opened: boolean;
  readonly logged: boolean;
}

/** The vault's public record and its sealed keyring. */
export interface VaultBody {
  readonly vault_id: string;
  readonly v: number;
  readonly records: readonly string[];
  readonly keyring: string;
  readonly chain_salts: readonly { readonly box: string; readonly salt: string }[];
}

/** A change of the keyring. */
export interface KeyringBody {
  readonly record: string;
  readonly keyring: string;
  readonly methods: readonly MethodBody[];
  readonly challenge: string | null;
  readonly credential: Credential | null;
}

/** The receipt's parts that the server holds. */
export interface ReceiptBody {
  readonly event: string;
  readonly salt: string;
  readonly chain: string;
  readonly index: number;
  readonly proof: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

// A phone on a train: long enough for a slow network, short enough that nobody stares at a spinner that will never end.
const TIMEOUT_MS = 45_000;
const PAGE_SIZE = 200;

async function problem(reply: Response): Promise<PageError> {
  const fallback = reply.status >= 500 ? 'server' : reply.status === 429 ? 'too-many' : 'request-invalid';
  try {
    const body = (await reply.json()) as { code?: unknown; facts?: unknown; instance?: unknown };
    const facts = typeof body.facts === 'object' && body.facts !== null ? (body.facts as Facts) : {};
    const instance = typeof body.instance === 'string' ? { instance: body.instance } : {};
    const code = typeof body.code === 'string' && reply.status < 500 ? body.code : fallback;
    return new PageError(code, { ...facts, ...instance, status: reply.status });
  } catch {
    return new PageError(fallback, { status: reply.status });
  }
}

async function call(method: Method, path: string, body?: unknown): Promise<Response> {
  let reply: Response;
  try {
    reply = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(method === 'GET' ? {} : { 'x-voute': '1' }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new PageError(navigator.onLine ? 'network' : 'offline');
  }
  if (!reply.ok) throw await problem(reply);
  return reply;
}

async function json<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const reply = await call(method, path, body);
  return (await reply.json()) as T;
}

async function bytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const reply = await call('GET', path);
  try {
    return new Uint8Array(await reply.arrayBuffer());
  } catch {
    throw new PageError(navigator.onLine ? 'network' : 'offline');
  }
}

/** One function a route that a resident's page calls. */
export const api = {
  about: () => json<About>('GET', '/api/about'),
  trustRoot: () => bytes('/api/trust-root'),
  lookUpClaim: (lookupId: string, token: string) =>
    json<ClaimLookup>('POST', '/api/claims/lookup', { lookup_id: lookupId, token }),
  claim: (body: ClaimBody) =>
    json<{ readonly vault_id: string; readonly documents: readonly string[] }>('POST', '/api/claims', body),
  challenge: () => json<Challenge>('POST', '/api/sessions/challenge', {}),
  signIn: (challenge: string, credential: Credential) =>
    json<{ readonly vault_id: string }>('POST', '/api/sessions', { challenge, credential }),
  signInWithKit: (body: { challenge: string; vault_id: string; method_id: string; signature: string }) =>
    json<{ readonly vault_id: string }>('POST', '/api/sessions/kit', body),
  session: () =>
    json<{
      readonly vault_id: string;
      readonly expires_at: string;
      readonly methods: readonly MethodBody[];
    }>('GET', '/api/session'),
  signOut: async (): Promise<void> => {
    await call('DELETE', '/api/session');
  },
  vault: () => json<VaultBody>('GET', '/api/vault'),
  putKeyring: (body: KeyringBody) => json<{ readonly number: number }>('PUT', '/api/vault/keyring', body),
  documents: (after: number) =>
    json<{ readonly documents: readonly DocumentBody[]; readonly next: number | null }>(
      'GET',
      `/api/documents?after=${after}&limit=${PAGE_SIZE}`,
    ),
  document: (id: string) => json<DocumentBody>('GET', `/api/documents/${id}`),
  body: (id: string) => bytes(`/api/documents/${id}/body`),
  opened: async (id: string, act: string): Promise<void> => {
    await call('POST', `/api/documents/${id}/opened`, { act });
  },
  receipt: (id: string) => json<ReceiptBody>('GET', `/api/documents/${id}/receipt`),
} as const;

/** The routes as a type, so that flows can be run against a real server or a recorded one. */
export type Api = typeof api;
