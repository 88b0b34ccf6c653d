/** Printing: every page, drawn for paper in the viewer's frame, into an area that only the printer sees, then the browser's own dialog. */

import type { Sandbox } from './sandbox.ts';

const CLASS = 'v-print-area';

async function pictureOf(sandbox: Sandbox, number: number): Promise<HTMLImageElement> {
  const image = new Image();
  image.alt = '';
  const picture = await sandbox.draw(number);
  if (picture !== null) {
    image.src = URL.createObjectURL(new Blob([picture], { type: 'image/png' }));
    await image.decode().catch(() => undefined);
  }
  return image;
}

/** Takes away what was drawn for paper, if anything. */
export function clearPrint(): void {
  const area = document.querySelector(`.${CLASS}`);
  for (const image of area?.querySelectorAll('img') ?? []) URL.revokeObjectURL(image.src);
  area?.remove();
}

/** Draws `pages` pages, opens the print dialog, cleans up when it closes. */
export async function preparePrint(sandbox: Sandbox, pages: number): Promise<void> {
  clearPrint();
  const area = document.createElement('div');
  area.className = CLASS;
  for (let number = 1; number <= pages; number++) area.append(await pictureOf(sandbox, number));
  addEventListener('afterprint', clearPrint, { once: true });
  document.body.append(area);
  print();
}
