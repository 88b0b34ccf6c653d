/** This browser's part of notices on devices: may it be told, by which address, and the worker that shows what comes. */

import { base64url, fromBase64url, hex } from '../core/bytes.ts';
import { PageError } from '../ui/errors.ts';
import { registerWorker } from '../ui/program.ts';

/** What the city needs to tell this browser. */
export interface Subscribed {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  /** What the city lists this browser under. */
  readonly hash: string;
}

/** Why this browser can't be told: it doesn't know how, it must be on the home screen first, its owner said no. */
export type Unable = 'missing' | 'home-screen' | 'blocked';

/** What flows ask of the browser. */
export interface DeviceBrowser {
  unable(): Unable | null;
  /** How this browser is told for this key; null if it is not. */
  current(key: string): Promise<Subscribed | null>;
  /** Asks the person, then the browser's push service. Raises `push-refused`. */
  subscribe(key: string): Promise<Subscribed>;
  unsubscribe(): Promise<void>;
}

const WORKER = '/push/worker.js';
const SCOPE = '/push/';
const STARTS_WITHIN_MS = 20_000;

function isApple(): boolean {
  // An iPad says that it is a Mac; a Mac has no touch screen.
  return /iPhone|iPad|Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1;
}

function unable(): Unable | null {
  if (!('serviceWorker' in navigator) || !('PushManager' in globalThis) || !('Notification' in globalThis)) {
    return isApple() ? 'home-screen' : 'missing';
  }
  return Notification.permission === 'denied' ? 'blocked' : null;
}

async function subscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function read(found: PushSubscription): Promise<Subscribed> {
  const { p256dh, auth } = found.toJSON().keys ?? {};
  if (p256dh === undefined || auth === undefined) throw new PageError('push-refused');
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(found.endpoint));
  return { endpoint: found.endpoint, p256dh, auth, hash: hex(new Uint8Array(digest)) };
}

async function current(key: string): Promise<Subscribed | null> {
  const found = await subscription();
  if (found === null) return null;
  const theirs = found.options.applicationServerKey;
  // Another key of the city: its push service would take nothing for this one.
  if (theirs === null || base64url(new Uint8Array(theirs)) !== key) return null;
  return read(found);
}

/** Waits until the worker runs: `ready` never comes for a page outside its folder. */
async function started(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (worker === null) throw new PageError('push-refused');
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new PageError('push-refused'));
    };
    worker.addEventListener('statechange', look);
    setTimeout(() => {
      reject(new PageError('push-refused'));
    }, STARTS_WITHIN_MS);
    look();
  });
}

async function subscribe(key: string): Promise<Subscribed> {
  // First: some browsers ask only while the tap still counts.
  if ((await Notification.requestPermission()) !== 'granted') throw new PageError('push-refused');
  const registration = await registerWorker(WORKER, SCOPE);
  await started(registration);
  const bytes = fromBase64url(key) as Uint8Array<ArrayBuffer>;
  try {
    const old = await registration.pushManager.getSubscription();
    if (old !== null && (await current(key)) === null) await old.unsubscribe();
    return await read(await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes }));
  } catch {
    throw new PageError('push-refused');
  }
}

async function unsubscribe(): Promise<void> {
  await (await subscription())?.unsubscribe();
  await (await navigator.serviceWorker.getRegistration(SCOPE))?.unregister();
}

/** The browser that the page runs in. */
export const deviceBrowser: DeviceBrowser = { unable, current, subscribe, unsubscribe };
