/** Build steps of ours: pdf.js's data files, integrity attributes, the release manifest. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const PDFJS = dirname(require.resolve('pdfjs-dist/package.json'));

/** Version of pdf.js, part of the path of its data files. */
export const PDFJS_VERSION = (JSON.parse(readFileSync(join(PDFJS, 'package.json'), 'utf8')) as { version: string })
  .version;

// Only what the viewer asks for: no WebAssembly, no colour profiles, no script sandbox.
const PDFJS_DATA: readonly { readonly folder: string; readonly keep: RegExp }[] = [
  { folder: 'wasm', keep: /^(?:jbig2|openjpeg)_nowasm_fallback\.js$|^LICENSE_/ },
  { folder: 'cmaps', keep: /\.bcmap$|^LICENSE/ },
  { folder: 'standard_fonts', keep: /\.(?:pfb|ttf)$|^LICENSE/ },
];

/** Emits pdf.js's data files under `assets/pdfjs-VERSION/`. */
export function pdfjsData(): Plugin {
  return {
    name: 'voute-pdfjs-data',
    apply: 'build',
    generateBundle() {
      for (const { folder, keep } of PDFJS_DATA) {
        for (const name of readdirSync(join(PDFJS, folder)).filter((file) => keep.test(file))) {
          this.emitFile({
            type: 'asset',
            fileName: `assets/pdfjs-${PDFJS_VERSION}/${folder}/${name}`,
            source: readFileSync(join(PDFJS, folder, name)),
          });
        }
      }
    },
  };
}

const hash = (algorithm: string, bytes: Uint8Array, encoding: 'hex' | 'base64'): string =>
  createHash(algorithm).update(bytes).digest(encoding);

function filesUnder(folder: string, root = folder): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path, root) : [relative(root, path).replaceAll('\\', '/')];
  });
}

/** Adds `integrity` (SHA-384) to every script, style and preload element that names a file of the build. */
export function withIntegrity(html: string, read: (path: string) => Uint8Array): string {
  return html.replaceAll(
    /<(?:script|link)\b[^>]*\b(?:src|href)="\/([^"]+\.(?:js|mjs|css))"[^>]*>/g,
    (tag, path: string) => {
      const attribute = ` integrity="sha384-${hash('sha384', read(path), 'base64')}"`;
      return tag.replace(/\s*\/?>$/, `${attribute}>`);
    },
  );
}

/** The release manifest: SHA-256 and size of every file, in canonical JSON (`docs/spec/pages.md`). */
export function releaseManifest(folder: string): string {
  const files = filesUnder(folder)
    .filter((path) => path !== 'release-manifest.json')
    .sort();
  const entries = files.map((path) => {
    const bytes = readFileSync(join(folder, path));
    return `${JSON.stringify(path)}:{"sha256":"${hash('sha256', bytes, 'hex')}","size":${bytes.length}}`;
  });
  return `{"files":{${entries.join(',')}},"version":1}`;
}

/** What a page loads before anything is asked: its script, and the scripts and styles it names, compressed. */
export function firstLoad(html: string, folder: string): { readonly script: number; readonly style: number } {
  const named = new Set([...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((match) => match[1] ?? ''));
  const pending = [...named];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (!path.endsWith('.js')) continue;
    const text = readFileSync(join(folder, path), 'utf8');
    for (const match of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) {
      const found = `assets/${match[1] ?? ''}`;
      if (!named.has(found)) {
        named.add(found);
        pending.push(found);
      }
    }
  }
  const sum = (kind: string): number =>
    [...named]
      .filter((path) => path.endsWith(kind))
      .reduce((total, path) => total + gzipSync(readFileSync(join(folder, path)), { level: 9 }).length, 0);
  return { script: sum('.js'), style: sum('.css') };
}

/** Last step: integrity into the pages, the manifest beside them. */
export function finishRelease(folder: string, pages: readonly string[]): void {
  for (const page of pages) {
    const path = join(folder, page);
    writeFileSync(
      path,
      withIntegrity(readFileSync(path, 'utf8'), (file) => readFileSync(join(folder, file))),
    );
  }
  writeFileSync(join(folder, 'release-manifest.json'), releaseManifest(folder));
}

/** Size of a file in bytes. */
export function sizeOf(path: string): number {
  return statSync(path).size;
}
