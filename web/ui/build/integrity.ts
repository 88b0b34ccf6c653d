/**
 * Integrity of a build: whatever a page loads is named by its hash in the page itself (`docs/spec/pages.md`).
 *
 * Scripts and styles that the page names get an `integrity` attribute; scripts that are imported later, workers, the viewer and
 * its data are listed in an import map, which browsers enforce for imports and `ui/program.ts` for everything else.
 */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { filesUnder } from './assets.ts';
import { writePieces } from './pieces.ts';

/** Where the page says which inline scripts its policy must allow; the server reads it (`docs/spec/pages.md`). */
const INLINE = 'voute-inline';
const LISTED = /\.(?:js|mjs|bin)$/;

type Read = (path: string) => Uint8Array;

const hash = (algorithm: 'sha256' | 'sha384', bytes: Uint8Array | string): string =>
  `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`;

/** Adds `integrity` (SHA-384) to every script, style and preload element that names a file of the build. */
export function withIntegrity(html: string, read: Read): string {
  return html.replaceAll(
    /<(?:script|link)\b[^>]*\b(?:src|href)="\/([^"]+\.(?:js|mjs|css))"[^>]*>/g,
    (tag, path: string) => tag.replace(/\s*\/?>$/, ` integrity="${hash('sha384', read(path))}">`),
  );
}

/** The import map that names every file that a page may load later, with its hash. */
export function integrityMap(paths: readonly string[], read: Read): string {
  const entries = [...paths].sort().map((path) => [`/${path}`, hash('sha384', read(path))]);
  return JSON.stringify({ integrity: Object.fromEntries(entries) as Record<string, string> });
}

/** The text of a script that will stand inside a page: nothing in it can end the element, and the parser changes no byte. */
export function asInlineScript(code: string): string {
  if (/[\r\0]/.test(code)) throw new Error('an inline script may hold no carriage return and no NUL');
  return code.replaceAll(/<(?=\/script|!--)/gi, '\\x3c');
}

/** A page with its import map and the hashes of its inline scripts, first in the head; `inline` are scripts that it may add later. */
export function withMap(html: string, map: string, inline: readonly string[]): string {
  const hashes = [map, ...inline].map((code) => hash('sha256', code)).join(' ');
  const head = `<meta name="${INLINE}" content="${hashes}" />\n    <script type="importmap">${map}</script>`;
  if (!html.includes('<meta charset="utf-8" />')) throw new Error('a page without its first line of head');
  return html.replace('<meta charset="utf-8" />', `<meta charset="utf-8" />\n    ${head}`);
}

/** Finishes the pages of a folder in place. */
export function finishPages(folder: string): void {
  const read: Read = (path) => readFileSync(join(folder, path));
  const whole = filesUnder(folder);
  const files = [...whole, ...writePieces(folder, whole)];
  const later = files.filter((path) => LISTED.test(path));
  const inline = later
    .filter((path) => /\/frame-[^/]+\.js$/.test(path))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
  const map = integrityMap(later, read);
  for (const path of files.filter((name) => name.endsWith('.html') && !name.startsWith('verifier'))) {
    writeFileSync(
      join(folder, path),
      withMap(withIntegrity(readFileSync(join(folder, path), 'utf8'), read), map, inline),
    );
  }
}

/** The build step: the last one, when every file has its last byte. */
export function integrity(): Plugin {
  let folder = '';
  return {
    name: 'voute-integrity',
    apply: 'build',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir);
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        // A build that failed wrote nothing: its own error is the one to read.
        if (existsSync(folder)) finishPages(folder);
      },
    },
  };
}
