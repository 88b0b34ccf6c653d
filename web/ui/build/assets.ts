/** Build steps of ours: pdf.js's data in one file, the release manifest, what the first page costs. */

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

// Only what the viewer may ask for: character maps and the fonts that a document may leave out.
const PDFJS_DATA: readonly { readonly folder: string; readonly keep: RegExp }[] = [
  { folder: 'cmaps', keep: /\.bcmap$|^LICENSE/ },
  { folder: 'standard_fonts', keep: /\.(?:pfb|ttf)$|^LICENSE/ },
];

/** Files in one: the length of the index (32 bits, little-endian), the index (JSON: name → place and size), the bytes; gzip. */
export function pack(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Uint8Array {
  const places: Record<string, readonly [number, number]> = {};
  let end = 0;
  for (const { name, bytes } of files) {
    places[name] = [end, bytes.length];
    end += bytes.length;
  }
  const index = Buffer.from(JSON.stringify(places));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(index.length);
  return gzipSync(Buffer.concat([length, index, ...files.map(({ bytes }) => bytes)]), { level: 9 });
}

/** Emits pdf.js's data as `assets/pdfjs-data-VERSION.bin`: fetched whole, so that no request tells what a document needs. */
export function pdfjsData(): Plugin {
  return {
    name: 'voute-pdfjs-data',
    apply: 'build',
    generateBundle() {
      const files = PDFJS_DATA.flatMap(({ folder, keep }) =>
        readdirSync(join(PDFJS, folder))
          .filter((file) => keep.test(file))
          .map((file) => ({ name: `${folder}/${file}`, bytes: readFileSync(join(PDFJS, folder, file)) })),
      );
      this.emitFile({ type: 'asset', fileName: `assets/pdfjs-data-${PDFJS_VERSION}.bin`, source: pack(files) });
    },
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Every file below a folder, by its path in it. */
export function filesUnder(folder: string, root = folder): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path, root) : [relative(root, path).replaceAll('\\', '/')];
  });
}

/** The release manifest: SHA-256 and size of every file, in canonical JSON (`docs/spec/pages.md`). */
export function releaseManifest(folder: string): string {
  const files = filesUnder(folder)
    .filter((path) => path !== 'release-manifest.json')
    .sort();
  const entries = files.map((path) => {
    const bytes = readFileSync(join(folder, path));
    return `${JSON.stringify(path)}:{"sha256":"${sha256(bytes)}","size":${bytes.length}}`;
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

/** Last step: the manifest beside everything else. */
export function finishRelease(folder: string): void {
  writeFileSync(join(folder, 'release-manifest.json'), releaseManifest(folder));
}

/** Size of a file in bytes. */
export function sizeOf(path: string): number {
  return statSync(path).size;
}
