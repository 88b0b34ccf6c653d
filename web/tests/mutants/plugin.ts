/**
 * A build of the pages in which named checks can be taken out, for the tests of a lying city: whoever serves it says which.
 *
 * The product's sources know nothing of it. Each edit names a snippet of a source file and what stands there instead; a snippet
 * that is not there exactly once fails the build, so that no mutant can rot unseen.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { MUTANTS, type Edit } from './list.ts';

/** What the server of the mutant build replaces by the name of the one that is on. */
export const PLACE = '__VOUTE_MUTANT__';

const WEB = fileURLToPath(new URL('../..', import.meta.url));
const MODULE = 'virtual:mutant';
const RESOLVED = '\0virtual:mutant';

// A list that is parsed at run time: nothing that a bundler could compute beforehand.
const SOURCE = `
const on = JSON.parse('["${PLACE}"]');
export function mutant(name) { return on.includes(name); }
`;

function editsOf(path: string): readonly Edit[] {
  return Object.values(MUTANTS).flatMap((edits) => edits.filter(({ file }) => WEB + file === path));
}

/** Puts edits into a source; each snippet must be there exactly once. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  return edits.reduce((text, { file, find, put }) => {
    const found = text.split(find).length - 1;
    if (found !== 1) throw new Error(`a mutant's snippet is ${String(found)} times in ${file}: ${find}`);
    return text.replace(find, () => put);
  }, source);
}

/** Every edit that no longer fits its file, said in words. */
export function misfits(): readonly string[] {
  return Object.entries(MUTANTS).flatMap(([name, edits]) =>
    edits.flatMap(({ file, find }) => {
      const found = readFileSync(WEB + file, 'utf8').split(find).length - 1;
      return found === 1 ? [] : [`${name}: ${String(found)} times in ${file}: ${find}`];
    }),
  );
}

/** The build step. */
export function mutants(): Plugin {
  return {
    name: 'voute-mutants',
    enforce: 'pre',
    resolveId: (id) => (id === MODULE ? RESOLVED : null),
    load: (id) => (id === RESOLVED ? SOURCE : null),
    transform(source, id) {
      // The style of a component comes by under the component's name.
      const edits = id.includes('type=style') ? [] : editsOf(id.split('?')[0] ?? id);
      if (edits.length === 0) return null;
      const head = `import { mutant } from '${MODULE}';\n`;
      const edited = applyEdits(source, edits);
      return {
        code: id.endsWith('.svelte') ? edited.replace(/<script[^>]*>\n/, (tag) => tag + head) : head + edited,
        map: null,
      };
    },
  };
}
