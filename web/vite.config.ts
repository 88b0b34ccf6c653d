/**
 * The pages' build (`docs/spec/pages.md`): `vite build` makes `dist` with the two pages, `--mode standalone` the script of the
 * one-file verifier, `--mode gallery` the states for tests. `npm run build` runs them in order and closes the release.
 */

import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type UserConfig } from 'vite';
import { PDFJS_VERSION, pdfjsData } from './ui/build/assets.ts';
import { installable } from './ui/build/installable.ts';
import { wholeImports } from './ui/build/imports.ts';
import { integrity } from './ui/build/integrity.ts';
import { inlineFrame, pdfDecoders } from './ui/build/viewer.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// The last two versions of every current browser, and iOS a little longer: phones live long.
const TARGET = ['chrome120', 'edge120', 'firefox121', 'safari16.4'];

const OUTPUT = {
  // The worker of notices alone has an address that stays: a browser asks for it again and again.
  entryFileNames: ({ name }: { name: string }): string =>
    name === 'push-worker' ? 'push/worker.js' : 'assets/[name]-[hash].js',
  chunkFileNames: 'assets/[name]-[hash].js',
  assetFileNames: 'assets/[name]-[hash][extname]',
} as const;

const common: UserConfig = {
  root: here('.'),
  base: '/',
  publicDir: false,
  plugins: [svelte()],
  // The build for browsers of a few years ago, under the name that has types.
  resolve: { alias: [{ find: /^pdfjs-dist$/, replacement: 'pdfjs-dist/legacy/build/pdf.min.mjs' }] },
  define: { __PDFJS_VERSION__: JSON.stringify(PDFJS_VERSION) },
  build: { target: TARGET, assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  // One script each: a worker starts from bytes that the page has checked, and imports nothing (`ui/program.ts`).
  worker: {
    format: 'iife',
    plugins: () => [pdfDecoders(), inlineFrame()],
    rolldownOptions: { output: { ...OUTPUT, codeSplitting: false } },
  },
};

function pages(outDir: string, input: Record<string, string>): UserConfig {
  return {
    ...common,
    plugins: [...(common.plugins ?? []), wholeImports(), pdfjsData(), installable(), integrity()],
    // One style, named by the pages: the browser checks the integrity of no style that is added later.
    build: {
      ...common.build,
      cssCodeSplit: false,
      outDir,
      emptyOutDir: true,
      rolldownOptions: { input, output: OUTPUT },
    },
  };
}

/** One script and one style without imports, fonts inlined: `ui/build/standalone.ts` puts them into `verifier.html`. */
function standalone(): UserConfig {
  return {
    ...common,
    build: {
      ...common.build,
      outDir: here('../build/web-standalone'),
      emptyOutDir: true,
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      modulePreload: false,
      cssCodeSplit: false,
      rolldownOptions: {
        input: here('./verify/standalone.ts'),
        output: {
          format: 'iife',
          entryFileNames: 'verifier.js',
          assetFileNames: 'verifier[extname]',
          codeSplitting: false,
        },
      },
    },
  };
}

export default defineConfig(({ mode }) => {
  if (mode === 'standalone') return standalone();
  if (mode === 'gallery') {
    return pages(here('../build/web-gallery'), { gallery: here('./gallery.html'), verify: here('./verify.html') });
  }
  return pages(here('./dist'), {
    index: here('./index.html'),
    verify: here('./verify.html'),
    'push-worker': here('./push/worker.ts'),
  });
});
