/** `node tests/mutants/build.ts FOLDER`: the mutant build, for whoever serves a lying city. */

import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { mutants } from './plugin.ts';

const outDir = process.argv[2];
if (outDir === undefined) throw new Error('say where to');

const root = fileURLToPath(new URL('../..', import.meta.url));
await build({
  configFile: `${root}vite.config.ts`,
  root,
  logLevel: 'warn',
  plugins: [mutants()],
  worker: { plugins: () => [mutants()] },
  build: { outDir, minify: false },
});
