/** Entry of `/verifier`: the trust root comes from the city's server, everything else stays in the page. */

import '../ui/theme/index.css';
import { mount } from 'svelte';
import { api } from '../api/client.ts';
import { setHelpLine } from '../ui/help.svelte.ts';
import { useCatalogues } from '../ui/i18n.svelte.ts';
import App from './App.svelte';
import { readRoot } from './check.ts';
import { VerifyFlow } from './flow.svelte.ts';

const flow = new VerifyFlow();
await useCatalogues({
  fr: async () => (await import('../ui/messages/fr/verify.ts')).texts,
  en: async () => (await import('../ui/messages/en/verify.ts')).texts,
});
const target = document.getElementById('app');
if (target) {
  // The words for a program that did not start.
  target.replaceChildren();
  mount(App, { target, props: { flow, standalone: false } });
}
// The core loads this when it is first needed; a page that goes on working without a connection must have it before.
void import('../core/tlog/cosignature.ts');
void flow.start(async () => readRoot(await api.trustRoot()));
api.about().then(
  (about) => {
    setHelpLine({ phone: about.help_phone, hours: about.help_hours });
  },
  () => undefined,
);
