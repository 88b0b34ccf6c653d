/** Entry of the resident's pages. */

import '../ui/theme/index.css';
import { mount } from 'svelte';
import { api } from '../api/client.ts';
import { BROWSER_PINS, COPIES } from '../core/pin-store.ts';
import { useCatalogues } from '../ui/i18n.svelte.ts';
import { startRouter } from '../ui/router.svelte.ts';
import App from './App.svelte';
import { endKeyHolder, keyHolder } from './holder.ts';
import { deviceBrowser } from './push.ts';
import { Session } from './session.svelte.ts';
import { browserTabs } from './tabs.ts';
import { createPasskey, passkeysExist, usePasskey } from './webauthn.ts';

/** Where the skip link of the frame leads (`ui/components/Frame.svelte`). */
const SKIP_TARGET = '#main';

/** Takes the code out of the address before anything else runs: no history entry, no later script sees it. */
function takeCode(): string | null {
  // The link that skips to the content has a fragment too, which is no code and stays the browser's.
  if (location.pathname !== '/ouvrir' || location.hash.length < 2 || location.hash === SKIP_TARGET) return null;
  const code = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  return code;
}

/** A second letter scanned into the same tab only changes the fragment: no reload would read it. */
function watchCode(taken: (code: string) => void): void {
  addEventListener('hashchange', () => {
    const next = takeCode();
    if (next !== null) taken(next);
  });
}

// Taken before anything else runs, handed over once: a page that goes on for hours does not keep the code of a letter.
let taken = takeCode();

function firstCode(): string | null {
  const code = taken;
  taken = null;
  return code;
}

const session = new Session({
  api,
  passkeys: { exist: passkeysExist, create: createPasskey, use: usePasskey },
  devices: deviceBrowser,
  tabs: browserTabs(),
  keys: keyHolder,
  endKeys: endKeyHolder,
  forgetCopies: () => BROWSER_PINS.forget(COPIES),
});

// Who comes with a code waits for its letter: what opens it is asked for before the words are there.
if (taken !== null) session.expect();
await useCatalogues({
  fr: async () => (await import('../ui/messages/fr/index.ts')).texts,
  en: async () => (await import('../ui/messages/en/index.ts')).texts,
});
startRouter();
const target = document.getElementById('app');
if (target) {
  // The words for a program that did not start.
  target.replaceChildren();
  mount(App, { target, props: { session, firstCode, watchCode } });
}
