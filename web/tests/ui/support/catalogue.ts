/** The message files as tests load them. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** All texts of a language. */
export function catalogue(language: 'fr' | 'en'): readonly string[] {
  const folder = join(import.meta.dirname, '../../../ui/messages', language);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ftl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}
