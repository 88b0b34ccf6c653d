/** Entry of `verifier.html`: one file, no request; the trust root was written into it. */

import '../ui/theme/index.css';
import { mount } from 'svelte';
import { useCatalogues } from '../ui/i18n.svelte.ts';
import { texts as en } from '../ui/messages/en/verify.ts';
import { texts as fr } from '../ui/messages/fr/verify.ts';
import App from './App.svelte';
import { embeddedRoot } from './check.ts';
import { VerifyFlow } from './flow.svelte.ts';

async function start(): Promise<void> {
  const flow = new VerifyFlow();
  await useCatalogues({ fr: () => Promise.resolve(fr), en: () => Promise.resolve(en) });
  const target = document.getElementById('app');
  if (target) mount(App, { target, props: { flow, standalone: true } });
  await flow.start(embeddedRoot);
}

void start();
