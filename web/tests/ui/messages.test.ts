/** Words for people: the same keys and variables in both languages, none missing in the code, none unused. */

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { describe, expect, test } from 'vitest';

const WEB = join(import.meta.dirname, '../..');
const MESSAGES = join(WEB, 'ui/messages');
const FILES = globSync('fr/*.ftl', { cwd: MESSAGES })
  .map((path) => basename(path))
  .sort();

interface Message {
  readonly key: string;
  readonly variables: readonly string[];
}

function read(language: string, file: string): readonly Message[] {
  const resource = new FluentResource(readFileSync(join(MESSAGES, language, file), 'utf8'));
  return resource.body.flatMap(({ id, value, attributes }) => [
    ...(value === null ? [] : [{ key: id, variables: variablesOf(value) }]),
    ...Object.entries(attributes).map(([name, pattern]) => ({ key: `${id}.${name}`, variables: variablesOf(pattern) })),
  ]);
}

function variablesOf(pattern: unknown): readonly string[] {
  const found = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('type' in node && node.type === 'var' && 'name' in node) found.add(String(node.name));
    Object.values(node).forEach(walk);
  };
  walk(pattern);
  return [...found].sort();
}

const SOURCES = ['ui', 'resident', 'verify'].flatMap((folder) =>
  globSync(`${folder}/**/*.{ts,svelte}`, { cwd: WEB }).map((path) => readFileSync(join(WEB, path), 'utf8')),
);
const TEXT = SOURCES.join('\n');
const ALL = FILES.flatMap((file) => read('fr', file).map(({ key }) => key));

/** Keys named outright in the code, and the beginnings of keys that are put together (`help-${…}`). */
function used(): { readonly keys: ReadonlySet<string>; readonly starts: readonly string[] } {
  const keys = new Set([...TEXT.matchAll(/'([a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)?)'/g)].map((match) => match[1] ?? ''));
  // A part of the legal pages is named once, for its heading and its text.
  for (const [, part = ''] of TEXT.matchAll(/<LegalPart name="([a-z-]+)"/g)) keys.add(part).add(`${part}-text`);
  const starts = [...TEXT.matchAll(/`([a-z]+(?:-[a-z]+)*-)\$\{/g)].map((match) => match[1] ?? '');
  return { keys, starts };
}

/** Keys that stand in a call of `t`, literally or in both arms of a choice. */
function called(): readonly string[] {
  const calls = [...TEXT.matchAll(/\bt\(\s*((?:[^()']|'[^']*')*?)(?:,\s*\{|,?\s*\))/g)].map((match) => match[1] ?? '');
  return calls.flatMap((call) => {
    const arms = call.includes('?') ? call.slice(call.indexOf('?')) : call;
    return [...arms.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');
  });
}

describe('messages', () => {
  test.each(FILES)('messages_%s_has_the_same_keys_and_variables_in_both_languages', (file) => {
    expect(read('en', file)).toEqual(read('fr', file));
  });

  test('messages_english_has_no_file_more', () => {
    expect(
      globSync('en/*.ftl', { cwd: MESSAGES })
        .map((path) => basename(path))
        .sort(),
    ).toEqual(FILES);
  });

  test('messages_no_key_stands_in_two_files', () => {
    expect(ALL.filter((key, i) => ALL.indexOf(key) !== i)).toEqual([]);
  });

  test('messages_every_key_called_exists', () => {
    const known = new Set(ALL);
    expect(called().length).toBeGreaterThan(120);
    expect(called().filter((key) => !known.has(key))).toEqual([]);
  });

  test('messages_every_key_is_used', () => {
    const { keys, starts } = used();
    const unused = ALL.filter((key) => !keys.has(key) && !starts.some((start) => key.startsWith(start)));
    expect(unused).toEqual([]);
  });

  test('messages_every_error_of_core_has_words', () => {
    const union = /export type ErrorCode =([^;]+);/.exec(readFileSync(join(WEB, 'core/errors.ts'), 'utf8'))?.[1] ?? '';
    const codes = [...union.matchAll(/'([a-z0-9-]+)'/g)].map((match) => match[1] ?? '');
    // Said by their family alone: nothing more could be said to a person.
    const plain = new Set(['limit', 'state', 'internal', 'wrong-statement']);
    const family = new Set(['merkle-proof', 'note', 'checkpoint', 'tlog-proof', 'unknown-log']);
    expect(codes.length).toBeGreaterThan(20);
    expect(
      codes.filter((code) => !plain.has(code) && !family.has(code) && !ALL.includes(`error-${code}.what`)),
    ).toEqual([]);
  });

  test('messages_every_problem_of_a_resident_route_has_words', () => {
    const spec = readFileSync(join(WEB, '../docs/spec/api.md'), 'utf8');
    const sections = spec.split(/^## /m).filter((part) => /^(?:Public|Holder)/.test(part));
    const codes = [...sections.join('').matchAll(/\b4\d\d `([a-z-]+)`/g)].map((match) => match[1] ?? '');
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !ALL.includes(`error-${code}.what`))).toEqual([]);
  });

  test.each(['fr', 'en'])('messages_%s_formats_without_errors', (language) => {
    const bundle = new FluentBundle(language, { useIsolating: false });
    for (const file of FILES)
      bundle.addResource(new FluentResource(readFileSync(join(MESSAGES, language, file), 'utf8')));
    for (const { key, variables } of FILES.flatMap((file) => read(language, file))) {
      const [id = '', attribute] = key.split('.');
      const message = bundle.getMessage(id);
      const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
      for (const count of [0, 1, 2]) {
        const errors: Error[] = [];
        const args = Object.fromEntries(
          variables.map((name) => [
            name,
            /^(?:count|pages|shown|missing|extra|minutes|seconds|total|days)$/.test(name) ? count : 'x',
          ]),
        );
        expect(bundle.formatPattern(pattern ?? '', args, errors)).not.toBe('');
        expect(errors).toEqual([]);
      }
    }
  });

  test('messages_french_keeps_its_spaces_together', () => {
    const loose = FILES.flatMap((file) =>
      readFileSync(join(MESSAGES, 'fr', file), 'utf8')
        .split('\n')
        .filter((line) => !line.startsWith('#') && / [:;?!»]|« /.test(line.replace(/^\s*[.\w-]+ = ?/, ''))),
    );
    expect(loose).toEqual([]);
  });
});
