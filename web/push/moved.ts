/** What a browser says to the city when its push service moved it, and how it proves that it is the same (`docs/spec/push.md`). */

/** The part of a `PushSubscription` that is read. */
export interface Subscribed {
  readonly endpoint: string;
  getKey(name: PushEncryptionKeyName): ArrayBuffer | null;
}

/** Body of `POST /api/devices/moved`. */
export interface MovedBody {
  readonly old: string;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly proof: string;
}

// As in `core/bytes.ts`, of which nothing is imported here: the worker of notices is one file, at an address that stays.
const LABEL = 'voute/push-moved/v1\0';
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const base64 = (data: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(data)));
const base64url = (data: ArrayBuffer): string =>
  base64(data).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Makes the body; null where a subscription has no keys. */
export async function movedBody(old: Subscribed, fresh: Subscribed): Promise<MovedBody | null> {
  const [secret, p256dh, auth] = [old.getKey('auth'), fresh.getKey('p256dh'), fresh.getKey('auth')];
  if (secret === null || p256dh === null || auth === null) return null;
  const places = [old.endpoint, fresh.endpoint].map(async (one) => crypto.subtle.digest('SHA-256', utf8(one)));
  const said = new Blob([utf8(LABEL), ...(await Promise.all(places)), p256dh, auth]);
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const proof = await crypto.subtle.sign('HMAC', key, await said.arrayBuffer());
  const keys = { p256dh: base64url(p256dh), auth: base64url(auth) };
  return { old: old.endpoint, endpoint: fresh.endpoint, ...keys, proof: base64(proof) };
}
