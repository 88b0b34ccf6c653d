/** Links of a page: buttons over the drawing that only tell the page outside where they lead; nothing in the frame goes anywhere. */

import type { PDFPageProxy, PageViewport } from 'pdfjs-dist';
import { readLink } from './protocol.ts';

/** More on one page is a page made to be awkward. */
const MAX_LINKS = 200;

interface Annotation {
  readonly subtype?: unknown;
  readonly url?: unknown;
  readonly rect?: unknown;
}

/** A point of the page on the screen. */
function place({ transform }: PageViewport, x: number, y: number): readonly [number, number] {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = transform as readonly number[];
  return [a * x + c * y + e, b * x + d * y + f];
}

/** Makes the buttons of a page's links; `touched` hears the address. */
export async function linksOf(
  page: PDFPageProxy,
  viewport: PageViewport,
  touched: (address: string) => void,
): Promise<readonly HTMLButtonElement[]> {
  const annotations = (await page.getAnnotations({ intent: 'display' })) as readonly Annotation[];
  return annotations.slice(0, MAX_LINKS).flatMap(({ subtype, url, rect }) => {
    const address = subtype === 'Link' ? readLink(url) : null;
    if (address === null || !Array.isArray(rect) || rect.length !== 4) return [];
    const [left = 0, bottom = 0, right = 0, top = 0] = rect as readonly number[];
    const [[x1, y1], [x2, y2]] = [place(viewport, left, bottom), place(viewport, right, top)];
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'link';
    button.setAttribute('aria-label', new URL(address).hostname);
    const percent = (value: number, of: number): string => `${(100 * value) / of}%`;
    button.style.setProperty('left', percent(Math.min(x1, x2), viewport.width));
    button.style.setProperty('top', percent(Math.min(y1, y2), viewport.height));
    button.style.setProperty('width', percent(Math.abs(x2 - x1), viewport.width));
    button.style.setProperty('height', percent(Math.abs(y2 - y1), viewport.height));
    button.addEventListener('click', () => {
      touched(address);
    });
    return [button];
  });
}
