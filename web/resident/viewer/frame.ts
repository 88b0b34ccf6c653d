/**
 * The viewer's frame: pdf.js in a document of an origin of its own (sandboxed, opaque), whose policy allows one script, workers
 * made of bytes, and no connection (ADR 0027). It gets a port, a document's bytes and pdf.js's worker; never a key, never a title.
 */

import { getDocument, PDFWorker, VerbosityLevel, type PDFDocumentProxy } from 'pdfjs-dist';
import { dataFactory, unpack } from './data.ts';
import { drawForPaper, FramePage } from './frame-page.ts';
import { wear } from './frame-style.ts';
import { Find } from './frame-find.ts';
import { keyOf } from './keys.ts';
import { MAX_PAGES, type Order, type Report } from './protocol.ts';

// 25 megapixels: an A3 page at 300 dpi still fits, a page made to exhaust a phone's memory does not.
const MAX_IMAGE_PIXELS = 25_000_000;
const TOUCH_EVERY_MS = 2_000;
// A pinch is told in steps that the eye sees, not at every pixel.
const PINCH_STEP = 0.04;
const WHEEL_STEP = 1.1;

type Opening = Extract<Order, { do: 'open' }>;

interface WorkerPolicy {
  createScriptURL(address: string): unknown;
}

function startWorker(script: ArrayBuffer): Worker {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const rules = { createScriptURL: (value: string): string => (value === address ? value : '') };
  const factory = (globalThis as { trustedTypes?: { createPolicy(name: string, is: typeof rules): WorkerPolicy } })
    .trustedTypes;
  const policy: WorkerPolicy = factory ? factory.createPolicy('voute', rules) : rules;
  return new Worker(policy.createScriptURL(address) as string, { name: 'pdf' });
}

class Frame {
  private readonly port: MessagePort;
  private readonly pages: FramePage[] = [];
  private view = { top: 0, bottom: 0 };
  private worker: PDFWorker | undefined;
  private pdf: PDFDocumentProxy | null = null;
  private find: Find | null = null;
  private width = 0;
  private height = 0;
  private touchedAt = 0;
  private handData: (data: ArrayBuffer | null) => void = () => undefined;

  constructor(port: MessagePort) {
    this.port = port;
    port.onmessage = ({ data }: MessageEvent<Order>) => void this.obey(data);
    this.listen();
    for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchmove']) {
      addEventListener(
        kind,
        () => {
          this.touched();
        },
        { passive: true },
      );
    }
  }

  /** Fingers, wheel and keys that zoom: the page outside does it, for it knows the room. */
  private listen(): void {
    let spread = 0;
    const distance = ({ touches: [a, b] }: TouchEvent): number =>
      a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
    addEventListener('touchstart', (event) => {
      spread = distance(event);
    });
    addEventListener(
      'touchmove',
      (event) => {
        const now = distance(event);
        if (spread <= 0 || now <= 0) return;
        event.preventDefault();
        const factor = now / spread;
        if (Math.abs(factor - 1) < PINCH_STEP) return;
        spread = now;
        this.say({ say: 'zoom', factor });
      },
      { passive: false },
    );
    addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.say({ say: 'zoom', factor: event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP });
      },
      { passive: false },
    );
    addEventListener('keydown', (event) => {
      const key = keyOf(event);
      if (key === null) return;
      event.preventDefault();
      this.say({ say: 'key', key });
    });
  }

  private say(report: Report, transfer: Transferable[] = []): void {
    this.port.postMessage(report, transfer);
  }

  private touched(): void {
    if (performance.now() - this.touchedAt < TOUCH_EVERY_MS && this.touchedAt > 0) return;
    this.touchedAt = performance.now();
    this.say({ say: 'touched' });
  }

  private async obey(order: Order): Promise<void> {
    switch (order.do) {
      case 'start':
        this.worker = PDFWorker.create({ port: startWorker(order.worker) });
        break;
      case 'open':
        await this.open(order);
        break;
      case 'data':
        this.handData(order.data);
        break;
      case 'labels':
        this.pages.forEach((page, i) => {
          page.label(order.labels[i] ?? '');
        });
        break;
      case 'width':
        this.resize(order.width);
        break;
      case 'view':
        this.view = order;
        this.draw();
        break;
      case 'find': {
        const found = await this.find?.find(order.text);
        if (found) this.say({ say: 'found', ...found });
        break;
      }
      case 'step':
        if (this.find) this.say({ say: 'found', ...this.find.step(order.by) });
        break;
      case 'draw': {
        const picture = this.pdf ? await drawForPaper(this.pdf, order.page) : null;
        this.say({ say: 'drawn', page: order.page, picture }, picture ? [picture] : []);
        break;
      }
    }
  }

  private async open({ bytes, language, width }: Opening): Promise<void> {
    document.documentElement.lang = language;
    const data = new Promise<ArrayBuffer | null>((resolve) => {
      this.handData = resolve;
    });
    const files = data.then(async (packed) => (packed ? unpack(packed) : () => null));
    try {
      const task = getDocument({
        data: bytes,
        ...(this.worker ? { worker: this.worker } : {}),
        BinaryDataFactory: dataFactory(files) as object,
        useWorkerFetch: false,
        useWasm: false,
        useSystemFonts: false,
        cMapPacked: true,
        maxImageSize: MAX_IMAGE_PIXELS,
        enableXfa: false,
        stopAtErrors: false,
        verbosity: VerbosityLevel.ERRORS,
      });
      this.pdf = await task.promise;
    } catch (thrown) {
      const locked = thrown instanceof Error && thrown.name === 'PasswordException';
      this.say({ say: 'failed', why: locked ? 'encrypted' : 'unreadable' });
      return;
    }
    this.lay(this.pdf);
    this.resize(width);
  }

  private lay(pdf: PDFDocumentProxy): void {
    const shown = Math.min(pdf.numPages, MAX_PAGES);
    for (let number = 1; number <= shown; number++) {
      const page = new FramePage(
        pdf,
        number,
        () => {
          this.measure();
        },
        (address) => {
          this.say({ say: 'link', address });
        },
      );
      this.pages.push(page);
      document.body.append(page.element);
    }
    this.find = new Find(pdf, this.pages, (page) => {
      this.say({ say: 'searching', page });
    });
    this.say({ say: 'opened', pages: pdf.numPages, shown });
  }

  /** Draws what is near the screen; what is farther than its height away gives its memory back. */
  private draw(): void {
    const { top, bottom } = this.view;
    const far = bottom - top;
    for (const page of this.pages) {
      const { offsetTop, offsetHeight } = page.element;
      const [above, below] = [top - offsetTop - offsetHeight, offsetTop - bottom];
      if (above < 0 && below < 0) page.show();
      else if (above > far || below > far) page.hide();
    }
  }

  private resize(width: number): void {
    this.width = width;
    for (const page of this.pages) page.size(this.width);
    this.measure();
    this.draw();
  }

  private measure(): void {
    const height = Math.ceil(document.body.scrollHeight);
    if (height === this.height) return;
    this.height = height;
    this.say({ say: 'height', height });
    this.say({ say: 'places', tops: this.pages.map((page) => page.element.offsetTop) });
  }
}

// A frame that is not on the screen is given no animation frames, and pdf.js draws by them: pages just below must be ready.
globalThis.requestAnimationFrame = (run) =>
  window.setTimeout(() => {
    run(performance.now());
  });
globalThis.cancelAnimationFrame = clearTimeout;
wear();
addEventListener(
  'message',
  ({ source, ports: [port] }) => {
    if (source === parent && port) new Frame(port);
  },
  { once: true },
);
