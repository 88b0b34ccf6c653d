/** The verifier: which file is which, and what it says of them. */

import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ActProof, encodeActProof, makeActProof, parseActProof } from '../../core/act-proof.ts';
import type { signVaultAct } from '../../core/acts.ts';
import { hex, utf8 } from '../../core/bytes.ts';
import { consentSubject } from '../../core/consent.ts';
import { statementHash } from '../../core/dsse.ts';
import { encodeEvent, type Event, parseAct } from '../../core/event.ts';
import { makeReceipt } from '../../core/receipt.ts';
import { readRoot, recognize } from '../../verify/check.ts';
import { VerifyFlow } from '../../verify/flow.svelte.ts';
import { wordsOf } from '../../ui/failure.ts';
import { useCatalogues } from '../../ui/i18n.svelte.ts';
import { texts as english } from '../../ui/messages/en/verify.ts';
import { texts as french } from '../../ui/messages/fr/verify.ts';
import { City, CITY, type Delivered, own } from '../core/support/city.ts';
import { loneVault } from '../core/support/lone-vault.ts';

let city: City;
let delivered: Delivered;
let pdf: File;
let receipt: File;
let root: File;

const file = (name: string, bytes: Uint8Array): File => new File([own(bytes)], name);
const failed = (code: string): unknown => expect.objectContaining({ code });

async function receiptOf(one: Delivered): Promise<File> {
  const reply = await city.receipt(city.deliverEvent(one));
  return file('recu.json', makeReceipt(CITY, reply, one.manifest.bytes));
}

async function started(): Promise<VerifyFlow> {
  const flow = new VerifyFlow();
  await flow.start(async () => readRoot(await city.trustRoot()));
  return flow;
}

