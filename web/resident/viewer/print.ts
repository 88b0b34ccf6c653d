/** Printing: every page, drawn for paper in the viewer's frame, into an area that only the printer sees, then the browser's own dialog. */

import type { Sandbox } from './sandbox.ts';

/** Is told how many pages are drawn for paper, and of how many. */
export type Far = (drawn: number, pages: number) => void;

/** How far a print is. */
export interface Drawn {
  readonly number: number;
  readonly pages: number;
}

/** What is on its way in a document, for who looks at that: a print, a search. */
export interface Example {
  readonly printed?: Drawn;
  readonly searched?: { readonly text: string; readonly page: number };
}

const CLASS = 'v-print-area';

async function imageOf(picture: ArrayBuffer | null): Promise<HTMLImageElement> {
  const image = new Image();
  image.alt = '';
  if (picture !== null) {
    image.src = URL.createObjectURL(new Blob([picture], { type: 'image/png' }));
    await image.decode().catch(() => undefined);
  }
  return image;
}

function drop(area: Element): void {
  for (const image of area.querySelectorAll('img')) URL.revokeObjectURL(image.src);
  area.remove();
}

/** Takes away what was drawn for paper, if anything. */
export function clearPrint(): void {
  const area = document.querySelector(`.${CLASS}`);
  if (area) drop(area);
}

/**
 * Draws `pages` pages and says after each how many are, opens the print dialog, cleans up when it closes. A document that was closed
 * meanwhile is not printed, nor one whose print was given up.
 */
export async function preparePrint(
  sandbox: Sandbox,
  pages: number,
  drawnSome: (pages: number) => void,
  stop: AbortSignal,
): Promise<void> {
  clearPrint();
  const area = document.createElement('div');
  area.className = CLASS;
  // The frame draws a page while this one is decoded; more at once would cost memory that phones do not have.
  let drawn = sandbox.draw(1);
  for (let following = 2; following <= pages + 1; following++) {
    const picture = await drawn;
    if (following <= pages) drawn = sandbox.draw(following);
    area.append(await imageOf(picture));
    drawnSome(following - 1);
    if (stop.aborted) break;
  }
  if (sandbox.isClosed || stop.aborted) {
    drop(area);
    return;
  }
  addEventListener('afterprint', clearPrint, { once: true });
  document.body.append(area);
  print();
}
