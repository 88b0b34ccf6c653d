/** The key holder before a server that lies: each attack ends in its named error, the control run passes. */

import { beforeAll, describe, expect, test } from 'vitest';

import { base64, equal, fromBase64, fromUtf8, hex, randomBytes } from '../../core/bytes.ts';

import { parseEnvelope, statementHash } from '../../core/dsse.ts';

import { newestRecord, verifyChain } from '../../core/record.ts';
import type { OwnBytes, Unlock } from '../../core/rpc.ts';
import { instantOf } from '../../core/schema.ts';

import { type Claimed, claimed, holder, Passkey, reopened, memoryPins } from './support/claimed.ts';
import type { City } from './support/city.ts';
import { type Delivered, own, stranger } from './support/city.ts';

const code = (word: string): unknown => expect.objectContaining({ code: word });

describe('a server that lies', () => {
  let one: Claimed;
  let second: Claimed;
  beforeAll(async () => {
    [one, second] = [await claimed(), await claimed()];
  });

  async function attempt(
    change: Partial<{
      vaultId: string;
      records: readonly string[];
      keyring: string;
      unlock: Unlock;
      pinned: string | null;
    }>,
  ): Promise<unknown> {
    const keys = holder();
    await keys.trustRoot(await one.city.trustRoot(), 1);
    return keys.openVault(
      change.vaultId ?? one.vaultId,
      change.records ?? one.records,
      change.keyring ?? one.parts.keyring,
      change.unlock ?? one.passkey.unlock(),
      change.pinned ?? null,
    );
  }

  test('holder_vault_open_control_run_passes', async () => {
    await expect(attempt({})).resolves.toMatchObject({ number: 1 });
  });

  test('holder_vault_open_records_of_another_refused', async () => {
    await expect(attempt({ records: second.records })).rejects.toThrow(code('record-chain'));
    await expect(attempt({ records: [one.parts.genesis, second.parts.record] })).rejects.toThrow(code('unknown-key'));
    await expect(attempt({ records: [] })).rejects.toThrow(code('record-chain'));
  });

  test('holder_vault_open_keyring_of_another_refused', async () => {
    await expect(attempt({ keyring: second.parts.keyring })).rejects.toThrow(code('keyring-mismatch'));
  });

  test('holder_vault_open_whole_vault_of_another_refused', async () => {
    const { records } = second;
    await expect(attempt({ records, keyring: second.parts.keyring })).rejects.toThrow(code('record-chain'));
    await expect(attempt({ records, keyring: second.parts.keyring, vaultId: second.vaultId })).rejects.toThrow(
      code('not-for-this-key'),
    );
  });

  test('holder_vault_open_records_cut_back_refused_by_pin', async () => {
    const head = parseEnvelope(fromBase64(one.parts.record));
    const pinned = hex(statementHash(head));
    await expect(attempt({ pinned })).resolves.toMatchObject({ head: pinned });
    await expect(attempt({ pinned: hex(randomBytes(32)) })).rejects.toThrow(code('record-chain'));
    await expect(attempt({ records: [one.parts.genesis], pinned })).rejects.toThrow(code('record-chain'));
    await expect(attempt({ records: [one.parts.genesis] })).rejects.toThrow(code('keyring-mismatch'));
  });

  test('holder_card_open_refuses_each_lie', async () => {
    const { city, vaultId, records } = one;
    const reading = newestRecord(await verifyChain(records.map(fromBase64))).reading.recipient;
    const keys = await reopened(one);
    const good = await city.deliverToVault(vaultId, reading);
    const other = await city.deliverToVault(vaultId, reading);
    const lies: [string, Delivered['row']][] = [
      ['bad-signature', (await forged(city, vaultId, reading)).row],
      ['unknown-key', (await city.deliverToVault(vaultId, reading, { seed: randomBytes(32) })).row],
      ['unknown-issuer', (await city.deliverToVault(vaultId, reading, { manifest: { issuer: 'permits' } })).row],
      ['wrong-city', (await city.deliverToVault(vaultId, reading, { manifest: { city: 'ville-y' } })).row],
      ['wrong-vault', (await city.deliverToVault(second.vaultId, reading)).row],
      ['wrong-vault', (await city.deliverToClaim({ manifest: { party: 'T-0043' } })).row],
      ['wrong-document', { ...good.row, documentId: other.row.documentId }],
      ['verification', { ...good.row, card: other.row.card }],
      ['verification', { ...good.row, header: other.row.header }],
      ['not-for-this-key', (await city.deliver({ kind: 'vault', vault_id: vaultId }, stranger().recipient)).row],
      ['format', { ...good.row, card: '' }],
      ['format', { ...good.row, header: '****' }],
    ];
    const results = await keys.openCards([...lies.map(([, row]) => row), good.row]);
    expect(results.map((card) => ('refused' in card ? card.refused : 'ok'))).toEqual([
      ...lies.map(([word]) => word),
      'ok',
    ]);
  });

  test('holder_body_open_refuses_each_lie', async () => {
    const { city, vaultId, records } = one;
    const reading = newestRecord(await verifyChain(records.map(fromBase64))).reading.recipient;
    const keys = await reopened(one);
    const good = await city.deliverToVault(vaultId, reading);
    const other = await city.deliverToVault(vaultId, reading);
    const swapped = await city.deliverToVault(vaultId, reading, { body: other.plaintext });
    const cut = good.body.slice(0, 16 + 65_536 + 16);
    const flipped = good.body.slice();
    flipped[70_000] = (flipped[70_000] ?? 0) ^ 1;
    for (const [row, body] of [
      [good.row, other.body],
      [swapped.row, swapped.body],
      [good.row, cut],
      [good.row, flipped],
      [good.row, good.body.subarray(0, -1)],
      [good.row, new Uint8Array([...good.body, 0])],
      [good.row, new Uint8Array(0)],
      [good.row, fromBase64(good.row.card)],
    ] as const) {
      await expect(keys.openBody(row, own(body))).rejects.toThrow(code('body-mismatch'));
    }
    expect(equal(await keys.openBody(good.row, own(good.body)), good.plaintext)).toBe(true);
  });

  test('holder_letter_open_of_different_takers_refused', async () => {
    const { city } = one;
    const keys = holder();
    await keys.trustRoot(await city.trustRoot(), 0);
    await keys.readCode(city.code);
    const [mine, other] = [await city.deliverToClaim(), await city.deliverToClaim({ manifest: { party: 'T-0043' } })];
    await expect(keys.openLetter([mine.row, other.row])).rejects.toThrow(code('claim-disagree'));
    await expect(keys.openLetter([])).rejects.toThrow(code('state'));
    await keys.beginVault(1);
    await expect(keys.finishClaim(new Passkey().unlock(), 'x')).rejects.toThrow(code('state'));
    const foreign = await city.deliverToVault(one.vaultId, city.claimIdentity.recipient.text);
    await expect(keys.openLetter([foreign.row])).rejects.toThrow(code('wrong-vault'));
  });

  test('holder_trust_root_older_than_seen_refused', async () => {
    const { city } = one;
    await expect(holder().trustRoot(await city.trustRoot(), 2)).rejects.toThrow(code('trust-root-rollback'));
    await expect(holder().trustRoot(await city.trustRoot({}, city.cityKeys.slice(0, 1)), 0)).rejects.toThrow(
      code('trust-root-quorum'),
    );
  });

  // attack A1
  test('holder_trust_root_before_its_time_changes_nothing', async () => {
    const { city } = one;
    const pins = memoryPins();
    const first = await city.trustRoot();
    await holder(pins).trustRoot(first, 0);
    const previous = hex(statementHash(parseEnvelope(first)));
    const next = (effective: number): ReturnType<City['trustRoot']> =>
      city.trustRoot(
        { number: 2, previous, effective_at: instantOf(effective), witnesses: { quorum: 0, keys: [] } },
        city.cityKeys,
      );
    const now = Math.floor(Date.now() / 1000);
    const tomorrow = await next(now + 86_400);
    await expect(holder(pins).trustRoot(tomorrow, 0)).resolves.toMatchObject({ number: 1 });
    expect(pins.kept.get('trust-root')).toEqual(first);
    await expect(holder(pins).trustRoot(await next(now - 60), 0)).resolves.toMatchObject({ number: 2 });
  });

  // attack A1
  test('holder_trust_root_that_another_tab_has_followed_further_is_not_taken_back', async () => {
    const { city } = one;
    const pins = memoryPins();
    const roots = [await city.trustRoot()];
    for (const number of [2, 3]) {
      const previous = hex(statementHash(parseEnvelope(roots.at(-1) ?? new Uint8Array())));
      roots.push(await city.trustRoot({ number, previous }));
    }
    const [first, second, third] = roots as [OwnBytes, OwnBytes, OwnBytes];
    const [slow, quick] = [holder(pins), holder(pins)];
    await slow.trustRoot(first.slice(), 0);
    for (const root of roots) await quick.trustRoot(root.slice(), 0);
    await expect(slow.trustRoot(second.slice(), 0)).rejects.toThrow(code('trust-root-rollback'));
    expect(pins.kept.get('trust-root')).toEqual(third);
  });

  test('holder_trust_root_of_another_city_keys_on_later_visit_refused', async () => {
    const pins = memoryPins();
    const [city, impostor] = [one.city, second.city];
    await holder(pins).trustRoot(await city.trustRoot(), 0);
    const first = await city.trustRoot();
    const previous = hex(statementHash(parseEnvelope(first)));
    const next = { number: 2, previous };
    await expect(holder(pins).trustRoot(await impostor.trustRoot(), 1)).rejects.toThrow(code('trust-root-rollback'));
    await expect(holder(pins).trustRoot(await impostor.trustRoot(next), 1)).rejects.toThrow(code('trust-root-quorum'));
    await expect(holder(pins).trustRoot(await city.trustRoot({ number: 3, previous }), 1)).rejects.toThrow(
      code('trust-root-chain'),
    );
    await expect(holder(pins).trustRoot(await city.trustRoot(next), 1)).resolves.toMatchObject({ number: 2 });
    await expect(holder(pins).trustRoot(first, 0)).rejects.toThrow(code('trust-root-rollback'));
    pins.kept.set('trust-root', new Uint8Array([1, 2, 3]));
    await expect(holder(pins).trustRoot(await city.trustRoot(), 0)).resolves.toMatchObject({ number: 1 });
  });

  test('holder_vault_open_records_cut_back_refused_on_later_visit', async () => {
    const pins = memoryPins();
    const { keys, city, parts, vaultId, passkey, records } = await claimed(holder(pins));
    const kit = await keys.makeKit();
    const change = await keys.addMethod({ kind: 'kit', text: kit.text }, 'kit', parts.methods);
    await keys.accepted();
    const later = holder(pins);
    await later.trustRoot(await city.trustRoot(), 1);
    await expect(later.openVault(vaultId, records, parts.keyring, passkey.unlock())).rejects.toThrow(
      code('record-chain'),
    );
    await later.openVault(vaultId, [...records, change.record], change.keyring, passkey.unlock());
    expect([...pins.kept.keys()].sort()).toEqual(['trust-root', `vault/${vaultId}`]);
  });

  test('holder_prf_output_is_wiped_whatever_happens', async () => {
    const { city, vaultId, records, parts } = one;
    const keys = holder();
    await keys.trustRoot(await city.trustRoot(), 0);
    for (const run of [
      (unlock: Unlock) => keys.finishClaim(unlock, 'x'),
      (unlock: Unlock) => keys.openVault(vaultId, records, parts.keyring, unlock),
      (unlock: Unlock) => keys.addMethod(unlock, 'x', []),
    ]) {
      const unlock = new Passkey().unlock();
      await expect(run(unlock)).rejects.toThrow();
      expect(unlock.prf.every((byte) => byte === 0)).toBe(true);
    }
  });
});

async function forged(city: City, vaultId: string, reading: string): Promise<Delivered> {
  const delivered = await city.deliverToVault(vaultId, reading);
  const { sealPayload } = await import('../../core/age/stream.ts');
  const text = fromUtf8(delivered.manifest.bytes).replace(
    /"sig":"(.)/,
    (_, first) => `"sig":"${first === 'A' ? 'B' : 'A'}`,
  );
  return {
    ...delivered,
    row: { ...delivered.row, card: base64(sealPayload(delivered.fileKey, new TextEncoder().encode(text))) },
  };
}
