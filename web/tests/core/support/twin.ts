/** The Python twin, run on lines of JSON. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const IN_VENV = `${ROOT}.venv/bin/python`;
const PYTHON = existsSync(IN_VENV) ? IN_VENV : 'python3';

/** Runs a Python program on one JSON value a line; gives the JSON value of each line that it printed. */
export function runTwin(program: string, lines: readonly unknown[]): unknown[] {
  const done = spawnSync(PYTHON, ['-c', program], {
    cwd: ROOT,
    input: lines.map((one) => JSON.stringify(one)).join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (done.status !== 0 || done.stderr !== '') throw new Error(`python: ${done.stderr}`);
  return done.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
