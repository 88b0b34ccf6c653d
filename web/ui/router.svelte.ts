/**
 * A router of the few addresses that a resident meets: history entries, document titles and focus, nothing else.
 *
 * Focus goes to the heading of the new screen (`Heading.svelte`), which a screen reader then reads; for who comes back, to the link
 * by which they left. The browser's own scroll restoration is kept for Back.
 */

/** Screens by name, with the pattern of their address. */
export const ROUTES = {
  welcome: /^\/$/,
  signIn: /^\/connexion$/,
  open: /^\/ouvrir$/,
  documents: /^\/documents$/,
  document: /^\/documents\/(?<id>[0-9a-f]{32})$/,
  evidence: /^\/documents\/(?<id>[0-9a-f]{32})\/preuve$/,
  disown: /^\/documents\/(?<id>[0-9a-f]{32})\/pas-a-moi$/,
  waysIn: /^\/acces$/,
  paper: /^\/papier$/,
  privacy: /^\/confidentialite$/,
  terms: /^\/conditions$/,
} as const;

export type RouteName = keyof typeof ROUTES | 'unknown';

/** Where the person is. */
export interface Place {
  readonly route: RouteName;
  readonly id: string;
}

/** Reads an address; one that is none of ours is `unknown`. */
export function placeOf(pathname: string): Place {
  const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname;
  for (const [route, pattern] of Object.entries(ROUTES)) {
    const match = pattern.exec(path);
    if (match) return { route: route as keyof typeof ROUTES, id: match.groups?.['id'] ?? '' };
  }
  return { route: 'unknown', id: '' };
}

let place = $state.raw<Place>({ route: 'unknown', id: '' });
/** The link by which each place was left last, and which of those to the same address it was. */
const followed: Record<string, { readonly href: string; readonly nth: number }> = {};
let returning = false;

/** The present place; reactive. */
export function currentPlace(): Place {
  return place;
}

const linksTo = (href: string): readonly HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(`a[href="${CSS.escape(href)}"]`),
];

/** Whether somebody has just come back to this place, by the browser's Back or by a link of ours that leads back. */
export function isBack(): boolean {
  return returning;
}

/**
 * The link by which this place was left, for who has come back to it; null: they came anew, or it is not there any more. Given once:
 * what changes in a place afterwards is new to them.
 */
export function linkLeftBy(): HTMLElement | null {
  const link = returning ? followed[location.pathname] : undefined;
  returning = false;
  if (link === undefined) return null;
  const links = linksTo(link.href);
  return links[link.nth] ?? links[0] ?? null;
}

function arrive(back = false): void {
  returning = back;
  place = placeOf(location.pathname);
}

/** Goes to an address of ours; `replace` leaves no way back to the present one, `back` says that it was there before. */
export function go(path: string, replace = false, back = false): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  arrive(back);
  scrollTo(0, 0);
}

function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || !isPlain(event) || !(event.target instanceof Element)) return;
  const link = event.target.closest('a[href]');
  if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download')) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || placeOf(url.pathname).route === 'unknown') return;
  if (url.hash !== '' && url.pathname === location.pathname) return;
  event.preventDefault();
  const href = link.getAttribute('href') ?? '';
  followed[location.pathname] = { href, nth: linksTo(href).indexOf(link) };
  go(url.pathname, false, 'back' in link.dataset);
}

/** Starts listening to links and to Back and Forward. */
export function startRouter(): void {
  place = placeOf(location.pathname);
  addEventListener('popstate', () => {
    arrive(true);
  });
  document.addEventListener('click', onClick);
}
