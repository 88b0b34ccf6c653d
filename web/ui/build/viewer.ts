/** Build steps of the viewer: pdf.js's worker with its picture decoders inside, and the frame's script fit to stand in a page. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import { asInlineScript } from './integrity.ts';

const require = createRequire(import.meta.url);
const WASM = join(dirname(require.resolve('pdfjs-dist/package.json')), 'wasm');

// pdf.js imports its JPEG 2000 and JBIG2 decoders by address when a document needs them; the viewer's worker reaches no address.
const IMPORT =
  /await import\(\s*(?:\/\*(?:webpackIgnore: true|@vite-ignore)\*\/\s*)*`\$\{WasmImage\.#wasmUrl\}\$\{this\._noWasmFilename\}`\)/;
const DECODERS = { jbig2: 'jbig2_nowasm_fallback.js', openjpeg: 'openjpeg_nowasm_fallback.js' } as const;

/** Puts the decoders into pdf.js's worker. Fails when a new pdf.js imports them otherwise. */
export function pdfDecoders(): Plugin {
  return {
    name: 'voute-pdf-decoders',
    transform(code, id) {
      if (!id.endsWith('/pdf.worker.mjs')) return null;
      const parts = code.split(IMPORT);
      if (parts.length !== 2) throw new Error('pdf.js imports its decoders in another way');
      const imports = Object.entries(DECODERS).map(
        ([name, file]) => `import voute_${name} from ${JSON.stringify(join(WASM, file))};`,
      );
      const table = Object.entries(DECODERS).map(([name, file]) => `${JSON.stringify(file)}: voute_${name}`);
      const chosen = `{ default: ({ ${table.join(', ')} })[this._noWasmFilename] }`;
      return { code: `${imports.join('\n')}\n${parts.join(`(${chosen})`)}`, map: null };
    },
  };
}

/** Makes the script of the viewer's frame fit to stand inside a page. */
export function inlineFrame(): Plugin {
  return {
    name: 'voute-inline-frame',
    generateBundle(_options, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type === 'chunk' && part.name === 'frame') part.code = asInlineScript(part.code);
      }
    },
  };
}
