/** The build's own steps, on small files. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import openapi, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishRelease, firstLoad, pack, releaseManifest } from '../../ui/build/assets.ts';
import { asInlineScript, finishPages, integrityMap, withIntegrity, withMap } from '../../ui/build/integrity.ts';
import { unpack } from '../../resident/viewer/data.ts';
import { standaloneVerifier } from '../../ui/build/standalone.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'voute-dist-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets/a.js'), 'import"./b.js";import("./later.js")');
  writeFileSync(join(folder, 'assets/b.js'), 'export const b=1');
  writeFileSync(join(folder, 'assets/later.js'), 'x'.repeat(5000));
  writeFileSync(join(folder, 'assets/a.css'), 'p{color:red}');
  writeFileSync(
    join(folder, 'index.html'),
    '<meta charset="utf-8" /><script type="module" crossorigin src="/assets/a.js"></script><link rel="stylesheet" href="/assets/a.css" /><a href="/x">x</a>',
  );
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('build', () => {
  test('build_integrity_is_the_hash_of_each_script_and_style', () => {
    const sri = (text: string): string => `sha384-${createHash('sha384').update(text).digest('base64')}`;
    const html = withIntegrity(
      '<script src="/assets/a.js"></script><link href="/assets/a.css" /><a href="/y">',
      (path) => Buffer.from(path),
    );
    expect(html).toBe(
      `<script src="/assets/a.js" integrity="${sri('assets/a.js')}"></script>` +
        `<link href="/assets/a.css" integrity="${sri('assets/a.css')}"><a href="/y">`,
    );
  });

  test('build_manifest_lists_every_file_but_itself_in_canonical_json', () => {
    writeFileSync(join(folder, 'release-manifest.json'), 'old');
    const text = releaseManifest(folder);
    const read = JSON.parse(text) as { files: Record<string, { sha256: string; size: number }>; version: number };
    expect(JSON.stringify(read)).toBe(text);
    expect(Object.keys(read.files)).toEqual([
      'assets/a.css',
      'assets/a.js',
      'assets/b.js',
      'assets/later.js',
      'index.html',
    ]);
    expect(read.files['assets/a.css']).toEqual({
      sha256: createHash('sha256').update('p{color:red}').digest('hex'),
      size: 12,
    });
  });

  test('build_first_load_follows_imports_but_not_lazy_ones', () => {
    const { script, style } = firstLoad(readFileSync(join(folder, 'index.html'), 'utf8'), folder);
    expect(script).toBeGreaterThan(30);
    expect(script).toBeLessThan(200);
    expect(style).toBeGreaterThan(10);
  });

  test('build_map_names_every_script_and_the_page_names_its_inline_scripts', () => {
    const map = integrityMap(['assets/b.js', 'assets/a.js'], (path) => Buffer.from(path));
    const { integrity } = JSON.parse(map) as { integrity: Record<string, string> };
    expect(Object.keys(integrity)).toEqual(['/assets/a.js', '/assets/b.js']);
    expect(integrity['/assets/a.js']).toBe(`sha384-${createHash('sha384').update('assets/a.js').digest('base64')}`);
    const html = withMap('<meta charset="utf-8" /><script src="/x">', map, ['let a']);
    const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    expect(html).toContain(`<meta name="voute-inline" content="${hash(map)} ${hash('let a')}" />`);
    expect(html.indexOf('importmap')).toBeLessThan(html.indexOf('src='));
    expect(() => withMap('<title>', map, [])).toThrow('first line');
  });

  test('build_inline_script_can_not_end_its_element_nor_change_in_the_parser', () => {
    expect(asInlineScript('a="</SCRIPT><!--"')).toBe('a="\\x3c/SCRIPT>\\x3c!--"');
    expect(() => asInlineScript('a\r\nb')).toThrow('carriage return');
  });

  test('build_pages_are_finished_in_place', () => {
    finishPages(folder);
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(html.match(/integrity="sha384-/g)).toHaveLength(2);
    expect(html.match(/"\/assets\/[a-z]+\.js":"sha384-/g)).toHaveLength(3);
  });

  test('build_pieces_of_the_viewer_are_listed_and_make_the_whole_again', () => {
    const script = randomBytes(120_000);
    const data = randomBytes(60_000);
    writeFileSync(join(folder, 'assets/frame-x.js'), script);
    writeFileSync(join(folder, 'assets/pdfjs-data-1.bin'), data);
    finishPages(folder);
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    const whole = (name: string, count: number): Buffer =>
      Buffer.concat(
        Array.from({ length: count }, (_, i) => {
          const path = `assets/${name}.${i + 1}.bin`;
          const bytes = readFileSync(join(folder, path));
          expect(html).toContain(`"/${path}":"sha384-${createHash('sha384').update(bytes).digest('base64')}"`);
          return bytes;
        }),
      );
    expect(gunzipSync(whole('frame-x.js', 3))).toEqual(script);
    expect(whole('pdfjs-data-1.bin', 2)).toEqual(data);
    expect(html).not.toContain('pdfjs-data-1.bin.3.bin');
  });

  test('build_release_is_finished_in_place', () => {
    finishRelease(folder);
    expect(readFileSync(join(folder, 'release-manifest.json'), 'utf8')).toBe(releaseManifest(folder));
  });

  test('build_pack_is_read_by_the_viewer', async () => {
    const files = [
      { name: 'cmaps/a', bytes: Buffer.from('one') },
      { name: 'standard_fonts/b', bytes: Buffer.from('three') },
    ];
    const get = await unpack(new Uint8Array(pack(files)).buffer);
    expect(new TextDecoder().decode(get('cmaps/a') ?? undefined)).toBe('one');
    expect(new TextDecoder().decode(get('standard_fonts/b') ?? undefined)).toBe('three');
    expect(get('c')).toBeNull();
    expect(get('toString')).toBeNull();
  });

  test('build_standalone_policy_names_what_it_holds_and_allows_no_connection', () => {
    const html = standaloneVerifier('a</script><!--b', 'p{}', '<svg/>');
    const code = /<script>(.*)<\/script>\n {2}<\/body>/s.exec(html)?.[1] ?? '';
    expect(code).toBe('a\\x3c/script>\\x3c!--b');
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(html).toContain(`script-src ${hash(code)}; style-src ${hash('p{}')}`);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toContain('connect-src');
    expect(html.match(/<script type="application\/json" id="trust-root">null<\/script>/g)).toHaveLength(1);
    expect(html).not.toMatch(/https?:\/\//);
  });

  test('build_client_is_generated_from_the_frozen_interface', async () => {
    const web = join(import.meta.dirname, '../..');
    const made = await openapi(new URL(`file://${join(web, '../docs/api/openapi.json')}`), {
      defaultNonNullable: false,
    });
    const kept = readFileSync(join(web, 'api/schema.d.ts'), 'utf8');
    expect(kept.slice(kept.indexOf('export interface paths'))).toBe(
      astToString(made).slice(astToString(made).indexOf('export interface paths')),
    );
  });
});
