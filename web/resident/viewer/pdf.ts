/**
 * pdf.js, started in a worker of its own and closed with the document. No WebAssembly (the page's policy has no `wasm-unsafe-eval`):
 * JPEG 2000 and JBIG2, which scanners write, go through pdf.js's JavaScript decoders.
 */

import { getDocument, PDFWorker, VerbosityLevel, type PDFDocumentProxy } from 'pdfjs-dist';
import workerAddress from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';
import { startWorker } from '../../ui/trusted.ts';

// Where the build puts pdf.js's data files (`vite.config.ts`); the version in the path keeps caches apart.
const DATA = `/assets/pdfjs-${__PDFJS_VERSION__}/`;
// 25 megapixels: an A3 page at 300 dpi still fits, a page made to exhaust a phone's memory does not.
const MAX_IMAGE_PIXELS = 25_000_000;

/** An open document and the way to close it, its worker included. */
export interface OpenPdf {
  readonly document: PDFDocumentProxy;
  close(): Promise<void>;
}

/** Opens bytes; pdf.js takes a copy, so that what the caller saves is exactly what was checked. */
export async function openPdf(bytes: Uint8Array<ArrayBuffer>): Promise<OpenPdf> {
  const port = startWorker(workerAddress, 'pdf');
  const worker = PDFWorker.create({ port });
  const task = getDocument({
    data: bytes.slice(),
    worker,
    useWasm: false,
    wasmUrl: `${DATA}wasm/`,
    cMapUrl: `${DATA}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${DATA}standard_fonts/`,
    maxImageSize: MAX_IMAGE_PIXELS,
    enableXfa: false,
    stopAtErrors: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  const close = async (): Promise<void> => {
    await task.destroy();
    worker.destroy();
    port.terminate();
  };
  try {
    return { document: await task.promise, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
