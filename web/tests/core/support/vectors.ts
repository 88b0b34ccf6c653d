/** Where the shared vectors are. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('file:///work/shared/vectors/'));

/** Bytes of a file in the vectors folder. */
export function readVector(...path: readonly string[]): Uint8Array {
  return new Uint8Array(readFileSync(join(ROOT, ...path)));
}

/** Sorted names in a folder of the vectors. */
export function listVectors(...path: readonly string[]): string[] {
  return readdirSync(join(ROOT, ...path)).sort();
}
