/** Printing: every page drawn for paper into an area that only the printer sees, then the browser's own dialog. */

import type { PDFDocumentProxy } from 'pdfjs-dist';

// 150 dpi on a 72 dpi page: sharp on paper, and fifty pages still fit a phone's memory.
const PRINT_SCALE = 150 / 72;

async function drawPage(pdf: PDFDocumentProxy, number: number): Promise<HTMLImageElement> {
  const page = await pdf.getPage(number);
  const viewport = page.getViewport({ scale: PRINT_SCALE });
  const canvas = document.createElement('canvas');
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  await page.render({ canvas, viewport, intent: 'print' }).promise;
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve);
  });
  const image = new Image();
  image.alt = '';
  if (blob) {
    image.src = URL.createObjectURL(blob);
    await image.decode();
  }
  return image;
}

/** Draws all pages, opens the print dialog, cleans up when it closes. */
export async function preparePrint(pdf: PDFDocumentProxy): Promise<void> {
  const area = document.createElement('div');
  area.className = 'v-print-area';
  for (let number = 1; number <= pdf.numPages; number++) area.append(await drawPage(pdf, number));
  const clean = (): void => {
    for (const image of area.querySelectorAll('img')) URL.revokeObjectURL(image.src);
    area.remove();
  };
  addEventListener('afterprint', clean, { once: true });
  document.body.append(area);
  print();
}
