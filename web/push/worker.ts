/**
 * The worker of notices (`docs/spec/push.md`): shows what a message says, and brings the vault to the front when it is tapped.
 *
 * Registered for a folder in which no page lies. It answers no request, asks none, keeps nothing and knows no key.
 */

import { parseMessage, UNREADABLE } from './message.ts';

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

async function bringToFront(): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((one) => one.visibilityState === 'visible') ?? pages[0];
  if (page === undefined) await self.clients.openWindow(VAULT);
  else await page.focus();
}
