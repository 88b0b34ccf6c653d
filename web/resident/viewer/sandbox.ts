/** The page's side of the viewer's frame: makes it, hands it a document, believes none of its words unread (`protocol.ts`). */

import { PageError } from '../../ui/errors.ts';
import { frameDocument, piecesOf } from '../../ui/program.ts';
import frameAddress from './frame.ts?worker&url';
import { arrival } from './arrival.svelte.ts';
import { loadPieces, loadScript } from './parts.ts';
import workerAddress from './pdf-worker.ts?worker&url';
import { readReport, type Order, type Report } from './protocol.ts';

// Where the build puts pdf.js's data (`ui/build/assets.ts`).
const DATA = `/assets/pdfjs-data-${__PDFJS_VERSION__}.bin`;
// What the frame's policy says beside its one script. No source at all for anything that could carry bytes away.
const POLICY = [
  "default-src 'none'",
  'worker-src blob:',
  "connect-src 'none'",
  "img-src 'none'",
  "style-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types voute',
].join('; ');
// A file that takes longer to open was made to take longer; a busy old phone needs a tenth of this.
const PATIENCE_MS = 20_000;

/**
 * Fetches the viewer's parts while a letter is being read: on a slow telephone they take longer than everything else, and from the
 * tap on they are there. What fails here is asked for again when it is needed, and said then.
 */
export async function loadAhead(): Promise<void> {
  try {
    expectParts();
    await loadPieces(frameAddress);
    await loadPieces(workerAddress);
  } catch {
    // Said when it is needed.
  }
}

function expectParts(): void {
  arrival.expect([...piecesOf(frameAddress), ...piecesOf(workerAddress)]);
}

/** What a viewer does with what its frame reports. */
export type Heard = (report: Report) => void;

/** One document in one frame; `close` ends both. */
export class Sandbox {
  private readonly frame: HTMLIFrameElement;
  private readonly heard: Heard;
  private readonly drawing = new Map<number, (picture: ArrayBuffer | null) => void>();
  private port: MessagePort | null = null;
  private ready: Promise<void> | null = null;
  private answered: () => void = () => undefined;
  private closed = false;

  constructor(frame: HTMLIFrameElement, heard: Heard) {
    this.frame = frame;
    this.heard = heard;
  }

  /**
   * Makes the frame and starts pdf.js in it, while the document is still on its way: on a phone that takes as long as opening it.
   * What is wrong is said by `open`.
   */
  prepare(language: 'fr' | 'en'): Promise<void> {
    this.ready ??= this.start(language);
    // A connection that was cut may be back when the document is there.
    this.ready.catch(() => {
      this.ready = null;
    });
    return this.ready;
  }

  private async start(language: 'fr' | 'en'): Promise<void> {
    expectParts();
    const [script, worker] = await Promise.all([loadScript(frameAddress), loadScript(workerAddress)]);
    const document = await frameDocument(script, POLICY, language);
    if (this.closed) return;
    await this.load(document);
    if (this.isClosed) return;
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.onmessage = (event) => {
      this.read(event.data);
    };
    // The frame's origin is opaque: no name but this one reaches it. What goes this way is a port.
    this.frame.contentWindow?.postMessage(null, '*', [port2]);
    this.order({ do: 'start', worker }, [worker]);
  }

  /**
   * Opens bytes, of which the frame gets a copy; settles when the frame has answered. Raises `PageError`: `pdf-too-heavy` for a
   * file that takes too long, else what is wrong with the parts of the program (`ui/program.ts`).
   */
  async open(bytes: Uint8Array<ArrayBuffer>, language: 'fr' | 'en', width: number): Promise<void> {
    await this.prepare(language);
    if (this.closed) return;
    const copy = bytes.slice();
    this.order({ do: 'open', bytes: copy, language, width }, [copy.buffer]);
    try {
      await this.answer();
    } finally {
      // Last, whatever the document is and whether it needs them: few do, and on a slow line nothing else gets through meanwhile.
      void this.handData();
    }
  }

  private async handData(): Promise<void> {
    const packed = await loadPieces(DATA)
      .then(async (whole) => whole.arrayBuffer())
      .catch(() => null);
    this.order({ do: 'data', data: packed }, packed ? [packed] : []);
  }

  private async answer(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve, reject) => {
      this.answered = resolve;
      timer = setTimeout(() => {
        reject(new PageError('pdf-too-heavy'));
      }, PATIENCE_MS);
    }).finally(() => {
      clearTimeout(timer);
    });
  }

  order(order: Order, transfer: Transferable[] = []): void {
    this.port?.postMessage(order, transfer);
  }

  /** Whether the document was closed: by a lock, or by going elsewhere. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** A page drawn for paper (PNG); null when it can't be drawn, or no more. */
  async draw(page: number): Promise<ArrayBuffer | null> {
    if (this.closed) return null;
    return new Promise((resolve) => {
      this.drawing.set(page, resolve);
      this.order({ do: 'draw', page });
    });
  }

  close(): void {
    this.closed = true;
    this.answered();
    this.port?.close();
    this.port = null;
    for (const resolve of this.drawing.values()) resolve(null);
    this.drawing.clear();
    // Without a document the frame's realm, its worker and all that they held end.
    this.frame.remove();
  }

  private async load(document: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.frame.addEventListener(
        'load',
        () => {
          resolve();
        },
        { once: true },
      );
      this.frame.srcdoc = document;
    });
  }

  private read(data: unknown): void {
    const report = readReport(data);
    if (report === null) return;
    if (report.say === 'drawn') {
      this.drawing.get(report.page)?.(report.picture);
      this.drawing.delete(report.page);
    } else {
      if (report.say === 'opened' || report.say === 'failed') this.answered();
      this.heard(report);
    }
  }
}
