/** A department's key that has ended: what it signed before stays good, what a thief signs with it afterwards does not. */

import { beforeAll, describe, expect, test } from 'vitest';

import { fromBase64 } from '../../core/bytes.ts';
import { encodeJson } from '../../core/json.ts';
import { newestRecord, verifyChain } from '../../core/record.ts';
import type { VaultApi } from '../../core/rpc.ts';
import { type Claimed, claimed, holder } from './support/claimed.ts';
import { type Delivered, own } from './support/city.ts';
import { signStatement } from '../../core/dsse.ts';

const code = (word: string): unknown => expect.objectContaining({ code: word });

describe('a key that has ended', () => {
  let one: Claimed;
  let document: Delivered;
  beforeAll(async () => {
    one = await claimed();
    const { reading } = newestRecord(await verifyChain(one.records.map(fromBase64)));
    document = await one.city.deliverToVault(one.vaultId, reading.recipient);
  });

  // The city's receipts stand at index 2.
  async function visit(until: number | null): Promise<VaultApi> {
    const { city, vaultId, records, parts, passkey } = one;
    const root = city.rootJson() as { issuers: { keys: { until: number | null }[] }[] };
    for (const { keys } of root.issuers) for (const key of keys) key.until = until;
    const { bytes } = await signStatement('trust-root', encodeJson(root), ...city.cityKeys.slice(0, 2));
    const keys = holder();
    await keys.trustRoot(own(bytes), 1);
    await keys.openVault(vaultId, records, parts.keyring, passkey.unlock());
    return keys;
  }

  // control B1
  test('ended_key_good_key_needs_no_receipt', async () => {
    const keys = await visit(null);
    const [card] = await keys.openCards([document.row]);
    expect(card).toHaveProperty('manifest.title');
  });

  // attack B1
  test('ended_key_without_receipt_refused_everywhere', async () => {
    const keys = await visit(3);
    const refused = 'key-not-valid-then';
    expect(await keys.openCards([document.row])).toEqual([{ documentId: document.row.documentId, refused }]);
    await expect(keys.openBody(document.row, own(document.body))).rejects.toThrow(code(refused));
    await expect(keys.signOpened(document.row)).rejects.toThrow(code(refused));
    const reply = await one.city.receipt(one.city.deliverEvent(document));
    await expect(keys.receipt(document.row, reply, own(document.plaintext))).rejects.toThrow(code(refused));
  });

  // control B1
  test('ended_key_with_a_receipt_from_before_its_end_opens', async () => {
    const keys = await visit(3);
    const reply = await one.city.receipt(one.city.deliverEvent(document));
    expect(await keys.openProvenCard(document.row, reply)).toHaveProperty('manifest.title');
    expect(await keys.openCards([document.row])).toHaveProperty('0.manifest.title');
    expect(await keys.openBody(document.row, own(document.body))).toEqual(document.plaintext);
    expect((await keys.receipt(document.row, reply, own(document.plaintext))).verdict.state).toBe('witnessed');
  });

  // attack B1
  test('ended_key_receipts_that_do_not_prove_it_refused', async () => {
    const { city } = one;
    const event = city.deliverEvent(document);
    const late = await visit(2);
    await expect(late.openProvenCard(document.row, await city.receipt(event))).rejects.toThrow(
      code('key-not-valid-then'),
    );
    const keys = await visit(3);
    const alone = await city.receipt(event, []);
    await expect(keys.openProvenCard(document.row, alone)).rejects.toThrow(code('no-quorum'));
    const other = await city.deliverToVault(one.vaultId, city.claimIdentity.recipient.text);
    const foreign = await city.receipt(city.deliverEvent(other));
    await expect(keys.openProvenCard(document.row, foreign)).rejects.toThrow(code('event-differs'));
    const good = await city.receipt(event);
    await expect(keys.openProvenCard(document.row, { ...good, index: 1 })).rejects.toThrow(code('not-in-log'));
    expect(await keys.openCards([document.row])).toHaveProperty('0.refused', 'key-not-valid-then');
  });

  test('ended_key_proof_is_forgotten_at_lock', async () => {
    const keys = await visit(3);
    const reply = await one.city.receipt(one.city.deliverEvent(document));
    await keys.openProvenCard(document.row, reply);
    await keys.lock();
    await expect(keys.openCards([document.row])).rejects.toThrow(code('locked'));
    await expect(keys.openProvenCard(document.row, reply)).rejects.toThrow(code('locked'));
  });
});
