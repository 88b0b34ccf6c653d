/**
 * The viewer's parts in pieces: on a slow line they come one after the other, stop for a document and go on where they were
 * (`resident/viewer/parts.ts`); each is a file with its own hash, which browsers keep. Whole scripts stay beside their pieces: whoever
 * looks into a release reads them there.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A second of a line of 400 kbit/s: what a document waits for at most, and few enough requests on any other line. */
const PIECE = 48 * 1024;
const CUT = /^assets\/(?:frame|pdf-worker)-[^/]+\.js$|^assets\/pdfjs-data-[^/]+\.bin$/;

/** Cuts bytes into pieces, in order; put together they are the bytes again. */
export function cut(bytes: Uint8Array, size = PIECE): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

/** Writes the pieces of every part that is cut beside it, `NAME.1.bin`, `NAME.2.bin`…: of a script compressed by gzip, of data as it is. */
export function writePieces(folder: string, files: readonly string[]): readonly string[] {
  return files
    .filter((path) => CUT.test(path))
    .flatMap((path) => {
      const bytes = readFileSync(join(folder, path));
      const pieces = cut(path.endsWith('.js') ? gzipSync(bytes, { level: 9 }) : bytes);
      return pieces.map((piece, i) => {
        const name = `${path}.${i + 1}.bin`;
        writeFileSync(join(folder, name), piece);
        return name;
      });
    });
}
