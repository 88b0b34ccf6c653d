/** The RPC between page and worker, over a real message channel. */

import { describe, expect, test } from 'vitest';

import { equal } from '../../core/bytes.ts';

import { connect, METHODS, serve, type VaultApi } from '../../core/rpc.ts';

import { KeyHolder } from '../../core/vault.ts';
import { claimed, holder, Passkey } from './support/claimed.ts';
import { type Delivered, own } from './support/city.ts';

describe('rpc', () => {
  function wire(): VaultApi {
    const { port1, port2 } = new MessageChannel();
    serve(port2, () => Promise.resolve(holder()));
    port1.start();
    port2.start();
    return connect(port1);
  }

  test('rpc_claim_run_over_the_wire_opens_document', async () => {
    const one = await claimed(wire());
    const [document] = one.waiting as [Delivered];
    const given = own(document.body);
    const opened = await one.keys.openBody(document.row, given);
    expect(equal(opened, document.plaintext)).toBe(true);
    expect(given.byteLength).toBe(0);
    await one.keys.lock();
  });

  test('rpc_prf_output_is_transferred', async () => {
    const keys = wire();
    const unlock = new Passkey().unlock();
    await expect(keys.finishClaim(unlock, 'x')).rejects.toMatchObject({ code: 'state' });
    expect(unlock.prf.byteLength).toBe(0);
    expect(unlock.credentialId.byteLength).toBe(32);
  });

  test('rpc_error_carries_code_and_facts', async () => {
    const keys = wire();
    const result = keys.readCode('ABCD-EFGU');
    await expect(result).rejects.toMatchObject({ name: 'VouteError', code: 'code-symbol', facts: { position: 8 } });
    await expect(keys.readCode('ABCD')).rejects.toMatchObject({
      code: 'code-length',
      facts: { found: 4, expected: 24 },
    });
  });

  test('rpc_defect_leaves_no_text', async () => {
    const { port1, port2 } = new MessageChannel();
    serve(port2, () => Promise.reject(new Error('secret in a text')));
    port1.start();
    port2.start();
    const keys = connect(port1);
    await expect(keys.lock()).rejects.toMatchObject({ code: 'internal', message: 'internal', facts: {} });
    port1.close();
  });

  test('rpc_names_every_call_of_the_holder', () => {
    expect(METHODS.filter((method) => !(method in KeyHolder.prototype))).toEqual([]);
  });
});
