/** The mutants of the pages (`tests/mutants`) must fit the sources that they change. */

import { expect, test } from 'vitest';

import { MUTANTS } from '../mutants/list.ts';
import { applyEdits, misfits } from '../mutants/plugin.ts';

test('mutants_snippets_are_each_in_their_file_once', () => {
  expect(misfits()).toEqual([]);
});

test('mutants_edits_name_their_own_mutant', () => {
  for (const [name, edits] of Object.entries(MUTANTS)) {
    const named = edits.map(({ put }) => put).join('\n');
    expect(named).toContain(`mutant('${name}')`);
  }
});

test('mutants_snippet_that_is_gone_fails_the_build', () => {
  const edit = { file: 'x.ts', find: 'if (a) b();', put: 'b();' };
  expect(applyEdits('if (a) b();', [edit])).toBe('b();');
  expect(() => applyEdits('', [edit])).toThrow('0 times in x.ts');
  expect(() => applyEdits('if (a) b(); if (a) b();', [edit])).toThrow('2 times in x.ts');
});
