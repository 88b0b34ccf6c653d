/** What makes the pages installable (`docs/spec/pages.md`): the web manifest and its icons, every file named by its hash. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HtmlTagDescriptor, Plugin } from 'vite';

const ICONS = fileURLToPath(new URL('../theme/icons', import.meta.url));

/** Header and ground of the light theme, header of the dark one (`ui/theme/tokens.css`); tests hold them equal. */
export const COLOURS = { light: '#ffffff', ground: '#f3f4f3', dark: '#232928' } as const;

interface Emitted {
  readonly fileName: string;
  readonly source: Uint8Array;
}

function named(name: string, source: Uint8Array): Emitted {
  const extension = extname(name);
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
  return { fileName: `assets/${basename(name, extension)}-${hash}${extension}`, source };
}

const icon = (name: string): Emitted => named(name, readFileSync(join(ICONS, name)));

/** The web manifest and the files that it and the pages name. */
export function installFiles(): {
  readonly manifest: Emitted;
  readonly touch: Emitted;
  readonly icons: readonly Emitted[];
} {
  const [small, large, maskable] = [icon('icon-192.png'), icon('icon-512.png'), icon('icon-maskable-512.png')];
  const entry = (file: Emitted, sizes: string, purpose: string): object => ({
    src: `/${file.fileName}`,
    sizes,
    type: 'image/png',
    purpose,
  });
  const text = JSON.stringify({
    id: '/documents',
    name: 'Voûte',
    short_name: 'Voûte',
    description: 'Vos documents de la Ville, scellés. Your documents from the City, sealed.',
    lang: 'fr',
    dir: 'ltr',
    start_url: '/documents',
    scope: '/',
    display: 'standalone',
    theme_color: COLOURS.light,
    background_color: COLOURS.ground,
    icons: [entry(small, '192x192', 'any'), entry(large, '512x512', 'any'), entry(maskable, '512x512', 'maskable')],
  });
  return {
    manifest: named('voute.webmanifest', new TextEncoder().encode(text)),
    touch: icon('apple-touch-icon.png'),
    icons: [small, large, maskable],
  };
}

/** The build step: emits the files and names them in the resident's page. */
export function installable(): Plugin {
  const { manifest, touch, icons } = installFiles();
  const tags: HtmlTagDescriptor[] = [
    { tag: 'link', attrs: { rel: 'manifest', href: `/${manifest.fileName}` }, injectTo: 'head' },
    { tag: 'link', attrs: { rel: 'apple-touch-icon', href: `/${touch.fileName}` }, injectTo: 'head' },
  ];
  return {
    name: 'voute-installable',
    apply: 'build',
    generateBundle() {
      for (const file of [manifest, touch, ...icons]) this.emitFile({ type: 'asset', ...file });
    },
    // After Vite's own step, which would take these names for files of the sources.
    transformIndexHtml: { order: 'post', handler: (_html, { path }) => (path === '/index.html' ? tags : []) },
  };
}
