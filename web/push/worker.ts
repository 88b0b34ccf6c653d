/**
 * The worker of notices (`docs/spec/push.md`): shows what a message says, and brings the vault to the front when it is tapped.
 *
 * Registered for a folder in which no page lies. It answers no request, keeps nothing and knows no key of a vault. The one
 * thing that it says to the city is where its browser is now, when the push service moved it.
 */

import { parseMessage, UNREADABLE } from './message.ts';
import { movedBody } from './moved.ts';

declare const self: ServiceWorkerGlobalScope;

const VAULT = '/documents';

self.addEventListener('push', (event) => {
  const { title, body, tag, language } = parseMessage(event.data?.text() ?? '') ?? UNREADABLE;
  // One notice of a kind at a time: a repeat takes the place of the first.
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang: language }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(bringToFront());
});

self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(sayWhere(event.oldSubscription, event.newSubscription));
});

/** Without the old subscription nothing can be proven: the page says then that notices stopped here. */
async function sayWhere(old: PushSubscription | null, given: PushSubscription | null): Promise<void> {
  if (old === null) return;
  const { applicationServerKey } = old.options;
  const options = { userVisibleOnly: true, applicationServerKey };
  const body = await movedBody(old, given ?? (await self.registration.pushManager.subscribe(options)));
  if (body === null) return;
  // No cookie goes along: whoever is signed in on this browser may be somebody else.
  await fetch('/api/devices/moved', {
    method: 'POST',
    credentials: 'omit',
    headers: { 'content-type': 'application/json', 'x-voute': '1' },
    body: JSON.stringify(body),
  });
}

async function bringToFront(): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((one) => one.visibilityState === 'visible') ?? pages[0];
  if (page === undefined) await self.clients.openWindow(VAULT);
  else await page.focus();
}
