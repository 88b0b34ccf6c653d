/** Wraps and headers changed by a lying city: every bit of a keyring, thousands of headers, and what can be seen from outside. */

import { beforeAll, describe, expect, test } from 'vitest';

import { openFile } from '../../core/age/sealed.ts';
import { base64, fromBase64 } from '../../core/bytes.ts';
import { VouteError } from '../../core/errors.ts';
import { openKeyring } from '../../core/keyring.ts';
import { newestRecord, type VaultChain, verifyChain } from '../../core/record.ts';
import { connect, serve, type VaultApi } from '../../core/rpc.ts';
import { kitMethod, parseKit, passkeyMethod, type UnlockMethod } from '../../core/unlock.ts';
import { type Claimed, claimed } from './support/claimed.ts';
import { seeded } from './support/mutate.ts';

// Ten thousand with `VOUTE_RUNS`; most cost a decapsulation.
const HEADERS = process.env['VOUTE_RUNS'] === undefined ? 1_400 : 10_000;
const PATIENCE_MS = 300_000;

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

function outcome(run: () => unknown): string {
  try {
    run();
    return 'opened';
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    return error.code;
  }
}

describe('a keyring with two ways in', { timeout: PATIENCE_MS }, () => {
  let one: Claimed;
  let chain: VaultChain;
  let keyring: Uint8Array;
  let methods: readonly UnlockMethod[];

  beforeAll(async () => {
    one = await claimed();
    const { keys, parts, passkey, vaultId, records } = one;
    const kit = await keys.makeKit();
    const change = await keys.addMethod({ kind: 'kit', text: kit.text }, 'kit', parts.methods);
    chain = await verifyChain([...records, change.record].map(fromBase64));
    keyring = fromBase64(change.keyring);
    const { prf, credentialId } = passkey.unlock();
    methods = [passkeyMethod(prf, credentialId, vaultId), kitMethod(parseKit(kit.text))];
  });

  // control A2
  test('evil_keyring_opens_with_each_way_in', () => {
    for (const method of methods) {
      expect(openKeyring(keyring, chain, { vaultId: one.vaultId, ...method }).data.methods).toHaveLength(2);
    }
  });

  // attack A2
  test('evil_keyring_every_bit_is_refused_for_each_way_in', () => {
    for (const [number, method] of methods.entries()) {
      const key = { vaultId: one.vaultId, ...method };
      const wrong: number[] = [];
      // Which way in is tried comes after what is checked here: the second one tries every seventh bit.
      for (let bit = 0; bit < keyring.length * 8; bit += number === 0 ? 1 : 7) {
        if (outcome(() => openKeyring(flip(keyring, bit), chain, key)) !== 'keyring-mismatch') wrong.push(bit);
      }
      expect(wrong).toEqual([]);
    }
  });

  // attack A2 B5
  test('evil_keyring_would_not_open_even_if_the_record_committed_to_it', () => {
    // Without the commitment the age file itself must refuse: a bit of every 41st byte.
    const codes = new Set<string>();
    for (let at = 0; at < keyring.length; at += 41) {
      const changed = flip(keyring, at * 8 + (at % 8));
      for (const { identity } of methods) codes.add(outcome(() => openFile(changed, [identity])));
    }
    expect([...codes].sort()).toEqual(['format', 'not-for-this-key', 'verification']);
  });
});

describe('a page that is told thousands of lies', { timeout: PATIENCE_MS }, () => {
  // attack A3
  test('evil_headers_by_the_thousand_leave_nothing_to_see_but_their_codes', async () => {
    const one = await claimed();
    const { reading } = newestRecord(await verifyChain(one.records.map(fromBase64)));
    const good = await one.city.deliverToVault(one.vaultId, reading.recipient);
    const { port1, port2 } = new MessageChannel();
    serve(port1, () => Promise.resolve(one.keys));
    const keys: VaultApi = connect(port2);
    let replies = 0;
    port2.addEventListener('message', () => (replies += 1));
    port1.start();
    port2.start();
    const random = seeded(2026);
    const header = fromBase64(good.row.header);
    const card = fromBase64(good.row.card);
    const codes = new Map<string, number>();
    const AT_ONCE = 200;
    for (let done = 0; done < HEADERS; done += AT_ONCE) {
      const rows = Array.from({ length: AT_ONCE }, (_, i) => {
        const bit = Math.floor(random() * header.length * 8);
        // Every tenth lie is about the card, behind a header that opens: the cause of a failure may not show either.
        const isCard = i % 10 === 0;
        const changed = isCard ? header : flip(header, bit);
        const sealed = isCard ? flip(card, Math.floor(random() * card.length * 8)) : card;
        return { documentId: good.row.documentId, header: base64(changed), card: base64(sealed) };
      });
      const found = await keys.openCards(rows);
      expect(found).toHaveLength(AT_ONCE);
      for (const result of found) {
        const code = 'refused' in result ? result.refused : 'shown';
        codes.set(code, (codes.get(code) ?? 0) + 1);
        expect(Object.keys(result)).toEqual(['documentId', 'refused']);
      }
    }
    // One answer a question, whatever the lie; the worker asks for nothing by itself.
    expect(replies).toBe(HEADERS / AT_ONCE);
    expect([...codes.keys()].sort()).toEqual(['format', 'not-for-this-key', 'verification']);
    port1.close();
  });

  // attack A2
  // control A2
  test('evil_wrap_of_the_attackers_key_pair_opens_nothing', async () => {
    const [mine, other] = [await claimed(), await claimed()];
    const { prf, credentialId } = mine.passkey.unlock();
    const method = passkeyMethod(prf, credentialId, mine.vaultId);
    const chain = await verifyChain(mine.records.map(fromBase64));
    const key = { vaultId: mine.vaultId, ...method };
    expect(openKeyring(fromBase64(mine.parts.keyring), chain, key).data.vault_id).toBe(mine.vaultId);
    expect(outcome(() => openKeyring(fromBase64(other.parts.keyring), chain, key))).toBe('keyring-mismatch');
    const theirs = await verifyChain(other.records.map(fromBase64));
    expect(outcome(() => openKeyring(fromBase64(other.parts.keyring), theirs, key))).toBe('record-chain');
    const claimedTheirs = { ...key, vaultId: other.vaultId };
    expect(outcome(() => openKeyring(fromBase64(other.parts.keyring), theirs, claimedTheirs))).toBe('not-for-this-key');
  });
});
