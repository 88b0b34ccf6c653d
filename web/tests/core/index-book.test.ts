/** The vault's index in use: a convenience of the holder's own making, never the list, never believed unverified. */

import { describe, expect, test } from 'vitest';

import { parseRecipient } from '../../core/age/hybrid.ts';
import { sealFile } from '../../core/age/sealed.ts';
import { base64, fromBase64, fromHex, hex, randomBytes } from '../../core/bytes.ts';
import { signStatement } from '../../core/dsse.ts';
import { NO_MARKS } from '../../core/index-book.ts';
import { openVaultIndex, sealVaultIndex } from '../../core/index-file.ts';
import { keyringIdentities, openKeyring } from '../../core/keyring.ts';
import { newestRecord, verifyChain } from '../../core/record.ts';
import type { Marks, OwnBytes, VaultApi, WrittenIndex } from '../../core/rpc.ts';
import { passkeyMethod } from '../../core/unlock.ts';
import { instantOf } from '../../core/schema.ts';
import { encodeVaultIndex, offeredOf, type VaultIndex } from '../../core/vault-index.ts';
import { own } from './support/city.ts';
import { claimed, type Claimed, holder, memoryPins } from './support/claimed.ts';

const DONE: Marks = { handled: true, ownTitle: 'Taxes', folder: 'Maison', note: 'Payé' };

async function again(one: Claimed, keys: VaultApi = holder()): Promise<VaultApi> {
  await keys.trustRoot(await one.city.trustRoot(), 1);
  await keys.openVault(one.vaultId, one.records, one.parts.keyring, one.passkey.unlock());
  return keys;
}

/** The rows as the city lists them after the claim. */
function rows(one: Claimed): { documentId: string; header: string; card: string }[] {
  return one.waiting.map(({ row }) => ({
    ...row,
    header: one.parts.headers.find(({ document_id: id }) => id === row.documentId)?.header ?? '',
  }));
}

async function written(one: Claimed, after = 0): Promise<WrittenIndex> {
  await one.keys.openCards(rows(one));
  const made = await one.keys.writeIndex(after);
  if (made === null) throw new Error('nothing to write');
  await one.keys.indexWritten();
  return { ...made, file: own(made.file) };
}

interface Hands {
  readonly seed: Uint8Array;
  open(file: Uint8Array): Promise<VaultIndex>;
  seal(index: VaultIndex, seed?: Uint8Array): Promise<OwnBytes>;
  /** As versions 1 and 2 were written: everything in one payload. */
  sealWhole(index: VaultIndex): Promise<OwnBytes>;
}

/** What a thief of the vault's keys, or a careless client of its holder, could make. */
async function hands(one: Claimed): Promise<Hands> {
  const chain = await verifyChain(one.records.map(fromBase64));
  const unlock = one.passkey.unlock();
  const method = passkeyMethod(unlock.prf, unlock.credentialId, one.vaultId);
  const keyring = openKeyring(fromBase64(one.parts.keyring), chain, { vaultId: one.vaultId, ...method });
  const seed = fromHex(keyring.data.root_seed ?? '');
  const newest = newestRecord(chain);
  const recipient = parseRecipient(newest.reading.recipient);
  const owner = { rootKey: fromHex(newest.root_key), city: newest.city, vaultId: one.vaultId };
  return {
    seed,
    open: async (file) => (await openVaultIndex(file, keyringIdentities(keyring), owner)).index,
    seal: async (index, by = seed) => own((await sealVaultIndex(index, by, recipient)).file),
    sealWhole: async (index) => {
      const envelope = await signStatement('vault-index', encodeVaultIndex(index), seed);
      return own(sealFile(envelope.bytes, [recipient]));
    },
  };
}

const titles = (list: readonly { manifest: { title: string } }[]): string[] =>
  list.map(({ manifest }) => manifest.title);

