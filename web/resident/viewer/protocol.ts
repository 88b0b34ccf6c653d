/**
 * What the page and the viewer's frame say to each other over one port (ADR 0027). The frame holds a document's bytes and nothing
 * else; what comes back from it is read as strictly as a reply of the server, for it may have been made by the document.
 */

/** Pages shown at most: more is a file made to exhaust a phone, and the whole of it can be saved. */
export const MAX_PAGES = 500;
/** Height of all pages at most: browsers lay out no more than 33 million pixels. */
const MAX_HEIGHT = 30_000_000;
/** A page drawn for paper at most. */
const MAX_PICTURE = 64 * 1024 * 1024;

/** From the page to the frame. */
export type Order =
  | {
      readonly do: 'open';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly worker: ArrayBuffer;
      readonly language: 'fr' | 'en';
      readonly width: number;
    }
  /** pdf.js's data, or that it could not be loaded. */
  | { readonly do: 'data'; readonly data: ArrayBuffer | null }
  | { readonly do: 'labels'; readonly labels: readonly string[] }
  | { readonly do: 'width'; readonly width: number }
  /** What is near the screen, from the top of the frame: pages there are drawn. */
  | { readonly do: 'view'; readonly top: number; readonly bottom: number }
  | { readonly do: 'draw'; readonly page: number };

/** Why a document is not shown. */
export type Why = 'encrypted' | 'unreadable';

/** From the frame to the page. */
export type Report =
  /** `shown` of `pages` are shown. */
  | { readonly say: 'opened'; readonly pages: number; readonly shown: number }
  | { readonly say: 'failed'; readonly why: Why }
  | { readonly say: 'height'; readonly height: number }
  | { readonly say: 'drawn'; readonly page: number; readonly picture: ArrayBuffer | null }
  /** The person did something in the frame. */
  | { readonly say: 'touched' };

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most;

/** Reads a report; null for anything that is not exactly one. */
export function readReport(data: unknown): Report | null {
  if (typeof data !== 'object' || data === null) return null;
  const { say, pages, shown, why, height, page, picture } = data as Readonly<Record<string, unknown>>;
  switch (say) {
    case 'opened':
      return isCount(pages, Number.MAX_SAFE_INTEGER) && isCount(shown, MAX_PAGES) && shown <= pages
        ? { say, pages, shown }
        : null;
    case 'failed':
      return why === 'encrypted' || why === 'unreadable' ? { say, why } : null;
    case 'height':
      return isCount(height, MAX_HEIGHT) ? { say, height } : null;
    case 'drawn':
      if (!isCount(page, MAX_PAGES)) return null;
      return picture === null || (picture instanceof ArrayBuffer && picture.byteLength <= MAX_PICTURE)
        ? { say, page, picture }
        : null;
    case 'touched':
      return { say };
    default:
      return null;
  }
}
