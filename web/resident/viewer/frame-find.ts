/**
 * Searching in the frame: the text of every page is read once, folded (case, accents), and looked through; what is marked are
 * ranges over the text layer, by the highlights of the style (no element of the document is touched).
 */

import type { PDFDocumentProxy } from 'pdfjs-dist';
import type { FramePage } from './frame-page.ts';
import { MAX_FOUND } from './protocol.ts';

/** Pages after which it is said how far the search is: more often would be read by nobody. */
const TOLD_EVERY = 20;

interface Place {
  readonly page: number;
  /** Which occurrence of its page. */
  readonly nth: number;
}

/** A text as it is compared: one character for one, so that places in both are the same. */
export function fold(text: string): string {
  return Array.from(text, (sign) => {
    const bare = sign.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
    return bare.length === sign.length ? bare : sign.toLowerCase().length === sign.length ? sign.toLowerCase() : sign;
  }).join('');
}

/** Where a word begins in a text, in order, none within another. */
export function occurrences(text: string, word: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(word); at >= 0 && found.length < MAX_FOUND; at = text.indexOf(word, at + word.length)) {
    found.push(at);
  }
  return found;
}

interface Marks {
  set(name: string, highlight: unknown): void;
  delete(name: string): void;
}

const HIGHLIGHT = (globalThis as { Highlight?: new (...ranges: Range[]) => unknown }).Highlight;
const MARKS = (globalThis as { CSS?: { highlights?: Marks } }).CSS?.highlights;

/** The search of one document. */
export class Find {
  private readonly pdf: PDFDocumentProxy;
  private readonly pages: readonly FramePage[];
  private readonly reached: (page: number) => void;
  private readonly texts = new Map<number, string>();
  private places: Place[] = [];
  private word = '';
  private at = 0;
  private run = 0;

  constructor(pdf: PDFDocumentProxy, pages: readonly FramePage[], reached: (page: number) => void) {
    this.pdf = pdf;
    this.pages = pages;
    this.reached = reached;
    for (const page of pages) {
      page.drawn = () => {
        this.mark();
      };
    }
  }

  /** Looks for a text; gives null when another search began meanwhile. */
  async find(text: string): Promise<{ readonly count: number; readonly at: number; readonly top: number } | null> {
    const run = ++this.run;
    this.word = fold(text.trim().replaceAll(/\s+/g, ' '));
    this.places = [];
    this.at = 0;
    for (let page = 0; page < this.pages.length && this.word !== '' && this.places.length < MAX_FOUND; page++) {
      const found = occurrences(await this.text(page), this.word);
      if (run !== this.run) return null;
      if ((page + 1) % TOLD_EVERY === 0) this.reached(page + 1);
      found.slice(0, MAX_FOUND - this.places.length).forEach((_, nth) => this.places.push({ page, nth }));
    }
    if (this.places.length > 0) this.at = 1;
    return this.step(0);
  }

  /** Goes to the next place, or the one before. */
  step(by: 1 | -1 | 0): { readonly count: number; readonly at: number; readonly top: number } {
    const count = this.places.length;
    if (count > 0) this.at = ((this.at - 1 + by + count) % count) + 1;
    const place = this.places[this.at - 1];
    const page = place === undefined ? undefined : this.pages[place.page];
    page?.show();
    this.mark();
    const range = place === undefined ? undefined : this.ranges(place.page)[place.nth];
    const top = range?.getBoundingClientRect().top ?? page?.element.offsetTop ?? 0;
    return { count, at: this.at, top: Math.max(0, Math.round(top)) };
  }

  private async text(index: number): Promise<string> {
    const kept = this.texts.get(index);
    if (kept !== undefined) return kept;
    let text = '';
    try {
      const { items } = await (await this.pdf.getPage(index + 1)).getTextContent();
      text = fold(items.map((item) => ('str' in item ? item.str : '')).join(''));
    } catch {
      // A page that can't be read holds nothing to be found.
    }
    this.texts.set(index, text);
    return text;
  }

  /** The places of a page that is drawn, as ranges over its text layer. */
  private ranges(index: number): Range[] {
    const layer = this.pages[index]?.text;
    if (layer === undefined || this.word === '') return [];
    const nodes: Text[] = [];
    const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode as Text);
    const whole = fold(nodes.map((node) => node.data).join(''));
    const locate = (offset: number, end: boolean): readonly [Text, number] | null => {
      let left = offset;
      for (const node of nodes) {
        if (left < node.length || (end && left === node.length)) return [node, left];
        left -= node.length;
      }
      return null;
    };
    return occurrences(whole, this.word).flatMap((start) => {
      const [from, to] = [locate(start, false), locate(start + this.word.length, true)];
      if (from === null || to === null) return [];
      const range = document.createRange();
      range.setStart(...from);
      range.setEnd(...to);
      return [range];
    });
  }

  private mark(): void {
    if (HIGHLIGHT === undefined || MARKS === undefined) return;
    const place = this.places[this.at - 1];
    const drawn = new Set(this.places.map(({ page }) => page));
    const all = [...drawn].flatMap((page) => this.ranges(page));
    const current = place === undefined ? undefined : this.ranges(place.page)[place.nth];
    MARKS.set('found', new HIGHLIGHT(...all));
    MARKS.set('found-at', new HIGHLIGHT(...(current ? [current] : [])));
  }
}