describe('index', () => {
  test('index_of_a_visit_lists_the_next_one_without_opening_a_header', async () => {
    const one = await claimed();
    const made = await written(one);
    expect([made.after, made.number]).toEqual([0, 1]);
    const keys = await again(one);
    const shown = await keys.openIndex(made.file);
    const cards = await one.keys.openCards(rows(one));
    expect(shown.problem).toBeNull();
    expect(shown.documents).toHaveLength(2);
    for (const card of cards) {
      expect(shown.documents).toContainEqual({
        documentId: card.documentId,
        manifest: 'manifest' in card ? card.manifest : null,
        marks: NO_MARKS,
      });
    }
    expect(await keys.writeIndex(1)).toBeNull();
  });

  test('index_document_opens_with_its_key_though_the_header_was_spoiled', async () => {
    const one = await claimed();
    const made = await written(one);
    const keys = await again(one);
    const [row] = rows(one);
    const spoiled = { documentId: row?.documentId ?? '', header: base64(randomBytes(40)), card: row?.card ?? '' };
    const [refused] = await keys.openCards([spoiled]);
    expect(refused).toMatchObject({ refused: 'format' });
    await keys.openIndex(made.file);
    const body = await keys.openBody(spoiled, own(one.waiting[0]?.body ?? new Uint8Array()));
    expect(hex(body)).toBe(hex(one.waiting[0]?.plaintext ?? new Uint8Array()));
  });

  test('index_marks_are_kept_and_counted_as_changes', async () => {
    const one = await claimed();
    const id = one.waiting[0]?.row.documentId ?? '';
    await written(one);
    await one.keys.mark(id, DONE);
    const made = await one.keys.writeIndex(1);
    expect([made?.after, made?.number]).toEqual([1, 2]);
    const keys = await again(one);
    const shown = await keys.openIndex(made?.file ?? null);
    expect(shown.documents.find(({ documentId }) => documentId === id)?.marks).toEqual(DONE);
  });

  test('index_of_an_earlier_release_is_read_and_written_anew_in_segments', async () => {
    const one = await claimed();
    const by = await hands(one);
    const index = await by.open((await written(one)).file);
    const offer = { issuer: 'finances', type: 'tax-bill' };
    const id = one.waiting[0]?.row.documentId ?? '';
    for (const old of [index, { ...index, version: 2 as const, offered: [offer] }]) {
      const keys = await again(one);
      const shown = await keys.openIndex(await by.sealWhole(old));
      expect([shown.documents.length, shown.offered, shown.problem]).toEqual([2, offeredOf(old), null]);
      await keys.mark(id, DONE);
      const made = await keys.writeIndex(1);
      const anew = await (await again(one)).openIndex(made?.file ?? null);
      expect(anew.documents.find(({ documentId }) => documentId === id)?.marks).toEqual(DONE);
      expect(anew.offered).toEqual(offeredOf(old));
    }
  });

  test('index_keeps_what_the_holder_was_offered_and_joins_two_devices', async () => {
    const one = await claimed();
    const base = await written(one);
    const [here, there] = [await again(one), await again(one)];
    for (const keys of [here, there]) await keys.openIndex(own(base.file));
    await there.noteOffer({ issuer: 'finances', type: 'tax-receipt' });
    const theirs = await there.writeIndex(1);
    await here.noteOffer({ issuer: 'finances', type: 'tax-bill' });
    expect((await here.openIndex(own(theirs?.file ?? new Uint8Array()))).offered).toHaveLength(2);
    const joined = await here.writeIndex(2);
    await here.indexWritten();
    const shown = await (await again(one)).openIndex(joined?.file ?? null);
    expect(shown.offered).toEqual([
      { issuer: 'finances', type: 'tax-bill' },
      { issuer: 'finances', type: 'tax-receipt' },
    ]);
    // Said twice, it is written once.
    await here.noteOffer({ issuer: 'finances', type: 'tax-bill' });
    expect(await here.writeIndex(3)).toBeNull();
  });

  test('index_of_two_devices_is_joined_and_each_mark_is_kept', async () => {
    const one = await claimed();
    const [first, second] = one.waiting.map(({ row }) => row.documentId) as [string, string];
    const base = await written(one);
    const [here, there] = [await again(one), await again(one)];
    await here.openIndex(own(base.file));
    await there.openIndex(own(base.file));
    await here.mark(first, DONE);
    await there.mark(second, { ...NO_MARKS, note: 'à payer' });
    const theirs = await there.writeIndex(1);
    await there.indexWritten();
    // The city refuses ours: its number is 2 by now.
    await here.writeIndex(1);
    await here.openIndex(own(theirs?.file ?? new Uint8Array()));
    const joined = await here.writeIndex(2);
    expect(joined?.number).toBe(3);
    const shown = await (await again(one)).openIndex(joined?.file ?? null);
    const marks = new Map(shown.documents.map((document) => [document.documentId, document.marks]));
    expect(marks.get(first)).toEqual(DONE);
    expect(marks.get(second)?.note).toBe('à payer');
  });

  test('index_forgets_what_was_deleted', async () => {
    const one = await claimed();
    const id = one.waiting[0]?.row.documentId ?? '';
    await written(one);
    await one.keys.forget(id);
    const made = await one.keys.writeIndex(1);
    const shown = await (await again(one)).openIndex(made?.file ?? null);
    expect(shown.documents.map(({ documentId }) => documentId)).toEqual([one.waiting[1]?.row.documentId]);
  });

  test('index_forgets_what_was_deleted_though_another_device_wrote_first', async () => {
    const one = await claimed();
    const [first, second] = one.waiting.map(({ row }) => row.documentId) as [string, string];
    const base = await written(one);
    const [here, there] = [await again(one), await again(one)];
    for (const keys of [here, there]) await keys.openIndex(own(base.file));
    await there.mark(second, DONE);
    const theirs = await there.writeIndex(1);
    await here.forget(first);
    // The city refuses ours: its number is 2 by now.
    await here.writeIndex(1);
    const joined = await here.openIndex(own(theirs?.file ?? new Uint8Array()));
    expect(joined.documents.map(({ documentId }) => documentId)).toEqual([second]);
    const made = await here.writeIndex(2);
    expect(made?.number).toBe(3);
    await here.indexWritten();
    const shown = await (await again(one)).openIndex(made?.file ?? null);
    expect(shown.documents.map(({ documentId, marks }) => [documentId, marks])).toEqual([[second, DONE]]);
    expect(await here.writeIndex(3)).toBeNull();
  });

  test('index_forgets_what_was_deleted_while_it_was_on_its_way_to_the_city', async () => {
    const one = await claimed();
    const [first, second] = one.waiting.map(({ row }) => row.documentId) as [string, string];
    await written(one);
    await one.keys.mark(second, DONE);
    await one.keys.writeIndex(1);
    await one.keys.forget(first);
    await one.keys.indexWritten();
    const made = await one.keys.writeIndex(2);
    const shown = await (await again(one)).openIndex(made?.file ?? null);
    expect(shown.documents.map(({ documentId, marks }) => [documentId, marks])).toEqual([[second, DONE]]);
  });

  test('index_entry_of_a_key_that_has_ended_is_not_shown', async () => {
    const one = await claimed();
    const made = await written(one);
    const keys = holder();
    const [issuer] = (one.city.rootJson() as { issuers: [{ keys: [{ ed25519: string }] }] }).issuers;
    const ended = [{ ...issuer, keys: [{ ed25519: issuer.keys[0].ed25519, from: 0, until: 9 }] }];
    await keys.trustRoot(await one.city.trustRoot({ issuers: ended as never }), 1);
    await keys.openVault(one.vaultId, one.records, one.parts.keyring, one.passkey.unlock());
    expect((await keys.openIndex(made.file)).documents).toEqual([]);
    expect(await keys.openCards(rows(one))).toMatchObject([
      { refused: 'key-not-valid-then' },
      { refused: 'key-not-valid-then' },
    ]);
  });

  test('index_is_locked_with_the_vault', async () => {
    const one = await claimed();
    await one.keys.lock();
    await expect(one.keys.writeIndex(0)).rejects.toMatchObject({ code: 'locked' });
    await expect(one.keys.mark('', NO_MARKS)).rejects.toMatchObject({ code: 'locked' });
  });
});

