/**
 * Words for people: Fluent messages in French (first) and English, chosen once and changed without a reload.
 *
 * A page hands over its catalogues with `useCatalogues`; `t` is then reactive: what shows a message shows it again in the other
 * language as soon as `setLocale` has loaded it.
 */

import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';

/** Languages of the service; the first is the one for everybody who asks for neither. */
export const LOCALES = ['fr', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** Values that a message may show. */
export type Args = Readonly<Record<string, FluentVariable>>;

/** Loads the texts of all message files of one language. */
export type Catalogue = () => Promise<readonly string[]>;

const STORAGE_KEY = 'voute.locale';
const REGION: Record<Locale, string> = { fr: 'fr-CA', en: 'en-CA' };

let locale = $state<Locale>('fr');
let bundle = $state.raw(new FluentBundle('fr-CA'));
let catalogues: Record<Locale, Catalogue> | null = null;

function stored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null; // Storage may be closed to us (private mode, file:): the browser's language decides then.
  }
}

function preferred(): Locale {
  const wishes = [stored(), ...navigator.languages];
  for (const wish of wishes) {
    const found = LOCALES.find((candidate) => wish?.toLowerCase().startsWith(candidate));
    if (found) return found;
  }
  return 'fr';
}

/** Takes the catalogues of this page and loads the language that this person reads. */
export async function useCatalogues(offered: Record<Locale, Catalogue>): Promise<void> {
  catalogues = offered;
  await setLocale(preferred());
}

/** Loads a language, then changes to it at once everywhere, the document's `lang` included. */
export async function setLocale(next: Locale, remember = false): Promise<void> {
  if (!catalogues) return;
  const built = new FluentBundle(REGION[next], { useIsolating: false, transform: held });
  for (const text of await catalogues[next]()) built.addResource(new FluentResource(text));
  bundle = built;
  locale = next;
  document.documentElement.lang = next;
  if (!remember) return;
  try {
    localStorage.setItem(STORAGE_KEY, next);
  } catch {
    // Not remembered, and that is all.
  }
}

/** The language shown now. */
export function currentLocale(): Locale {
  return locale;
}

/**
 * No line ends within « gardez-la » or « trust-root.json »: after such hyphens stands a sign that is not seen and holds them
 * together (U+2060, word joiner). What is one word stays as it is: it may name a file. So does what a message is given to show,
 * a fingerprint or a name, which somebody may copy.
 */
export function held(words: string): string {
  if (!words.includes(' ')) return words;
  return words.replaceAll(
    /(?<=\p{L}-)(?=(?:les?|la|en|y|moi|nous|vous|ci|là)(?![\p{L}\d-]))|(?<=\w-)(?=\w+\.(?:json|html|txt|pdf)\b)|(?<=\bvoute-)(?=kit\b)|(?<=[A-Z]{2}-)(?=[A-Z]{2}|1…)/gu,
    '\u2060',
  );
}

/** Whether the catalogue has this message, or this attribute of it (`id.attribute`). */
export function has(key: string): boolean {
  const [id = '', attribute] = key.split('.');
  const message = bundle.getMessage(id);
  return attribute === undefined ? Boolean(message?.value) : message?.attributes[attribute] !== undefined;
}

/** The words of a message, or of one attribute of it (`id.attribute`). A test holds that every key used here exists in both languages. */
export function t(key: string, args: Args = {}): string {
  const [id = '', attribute] = key.split('.');
  const message = bundle.getMessage(id);
  const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
  return pattern === null || pattern === undefined ? key : bundle.formatPattern(pattern, { ...args }, []);
}

/** A name of a statement in the language shown. */
export function name(names: { readonly fr: string; readonly en: string }): string {
  return names[locale];
}
