/**
 * The gallery: `?state=ID&lang=fr|en&scheme=light|dark&pdf=ADDRESS&phone=none`; without a state, the list of all of them. A fragment
 * that is set later is the state that follows, in the same page: what an act leads to. A fragment that is a query begins anew in
 * this document: what was shown is taken away whole, and what the query says is built as it is when the page is loaded.
 */

import '../ui/theme/index.css';
import { flushSync, mount, unmount } from 'svelte';
import { forgetSaid } from '../ui/announce.svelte.ts';
import { setHelpLine } from '../ui/help.svelte.ts';
import { setLocale, useCatalogues } from '../ui/i18n.svelte.ts';
import { texts as en } from '../ui/messages/en/index.ts';
import { texts as enVerify } from '../ui/messages/en/verify.ts';
import { texts as fr } from '../ui/messages/fr/index.ts';
import { texts as frVerify } from '../ui/messages/fr/verify.ts';
import Gallery from './Gallery.svelte';
import { Shown } from './gallery-shown.svelte.ts';
import { STATES } from './states.ts';

const target = document.getElementById('app');
const texts = {
  fr: () => Promise.resolve([...new Set([...fr, ...frVerify])]),
  en: () => Promise.resolve([...new Set([...en, ...enVerify])]),
};

let shown: Shown | null = null;
let mounted: ReturnType<typeof mount> | null = null;

async function begin(query: URLSearchParams, place: HTMLElement): Promise<void> {
  if (mounted) await unmount(mounted);
  shown = mounted = null;
  forgetSaid();
  place.replaceChildren();
  document.title = '';
  scrollTo(0, 0);
  await setLocale(query.get('lang') === 'en' ? 'en' : 'fr');
  document.documentElement.dataset['colorScheme'] = query.get('scheme') ?? 'auto';
  setHelpLine({
    phone: query.get('phone') === 'none' ? null : '514 555-0142',
    hours: { fr: 'lundi au vendredi, 8 h 30 à 16 h 30', en: 'Monday to Friday, 8:30 to 16:30' },
  });
  const state = STATES.find((one) => one.id === query.get('state'));
  if (!state) {
    place.append(list());
    return;
  }
  const pdf = query.get('pdf');
  const bytes = pdf === null ? new Uint8Array() : new Uint8Array(await (await fetch(pdf)).arrayBuffer());
  shown = new Shown(state);
  mounted = mount(Gallery, { target: place, props: { shown, bytes } });
}

function list(): HTMLElement {
  const all = document.createElement('ul');
  for (const one of STATES) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `?state=${one.id}`;
    link.textContent = one.id;
    item.append(link);
    all.append(item);
  }
  return all;
}

async function follow(place: HTMLElement): Promise<void> {
  const words = location.hash.slice(1);
  if (words.startsWith('?')) {
    await begin(new URLSearchParams(words), place);
    document.documentElement.dataset['begun'] = words;
  } else if (shown) {
    const following = shown;
    const next = STATES.find((one) => one.id === words);
    if (!next) return;
    flushSync(() => {
      following.state = next;
    });
    document.documentElement.dataset['shown'] = next.id;
  }
}

if (target) {
  await useCatalogues(texts);
  await begin(new URLSearchParams(location.search), target);
  addEventListener('hashchange', () => void follow(target));
}
