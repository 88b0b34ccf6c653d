/** `npm run build`: both builds, the one-file verifier, integrity, the release manifest, and what the first page costs. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { finishRelease, firstLoad } from './assets.ts';
import { standaloneVerifier } from './standalone.ts';

// Design bar: script before sign-in, compressed.
const FIRST_SCRIPT_BAR = 150 * 1024;

const web = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(web, 'dist');
const alone = join(web, '../build/web-standalone');
const configFile = join(web, 'vite.config.ts');

await build({ configFile, root: web, logLevel: 'warn' });
await build({ configFile, root: web, mode: 'standalone', logLevel: 'warn' });

const read = (name: string): string => readFileSync(join(alone, name), 'utf8');
const style = readdirSync(alone).find((name) => name.endsWith('.css')) ?? '';
const mark = readFileSync(join(web, 'ui/theme/mark.svg'), 'utf8');
writeFileSync(join(dist, 'verifier.html'), standaloneVerifier(read('verifier.js'), read(style), mark));
finishRelease(dist);

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
let tooMuch = false;
for (const page of ['index.html', 'verify.html']) {
  const { script, style: css } = firstLoad(readFileSync(join(dist, page), 'utf8'), dist);
  process.stdout.write(`${page}: first script ${kib(script)}, style ${kib(css)} (gzip)\n`);
  tooMuch ||= page === 'index.html' && script > FIRST_SCRIPT_BAR;
}
const single = readFileSync(join(dist, 'verifier.html')).length;
process.stdout.write(`verifier.html: ${kib(single)}\n`);
if (tooMuch) {
  process.stderr.write(`first script is over ${kib(FIRST_SCRIPT_BAR)}\n`);
  process.exitCode = 1;
}
