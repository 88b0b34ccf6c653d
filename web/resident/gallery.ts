/**
 * The gallery: `?state=ID&lang=fr|en&scheme=light|dark&pdf=ADDRESS&phone=none`; without a state, the list of all of them. A fragment
 * that is set later is the state that follows, in the same page: what an act leads to.
 */

import '../ui/theme/index.css';
import { flushSync, mount } from 'svelte';
import { setHelpLine } from '../ui/help.svelte.ts';
import { setLocale, useCatalogues } from '../ui/i18n.svelte.ts';
import { texts as en } from '../ui/messages/en/index.ts';
import { texts as enVerify } from '../ui/messages/en/verify.ts';
import { texts as fr } from '../ui/messages/fr/index.ts';
import { texts as frVerify } from '../ui/messages/fr/verify.ts';
import Gallery from './Gallery.svelte';
import { Shown } from './gallery-shown.svelte.ts';
import { STATES } from './states.ts';

const query = new URLSearchParams(location.search);
const wished = query.get('state');
const state = STATES.find((one) => one.id === wished);
const target = document.getElementById('app');

await useCatalogues({
  fr: () => Promise.resolve([...new Set([...fr, ...frVerify])]),
  en: () => Promise.resolve([...new Set([...en, ...enVerify])]),
});
await setLocale(query.get('lang') === 'en' ? 'en' : 'fr');
document.documentElement.dataset['colorScheme'] = query.get('scheme') ?? 'auto';
setHelpLine({
  phone: query.get('phone') === 'none' ? null : '514 555-0142',
  hours: { fr: 'lundi au vendredi, 8 h 30 à 16 h 30', en: 'Monday to Friday, 8:30 to 16:30' },
});

if (target && state) {
  const pdf = query.get('pdf');
  const bytes = pdf === null ? new Uint8Array() : new Uint8Array(await (await fetch(pdf)).arrayBuffer());
  const shown = new Shown(state);
  mount(Gallery, { target, props: { shown, bytes } });
  addEventListener('hashchange', () => {
    const next = STATES.find((one) => `#${one.id}` === location.hash) ?? state;
    flushSync(() => {
      shown.state = next;
    });
    document.documentElement.dataset['shown'] = next.id;
  });
} else if (target) {
  const list = document.createElement('ul');
  for (const one of STATES) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `?state=${one.id}`;
    link.textContent = one.id;
    item.append(link);
    list.append(item);
  }
  target.append(list);
}