beforeAll(async () => {
  city = new City();
  delivered = await city.deliverToClaim();
  pdf = file('compte.pdf', delivered.plaintext);
  receipt = await receiptOf(delivered);
  root = file('trust-root.json', await city.trustRoot());
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('verify', () => {
  test('verify_files_are_recognized_by_content_whatever_their_names', async () => {
    const kinds = await Promise.all(
      [pdf, receipt, root, file('x.pdf', utf8('hello')), file('y.json', new Uint8Array())].map(async (one) =>
        recognize(one),
      ),
    );
    expect(kinds.map(({ kind }) => kind)).toEqual(['pdf', 'receipt', 'trust-root', 'unknown', 'unknown']);
  });

  test('verify_files_that_come_before_the_root_wait_for_it', async () => {
    const flow = new VerifyFlow();
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    const loading = flow.start(async () => readRoot(await promise));
    const judged = flow.take([pdf, receipt]);
    resolve(await city.trustRoot());
    await Promise.all([loading, judged]);
    expect(flow.view.failure).toBeNull();
    expect(flow.view.outcome).toMatchObject({ proven: true });
  });

  test('verify_together_or_one_after_the_other_is_the_same', async () => {
    const together = await started();
    await together.take([pdf, receipt]);
    const apart = await started();
    await apart.take([receipt]);
    expect(apart.view).toMatchObject({ receipt: 'recu.json', pdf: null, outcome: null });
    await apart.take([pdf]);
    expect(together.view.outcome).toMatchObject({
      proven: true,
      verdict: { state: 'witnessed', title: 'Compte de taxes 2026', issuerNames: { fr: 'Finances' }, logIndex: 2 },
    });
    expect(apart.view.outcome).toEqual(together.view.outcome);
  });

  test('verify_one_byte_more_is_refused_at_step_two', async () => {
    const flow = await started();
    await flow.take([file('compte.pdf', Uint8Array.from([...delivered.plaintext, 10])), receipt]);
    expect(flow.view.outcome).toMatchObject({ proven: false, step: 2, failure: failed('document-differs') });
  });

  test('verify_receipt_of_another_city_is_refused', async () => {
    const flow = new VerifyFlow();
    await flow.start(async () => readRoot(await new City().trustRoot()));
    await flow.take([pdf, receipt]);
    expect(flow.view.outcome).toMatchObject({ proven: false, step: 3 });
  });

  test('verify_json_that_is_no_receipt_says_so', async () => {
    const flow = await started();
    await flow.take([pdf, file('recu.json', utf8('{"a":1}'))]);
    expect(flow.view.outcome).toMatchObject({ proven: false, step: 0, failure: failed('receipt-invalid') });
  });

  test('verify_strangers_are_named_and_do_not_stop_the_rest', async () => {
    const flow = await started();
    await flow.take([file('vacances.jpg', Uint8Array.of(0xff, 0xd8)), pdf, receipt]);
    expect(flow.view.strangers).toEqual(['vacances.jpg']);
    expect(flow.view.outcome).toMatchObject({ proven: true });
  });

  test('verify_without_a_trust_root_asks_for_it_and_takes_it', async () => {
    const flow = new VerifyFlow();
    await flow.start(() => Promise.resolve(null));
    await flow.take([pdf, receipt]);
    expect(flow.view.failure).toEqual(failed('trust-root-missing'));
    await flow.take([root, pdf]);
    expect(flow.view.outcome).toMatchObject({ proven: true });
  });

  test('verify_trust_root_signed_by_too_few_is_refused', async () => {
    const weak = await city.trustRoot({}, city.cityKeys.slice(0, 1));
    await expect(readRoot(weak)).rejects.toMatchObject({ code: 'trust-root-quorum' });
    await expect(readRoot(utf8('{"payload":"x"}'))).rejects.toMatchObject({ code: 'trust-root-invalid' });
  });

  test('verify_again_forgets_the_files_and_keeps_the_trust_root', async () => {
    const flow = await started();
    await flow.take([pdf, receipt]);
    flow.again();
    expect(flow.view).toMatchObject({ pdf: null, receipt: null, outcome: null });
    await flow.take([pdf]);
    expect(flow.view.outcome).toBeNull();
  });
});

/** The proof of an act, as the page of a vault made here gives it. */
async function proofOf(
  subject: Parameters<typeof signVaultAct>[2],
  changes: Partial<ActProof> = {},
): Promise<Uint8Array> {
  const vault = await loneVault();
  const envelope = await vault.sign(subject);
  const { actor: by, time } = parseAct(envelope.payload);
  const event = {
    version: 1,
    city: CITY,
    actor: by,
    time,
    act: hex(statementHash(envelope)),
    ...subject,
  } as Event;
  const file = makeActProof(CITY, await city.receipt(encodeEvent(event)), envelope.bytes, vault.genesis.bytes);
  return encodeActProof({ ...parseActProof(file), ...changes });
}

const PAPERLESS_FR =
  'Je demande à recevoir ce type de document dans mon coffre seulement, et non par la poste. Ce choix est libre, la loi me ' +
  'laisse le papier. Je peux revenir au papier en tout temps, d’un seul geste et sans donner de raison.';
const deletion = { type: 'delete', subject: { document_id: 'ab'.repeat(16), manifest_hash: 'cd'.repeat(32) } } as const;

describe('verify_proof', () => {
  test('verify_proof_of_a_deletion_needs_no_other_file', async () => {
    const flow = await started();
    await flow.take([file('x.json', await proofOf(deletion))]);
    expect(flow.view.outcome).toMatchObject({
      proven: true,
      act: { what: 'delete', state: 'witnessed', documentId: 'ab'.repeat(16), choice: null, logIndex: 2 },
    });
    flow.again();
    expect(flow.view.outcome).toBeNull();
    await flow.take([pdf]);
    expect(flow.view.outcome).toBeNull();
  });

  test('verify_proof_of_a_choice_names_department_and_type_as_the_city_does', async () => {
    const consent = consentSubject({
      issuer: 'finances',
      documentType: 'gone',
      number: 3,
      paperless: true,
      language: 'fr',
      words: PAPERLESS_FR,
    });
    const flow = await started();
    await flow.take([file('x.json', await proofOf({ type: 'consent', subject: consent }))]);
    expect(flow.view.outcome).toMatchObject({
      proven: true,
      act: {
        what: 'paperless',
        choice: { number: 3, issuerNames: { fr: 'Finances' }, typeNames: { fr: 'gone', en: 'gone' } },
      },
    });
  });

  // attack A1
  test('verify_proof_with_the_genesis_of_another_vault_is_refused', async () => {
    const { records } = parseActProof(await proofOf(deletion));
    const flow = await started();
    await flow.take([file('x.json', await proofOf(deletion, { records }))]);
    expect(flow.view.outcome).toMatchObject({
      proven: false,
      of: 'act',
      step: 2,
      last: 6,
      failure: failed('proof-not-signed'),
    });
  });

  test('verify_proof_that_is_none_or_of_another_city_is_refused', async () => {
    const flow = await started();
    await flow.take([file('x.json', utf8('{"act":"x"}'))]);
    expect(flow.view.outcome).toMatchObject({ proven: false, of: 'act', step: 0, failure: failed('proof-invalid') });
    const elsewhere = new VerifyFlow();
    await elsewhere.start(async () => readRoot(await new City().trustRoot()));
    await elsewhere.take([file('x.json', await proofOf(deletion))]);
    expect(elsewhere.view.outcome).toMatchObject({ proven: false, of: 'act', step: 5 });
  });

  test('verify_proof_of_before_says_that_it_is_not_enough_alone', async () => {
    const flow = await started();
    await flow.take([file('x.json', utf8('{"act":{"payload":"AA=="},"receipt":{}}'))]);
    expect(flow.view).toMatchObject({ outcome: null, failure: failed('proof-without-records') });
  });

  test('verify_proof_that_fails_in_the_log_speaks_of_no_receipt', async () => {
    const flow = await started();
    await flow.take([file('x.json', await proofOf(deletion, { salt: '00'.repeat(32) }))]);
    const { outcome } = flow.view;
    expect(outcome).toMatchObject({ proven: false, of: 'act', step: 4, failure: failed('not-in-log') });
    vi.stubGlobal('navigator', { onLine: true, languages: ['fr'], userAgent: 'Linux' });
    vi.stubGlobal('document', { documentElement: { lang: '' } });
    for (const texts of [french, english]) {
      await useCatalogues({ fr: () => Promise.resolve(texts), en: () => Promise.resolve(texts) });
      for (const code of ['not-in-log', 'bad-checkpoint', 'no-quorum', 'wrong-city']) {
        const { title, what } = wordsOf({ code, facts: {} });
        expect(`${title} ${what}`).not.toMatch(/receipt|(?:le|du|un|au) reçu/i);
      }
    }
  });
});