describe('index of an evil city', () => {
  test.each([
    ['bytes that are no index', 'format', () => Promise.resolve(own(randomBytes(3000)))],
    ['the index of another vault', 'not-for-this-key', async () => (await written(await claimed())).file],
    [
      'an index of another key, sealed to this vault',
      'unknown-key',
      async (one: Claimed, by: Hands) => by.seal(await by.open((await written(one)).file), randomBytes(32)),
    ],
    [
      'this vault’s index with a byte changed',
      'verification',
      async (one: Claimed) => {
        const { file } = await written(one);
        file[file.length - 1] = (file.at(-1) ?? 0) ^ 1;
        return file;
      },
    ],
    [
      'an index in another vault’s name, signed by ours',
      'wrong-vault',
      async (one: Claimed, by: Hands) =>
        by.seal({ ...(await by.open((await written(one)).file)), vault_id: '00'.repeat(32) }),
    ],
  ])('index_evil_%s_is_refused_and_nothing_is_lost', async (_what, code, make) => {
    const one = await claimed();
    const file = await make(one, await hands(one));
    const keys = await again(one);
    expect(await keys.openIndex(file)).toEqual({ documents: [], offered: [], problem: code });
    const cards = await keys.openCards(rows(one));
    expect(cards.every((card) => 'manifest' in card)).toBe(true);
    // Written anew, above whatever number the city names.
    expect((await keys.writeIndex(41))?.number).toBe(42);
    // But not above one that would leave none for later.
    await expect(keys.writeIndex(Number.MAX_SAFE_INTEGER - 1)).rejects.toMatchObject({ code: 'verification' });
    expect((await keys.writeIndex(41))?.number).toBe(42);
  });

  // attack B6
  test('index_evil_older_one_is_seen_by_the_browser_that_saw_the_newer', async () => {
    const pins = memoryPins();
    const one = await claimed(holder(pins));
    const id = one.waiting[0]?.row.documentId ?? '';
    const older = await written(one);
    await one.keys.mark(id, DONE);
    await one.keys.writeIndex(1);
    await one.keys.indexWritten();
    const keys = await again(one, holder(pins));
    for (const offered of [own(older.file), null]) {
      expect((await keys.openIndex(offered)).problem).toBe('index-rollback');
    }
    // Elsewhere nobody can tell; and nothing but marks depends on it.
    const elsewhere = await (await again(one)).openIndex(own(older.file));
    expect([elsewhere.problem, elsewhere.documents.length]).toEqual([null, 2]);
    // The next one is above all that was seen.
    await keys.mark(id, { ...DONE, note: null });
    expect((await keys.writeIndex(1))?.number).toBe(3);
  });

  // control B6
  test('index_control_the_newest_one_is_taken_by_the_browser_that_saw_it', async () => {
    const pins = memoryPins();
    const one = await claimed(holder(pins));
    const made = await written(one);
    expect((await (await again(one, holder(pins))).openIndex(made.file)).problem).toBeNull();
  });

  // mutant B6
  test('index_mutant_browser_that_keeps_no_number_loses_a_mark_unnoticed', async () => {
    const one = await claimed();
    const id = one.waiting[0]?.row.documentId ?? '';
    const older = await written(one);
    await one.keys.mark(id, DONE);
    await one.keys.writeIndex(1);
    await one.keys.indexWritten();
    const shown = await (await again(one)).openIndex(own(older.file));
    expect(shown.problem).toBeNull();
    expect(shown.documents.find(({ documentId }) => documentId === id)?.marks).toEqual(NO_MARKS);
  });

  test('index_evil_entry_of_other_content_is_not_believed_when_the_document_is_opened', async () => {
    const one = await claimed();
    const by = await hands(one);
    const { file } = await written(one);
    const index = await by.open(file);
    const [first, second] = index.documents;
    if (first === undefined || second === undefined) throw new Error('two documents');
    // The key and hash of the second under the id of the first: what a client that mixed them up would have signed.
    const mixed = { ...first, file_key: second.file_key, manifest_hash: second.manifest_hash, title: 'Menti' };
    const lie = await by.seal({ ...index, documents: [mixed, second] });
    const keys = await again(one);
    expect(titles((await keys.openIndex(lie)).documents)).toContain('Menti');
    const row = rows(one).find(({ documentId }) => documentId === first.document_id);
    const truth = one.waiting.find((delivered) => delivered.row.documentId === first.document_id);
    if (row === undefined || truth === undefined) throw new Error('the first row');
    // The city helps: card and body of the second under the id of the first.
    const other = rows(one).find(({ documentId }) => documentId === second.document_id);
    const swapped = { ...row, card: other?.card ?? '' };
    await expect(keys.openBody(swapped, own(truth.body))).rejects.toMatchObject({ code: 'verification' });
    // An honest city: the header decides, the body's hash holds, and the entry is mended.
    expect(hex(await keys.openBody(row, own(truth.body)))).toBe(hex(truth.plaintext));
    const mended = await by.open((await keys.writeIndex(1))?.file ?? new Uint8Array());
    const found = mended.documents.find(({ document_id: id }) => id === first.document_id);
    expect(found).toEqual({ ...first });
  });
});

describe('index growth', () => {
  test('index_of_5000_documents_opens_whole; its times and sizes are printed', async () => {
    const one = await claimed();
    const by = await hands(one);
    const { file } = await written(one);
    const index = await by.open(file);
    const [model] = index.documents;
    if (model === undefined) throw new Error('a document');
    const figures: string[] = [];
    for (const count of [50, 500, 5000]) {
      const documents = Array.from({ length: count }, (_, i) => ({
        ...model,
        document_id: i.toString(16).padStart(32, '0'),
        manifest_hash: hex(randomBytes(32)),
        file_key: base64(randomBytes(16)),
        issued_at: instantOf(1_700_000_000 + i * 3600),
      }));
      const large = await by.seal({ ...index, documents });
      const keys = await again(one);
      const { length } = large;
      const begin = performance.now();
      const shown = await keys.openIndex(large);
      figures.push(
        `${count} documents: ${length} bytes sealed, opened in ${(performance.now() - begin).toFixed(0)} ms`,
      );
      expect(shown.documents).toHaveLength(count);
    }
    process.stdout.write(`\n${figures.join('\n')}\n`);
  });
});
