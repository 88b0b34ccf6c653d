/** pdf.js's worker with its picture decoders inside (`ui/build/viewer.ts`), as one script. */

import 'pdfjs-dist/legacy/build/pdf.worker.mjs';
