/** One page in the frame: holds its place from the start, is drawn when near, drawn again when the width changes. */

import { linksOf } from './frame-links.ts';
import { TextLayer, type PDFDocumentProxy, type PDFPageProxy, type PageViewport } from 'pdfjs-dist';

// More than two device pixels a pixel cost memory that phones do not have.
const MAX_RATIO = 2;
// 16 megapixels: a canvas that every browser can hold.
const MAX_PIXELS = 16_000_000;
// A page longer than ten widths is drawn whole within ten: it was made to be awkward.
const MAX_TALL = 10;
// A4 until the page says otherwise.
const GUESS = Math.SQRT2;
// 150 dpi on a 72 dpi page: sharp on paper, and fifty pages still fit a phone's memory.
const PRINT_SCALE = 150 / 72;

function fit(page: PDFPageProxy, wanted: number, dense: number): { viewport: PageViewport; dense: number } {
  const natural = page.getViewport({ scale: 1 });
  const scale = Math.min(wanted / natural.width, (wanted * MAX_TALL) / natural.height);
  const viewport = page.getViewport({ scale });
  const most = Math.sqrt(MAX_PIXELS / (viewport.width * viewport.height));
  return { viewport, dense: Math.min(dense, most) };
}

/** Draws a page for paper; gives a PNG, or null for a page that can't be drawn. */
export async function drawForPaper(pdf: PDFDocumentProxy, number: number): Promise<ArrayBuffer | null> {
  try {
    const page = await pdf.getPage(number);
    const natural = page.getViewport({ scale: 1 });
    const { viewport, dense } = fit(page, natural.width * PRINT_SCALE, 1);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.floor(viewport.width * dense));
    canvas.height = Math.max(1, Math.floor(viewport.height * dense));
    await page.render({ canvas, viewport, transform: [dense, 0, 0, dense, 0, 0], intent: 'print' }).promise;
    const blob = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve);
    });
    // Given back now, not when the browser finds the time: the next of five hundred pages is drawn at once.
    canvas.width = canvas.height = 0;
    page.cleanup();
    return blob === null ? null : await blob.arrayBuffer();
  } catch {
    return null;
  }
}

export class FramePage {
  readonly element = document.createElement('div');
  private readonly canvas = document.createElement('canvas');
  readonly text = document.createElement('div');
  private readonly links = document.createElement('div');
  /** Told when the text of the page is there. */
  drawn: () => void = () => undefined;
  private readonly pdf: PDFDocumentProxy;
  private readonly number: number;
  private readonly resized: () => void;
  private readonly linked: (address: string) => void;
  private width = 0;
  private ratio = GUESS;
  private drawnAt = 0;
  private cancel: (() => void) | null = null;
  private page: PDFPageProxy | null = null;

  constructor(pdf: PDFDocumentProxy, number: number, resized: () => void, linked: (address: string) => void) {
    this.pdf = pdf;
    this.number = number;
    this.resized = resized;
    this.linked = linked;
    this.element.className = 'page';
    this.element.setAttribute('role', 'group');
    this.canvas.setAttribute('aria-hidden', 'true');
    this.text.className = 'text';
    this.element.append(this.canvas, this.text, this.links);
  }

  label(words: string): void {
    this.element.setAttribute('aria-label', words);
  }

  size(width: number): void {
    this.width = width;
    this.element.style.setProperty('width', `${width}px`);
    this.element.style.setProperty('height', `${Math.round(width * this.ratio)}px`);
  }

  /** Draws, unless it is drawn at this width or being drawn. */
  show(): void {
    if (this.drawnAt === this.width || this.width === 0) return;
    this.cancel?.();
    delete this.element.dataset['drawn'];
    this.drawnAt = this.width;
    let stopped = false;
    let stop = (): void => undefined;
    this.cancel = () => {
      stopped = true;
      stop();
    };
    void this.draw(this.width, (tasks) => {
      stop = tasks;
      if (stopped) stop();
      return stopped;
    });
  }

  /** Gives memory back when the page is far away. */
  hide(): void {
    if (this.drawnAt === 0) return;
    this.cancel?.();
    this.cancel = null;
    delete this.element.dataset['drawn'];
    this.drawnAt = 0;
    this.canvas.width = this.canvas.height = 0;
    this.text.replaceChildren();
    this.links.replaceChildren();
    // What pdf.js keeps to draw it again: fonts and pictures.
    this.page?.cleanup();
    this.page = null;
  }

  private async draw(wanted: number, begun: (stop: () => void) => boolean): Promise<void> {
    let page: PDFPageProxy;
    try {
      page = await this.pdf.getPage(this.number);
    } catch {
      return; // A page that can't be read stays white; the others are shown.
    }
    const { viewport, dense } = fit(page, wanted, Math.min(devicePixelRatio, MAX_RATIO));
    const ratio = viewport.height / wanted;
    if (ratio !== this.ratio) {
      this.ratio = ratio;
      this.size(this.width);
      this.resized();
    }
    if (begun(() => undefined)) return;
    this.page = page;
    this.canvas.width = Math.max(1, Math.floor(viewport.width * dense));
    this.canvas.height = Math.max(1, Math.floor(viewport.height * dense));
    const transform = dense === 1 ? {} : { transform: [dense, 0, 0, dense, 0, 0] };
    const task = page.render({ canvas: this.canvas, viewport, ...transform });
    this.text.replaceChildren();
    this.element.style.setProperty('--total-scale-factor', String(viewport.scale));
    const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: this.text, viewport });
    begun(() => {
      task.cancel();
      layer.cancel();
    });
    // A drawing that was cancelled because the size changed is not a failure.
    await Promise.allSettled([task.promise, layer.render()]);
    if (begun(() => undefined)) return;
    // For what looks at the page from outside: whole, at this width.
    this.element.dataset['drawn'] = String(wanted);
    this.drawn();
    const links = await linksOf(page, viewport, this.linked).catch(() => []);
    if (!begun(() => undefined)) this.links.replaceChildren(...links);
  }
}
