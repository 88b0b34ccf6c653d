/** Where the shared vectors are. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../vectors/', import.meta.url));

/** Path of a file or folder in the vectors. */
export function vectorPath(...path: readonly string[]): string {
  return join(ROOT, ...path);
}

/** Bytes of a file in the vectors folder. */
export function readVector(...path: readonly string[]): Uint8Array {
  return new Uint8Array(readFileSync(join(ROOT, ...path)));
}

/** Sorted names in a folder of the vectors. */
export function listVectors(...path: readonly string[]): string[] {
  return readdirSync(join(ROOT, ...path)).sort();
}
