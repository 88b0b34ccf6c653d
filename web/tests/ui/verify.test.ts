/** The verifier: which file is which, and what it says of them. */

import { beforeAll, describe, expect, test } from 'vitest';
import { utf8 } from '../../core/bytes.ts';
import { makeReceipt } from '../../core/receipt.ts';
import { readRoot, recognize } from '../../verify/check.ts';
import { VerifyFlow } from '../../verify/flow.svelte.ts';
import { City, CITY, type Delivered, own } from '../core/support/city.ts';

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
