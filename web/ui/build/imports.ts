/** What the build puts around each `import()` is ours (`importWhole` in `ui/program.ts`): what is imported is fetched before. */

import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

// Vite's own name for it; the build fails when it is no longer asked for.
const HELPER = '\0vite/preload-helper.js';
const PROGRAM = fileURLToPath(new URL('../program.ts', import.meta.url));

export function wholeImports(): Plugin {
  let asked = false;
  return {
    name: 'voute-whole-imports',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (id !== HELPER) return null;
      asked = true;
      return `export { importWhole as __vitePreload } from ${JSON.stringify(PROGRAM)};`;
    },
    buildEnd(error) {
      if (!error && !asked) throw new Error('Vite puts something else around imports');
    },
  };
}
