/** Entry of the resident's pages. */

import '../ui/theme/index.css';
import { mount } from 'svelte';
import { api } from '../api/client.ts';
import { BROWSER_PINS, COPIES, forgetVaults } from '../core/pin-store.ts';
import { useCatalogues } from '../ui/i18n.svelte.ts';
import { startRouter } from '../ui/router.svelte.ts';
import App from './App.svelte';
import { Arriving } from './arriving.ts';
import { endKeyHolder, keyHolder } from './holder.ts';
import { deviceBrowser } from './push.ts';
import { Session } from './session.svelte.ts';
import { browserTabs } from './tabs.ts';
import { createPasskey, passkeysExist, usePasskey } from './webauthn.ts';

// Before anything else runs.
const codes = new Arriving();
const session = new Session({
  api,
  passkeys: { exist: passkeysExist, create: createPasskey, use: usePasskey },
  devices: deviceBrowser,
  tabs: browserTabs(),
  keys: keyHolder,
  endKeys: endKeyHolder,
  forgetCopies: () => BROWSER_PINS.forget(COPIES),
  forgetVaults: () => forgetVaults(BROWSER_PINS),
});

// Who comes with a code waits for its letter: what opens it is asked for before the words are there.
if (codes.waits) session.expect();
await useCatalogues({
  fr: async () => (await import('../ui/messages/fr/index.ts')).texts,
  en: async () => (await import('../ui/messages/en/index.ts')).texts,
});
startRouter();
const target = document.getElementById('app');
if (target) {
  // The words for a program that did not start.
  target.replaceChildren();
  mount(App, { target, props: { session, codes } });
}
