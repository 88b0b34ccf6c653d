/** The holder's own choices of paper or none, as a city shows them: what is not theirs, or in words that nobody knows, is refused. */

import { beforeAll, describe, expect, test } from 'vitest';

import { base64, hex } from '../../core/bytes.ts';
import { type ProvenChoice, readChoices } from '../../core/consent.ts';
import type { Subject } from '../../core/event.ts';
import { verifyChain } from '../../core/record.ts';
import { acceptFirstRoot, type TrustRoot } from '../../core/trust.ts';

import { City, ISSUER } from './support/city.ts';
import { type LoneVault, loneVault, SIGNED_AT } from './support/lone-vault.ts';

const KNOWN = {
  fr: '3f06f950690c7d7f83df47532c161fa751311270dc720c559c2d0cde9b090059',
  en: '0418ac9627abaed2831625b223f59bbb99c58ccaace4ad137269e94809f3a013',
};

function consent(changes: Partial<Subject<'consent'>> = {}): Subject<'consent'> {
  const words = KNOWN[changes.language ?? 'fr'];
  const common = {
    issuer: ISSUER,
    document_type: 'tax-bill',
    number: 1,
    paperless: true,
    text: 'paperless-1',
  } as const;
  return { ...common, language: 'fr', words, ...changes };
}

describe('choices', () => {
  let vault: LoneVault;
  let root: TrustRoot;
  beforeAll(async () => {
    vault = await loneVault();
    root = await acceptFirstRoot(await new City().trustRoot());
  });

  async function shown(subject: Subject<'consent'>, by = vault): Promise<readonly ProvenChoice[]> {
    const act = base64((await by.sign({ type: 'consent', subject })).bytes);
    return readChoices([{ act, receipt: null }], await verifyChain([vault.genesis.bytes]), root);
  }

  test.each(['fr', 'en'] as const)('choices_made_in_the_known_words_are_shown_%s', async (language) => {
    const subject = consent({ language });
    expect(await shown(subject)).toEqual([{ consent: subject, signedAt: SIGNED_AT, logged: null }]);
  });

  test.each([
    ['words_that_nobody_knows', consent({ words: hex(new Uint8Array(32)) })],
    ['the_words_of_the_other_language', consent({ words: KNOWN.en })],
    ['a_text_that_nobody_knows', consent({ text: 'paperless-9' })],
    ['the_words_with_which_paper_is_asked_for', consent({ text: 'paper-1' })],
  ])('choices_of_no_paper_in_%s_are_refused', async (_, subject) => {
    await expect(shown(subject)).rejects.toMatchObject({ code: 'verification' });
  });

  test('choices_of_paper_count_in_any_words', async () => {
    const subject = consent({ paperless: false, text: 'paper-9', words: hex(new Uint8Array(32)) });
    expect(await shown(subject)).toMatchObject([{ consent: subject }]);
  });

  test('choices_of_another_vault_are_refused', async () => {
    await expect(shown(consent(), await loneVault())).rejects.toMatchObject({ code: 'unknown-key' });
  });
});
