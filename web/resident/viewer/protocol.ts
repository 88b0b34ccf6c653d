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
  /** pdf.js's worker, before any document. */
  | { readonly do: 'start'; readonly worker: ArrayBuffer }
  | {
      readonly do: 'open';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly language: 'fr' | 'en';
      readonly width: number;
    }
  /** pdf.js's data, or that it could not be loaded. */
  | { readonly do: 'data'; readonly data: ArrayBuffer | null }
  | { readonly do: 'labels'; readonly labels: readonly string[] }
  | { readonly do: 'width'; readonly width: number }
  /** What is near the screen, from the top of the frame: pages there are drawn. */
  | { readonly do: 'view'; readonly top: number; readonly bottom: number }
  | { readonly do: 'draw'; readonly page: number }
  /** Looks for a text in all pages; an empty one ends the search. */
  | { readonly do: 'find'; readonly text: string }
  /** Marks the next or the one before of what was found. */
  | { readonly do: 'step'; readonly by: 1 | -1 };

/** Why a document is not shown. */
export type Why = 'encrypted' | 'unreadable';

/** From the frame to the page. */
export type Report =
  /** `shown` of `pages` are shown. */
  | { readonly say: 'opened'; readonly pages: number; readonly shown: number }
  | { readonly say: 'failed'; readonly why: Why }
  | { readonly say: 'height'; readonly height: number }
  | { readonly say: 'drawn'; readonly page: number; readonly picture: ArrayBuffer | null }
  /** How many places were found, which one is marked (from 1; 0: none), and where it is from the top of the frame. */
  | { readonly say: 'found'; readonly count: number; readonly at: number; readonly top: number }
  /** A search has come to this page and goes on. */
  | { readonly say: 'searching'; readonly page: number }
  /** A link of the document was touched. */
  | { readonly say: 'link'; readonly address: string }
  /** The person spread or closed two fingers in the frame, or turned the wheel with Control. */
  | { readonly say: 'zoom'; readonly factor: number }
  /** A key of the viewer was pressed in the frame: larger, smaller, fit, search. */
  | { readonly say: 'key'; readonly key: ViewerKey }
  /** From the top of the frame, where each page begins. */
  | { readonly say: 'places'; readonly tops: readonly number[] }
  /** The person did something in the frame. */
  | { readonly say: 'touched' };

/** What a key of the viewer asks for. */
export type ViewerKey = 'larger' | 'smaller' | 'fit' | 'find';

/** Places that are counted at most: more is a letter, not a word. */
export const MAX_FOUND = 2_000;
/** An address at most: browsers show no more. */
const MAX_ADDRESS = 2_048;
const KEYS: ReadonlySet<unknown> = new Set<ViewerKey>(['larger', 'smaller', 'fit', 'find']);

/** Reads an address that a document names: an ordinary web address with a host, or null. */
export function readLink(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_ADDRESS || !URL.canParse(value)) return null;
  const url = new URL(value);
  const plain = url.protocol === 'https:' || url.protocol === 'http:';
  // A name before the host is there to deceive.
  return plain && url.hostname !== '' && url.username === '' && url.password === '' ? url.href : null;
}

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most;

/** Reads a report; null for anything that is not exactly one. */
export function readReport(data: unknown): Report | null {
  if (typeof data !== 'object' || data === null) return null;
  const { say, pages, shown, why, height, page, picture, count, at, top, address, factor, key, tops } =
    data as Readonly<Record<string, unknown>>;
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
    case 'found':
      return isCount(count, MAX_FOUND) && isCount(at, MAX_FOUND) && at <= count && isCount(top, MAX_HEIGHT)
        ? { say, count, at, top }
        : null;
    case 'searching':
      return isCount(page, MAX_PAGES) ? { say, page } : null;
    case 'link': {
      const link = readLink(address);
      return link === null ? null : { say, address: link };
    }
    case 'zoom':
      return typeof factor === 'number' && factor > 0.1 && factor < 10 ? { say, factor } : null;
    case 'key':
      return KEYS.has(key) ? { say, key: key as ViewerKey } : null;
    case 'places':
      return Array.isArray(tops) && tops.length <= MAX_PAGES && tops.every((one) => isCount(one, MAX_HEIGHT))
        ? { say, tops }
        : null;
    case 'touched':
      return { say };
    default:
      return null;
  }
}
