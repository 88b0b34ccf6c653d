/** An index read as its bytes arrive: what is there is shown, what is torn, mixed or added is refused, nothing is shown unsigned. */

import { beforeAll, describe, expect, test } from 'vitest';

import { type Identity, identityFromSeed } from '../../core/age/hybrid.ts';
import { sealFile } from '../../core/age/sealed.ts';
import { base64, concat, hex, randomBytes } from '../../core/bytes.ts';
import { sha256 } from '../../core/derive.ts';
import { signStatement } from '../../core/dsse.ts';
import { publicKeyOf } from '../../core/ed25519.ts';
import { openVaultIndex, IndexReader, sealVaultIndex } from '../../core/index-file.ts';
import {
  compareNewest,
  cutSegments,
  encodeIndexHead,
  encodeSegment,
  frame,
  type IndexHead,
  parseSegment,
} from '../../core/index-segments.ts';
import { instantOf } from '../../core/schema.ts';
import { encodeVaultIndex, type IndexEntry, type VaultIndex } from '../../core/vault-index.ts';

const SEED = randomBytes(32);
const CITY = 'ville';
const VAULT = hex(randomBytes(32));
const OWNER = { rootKey: publicKeyOf(SEED), city: CITY, vaultId: VAULT };
const PIECE = 16 * 1024;
let identity: Identity;

beforeAll(() => {
  identity = identityFromSeed(randomBytes(32));
});

function entry(at: number, part: Partial<IndexEntry> = {}): IndexEntry {
  return {
    document_id: hex(randomBytes(16)),
    manifest_hash: hex(randomBytes(32)),
    file_key: base64(randomBytes(16)),
    issuer_key: '11'.repeat(32),
    issuer: at % 2 === 0 ? 'finances' : 'urbanisme',
    type: 'permit',
    title: `Avis ${at}`,
    language: 'fr',
    issued_at: instantOf(1_700_000_000 + at * 60),
    due: null,
    reply_by: null,
    amount: null,
    instalments: [],
    payment_reference: null,
    action: null,
    supersedes: null,
    sensitive: false,
    size: 1000,
    handled: false,
    own_title: null,
    folder: null,
    note: null,
    ...part,
  };
}

function indexOf(count: number, number = 1): VaultIndex {
  const documents = Array.from({ length: count }, (_, at) => entry(at)).sort((a, b) =>
    a.document_id < b.document_id ? -1 : 1,
  );
  const written_at = instantOf(1_800_000_000);
  return { version: 1, city: CITY, vault_id: VAULT, number, previous: null, written_at, documents };
}

type Cut = ReturnType<typeof cutSegments>;

async function made(
  segments: Cut,
  after: readonly Uint8Array[] = segments.map(({ raw }) => raw),
  change: Partial<IndexHead> = {},
): Promise<Uint8Array> {
  const named = segments.map((one) => one.named);
  const { documents, ...common } = indexOf(0);
  expect(documents).toEqual([]);
  const payload = encodeIndexHead({ ...common, version: 3, offered: [], segments: named, ...change });
  const { bytes } = await signStatement('vault-index', payload, SEED);
  return sealFile(frame(bytes, after), [identity.recipient]);
}

async function pieces(
  file: Uint8Array,
): Promise<{ readonly given: readonly (readonly IndexEntry[])[]; readonly error: unknown }> {
  const reader = new IndexReader([identity], OWNER);
  const given: (readonly IndexEntry[])[] = [];
  try {
    for (let at = 0; at < file.length; at += PIECE) given.push(await reader.push(file.subarray(at, at + PIECE)));
    await reader.finish();
    return { given, error: null };
  } catch (error) {
    return { given, error };
  }
}

describe('index in pieces', () => {
  test('index_file_shows_its_newest_documents_after_its_first_chunk_and_the_rest_in_order', async () => {
    const index = indexOf(1000);
    const { file } = await sealVaultIndex(index, SEED, identity.recipient);
    const { given, error } = await pieces(file);
    expect(error).toBeNull();
    const first = given.findIndex((one) => one.length > 0);
    expect(first).toBe(4);
    expect(given[first]?.length).toBeGreaterThan(100);
    const all = given.flat();
    const newest = [...index.documents].sort(compareNewest);
    expect(all).toEqual(newest.slice(0, all.length));
    const whole = await openVaultIndex(file, [identity], OWNER);
    expect(encodeVaultIndex(whole.index)).toEqual(encodeVaultIndex(index));
  });

  test('index_file_is_a_third_of_what_it_was', async () => {
    const index = indexOf(1000);
    const { file } = await sealVaultIndex(index, SEED, identity.recipient);
    const envelope = await signStatement('vault-index', encodeVaultIndex(index), SEED);
    expect(3 * file.length).toBeLessThan(envelope.bytes.length);
  });

  test.each([0, 1, 199, 200, 201])('index_file_of_%d_documents_reads_back', async (count) => {
    const index = indexOf(count);
    const { file } = await sealVaultIndex(index, SEED, identity.recipient);
    expect((await openVaultIndex(file, [identity], OWNER)).index).toEqual(index);
    expect((await pieces(file)).error).toBeNull();
  });

  test('index_file_of_long_notes_is_cut_by_bytes', async () => {
    const note = 'é'.repeat(500);
    const index = indexOf(0);
    const documents = Array.from({ length: 120 }, (_, at) => entry(at, { note, own_title: note.slice(0, 200) }));
    const parts = cutSegments(documents);
    expect(parts.length).toBeGreaterThan(2);
    expect(Math.max(...parts.map(({ raw }) => raw.length))).toBeLessThan(64 * 1024);
    const { file } = await sealVaultIndex({ ...index, documents: [...documents].sort(byId) }, SEED, identity.recipient);
    expect((await openVaultIndex(file, [identity], OWNER)).index.documents).toHaveLength(120);
  });
});

const byId = (a: IndexEntry, b: IndexEntry): number => (a.document_id < b.document_id ? -1 : 1);

describe('index of an evil city, in pieces', () => {
  // attack B6
  test('index_file_cut_at_any_place_is_never_whole', async () => {
    const { file } = await sealVaultIndex(indexOf(700), SEED, identity.recipient);
    for (let at = 1; at < 40; at++) {
      const { given, error } = await pieces(file.subarray(0, Math.floor((file.length * at) / 40)));
      expect(error).toMatchObject({ code: expect.stringMatching(/^(format|verification)$/) as unknown });
      expect(given.flat().length).toBeLessThan(700);
    }
  });

  // attack B6
  test('index_file_with_a_segment_of_an_older_one_is_refused_there', async () => {
    const [older, newer] = [cutSegments(indexOf(600).documents), cutSegments(indexOf(600).documents)];
    const mixed = newer.map(({ raw }, at) => (at === 1 ? (older[1]?.raw ?? raw) : raw));
    const { given, error } = await pieces(await made(newer, mixed));
    expect(error).toMatchObject({ code: expect.stringMatching(/^(format|verification)$/) as unknown });
    expect(given.flat().length).toBeLessThanOrEqual(200);
    await expect(openVaultIndex(await made(newer, mixed), [identity], OWNER)).rejects.toMatchObject({
      code: 'verification',
    });
  });

  // control B6
  test('index_file_control_with_its_own_segments_is_read', async () => {
    const { error, given } = await pieces(await made(cutSegments(indexOf(600).documents)));
    expect(error).toBeNull();
    expect(given.flat().length).toBeGreaterThan(0);
  });

  test('index_file_with_chunks_in_another_order_is_refused', async () => {
    const { file } = await sealVaultIndex(indexOf(1200), SEED, identity.recipient);
    const size = 64 * 1024 + 16;
    expect(file.length).toBeGreaterThan(2 * size);
    const begin = file.length - 2 * size;
    const swapped = concat(file.subarray(0, begin), file.subarray(begin + size), file.subarray(begin, begin + size));
    const { error } = await pieces(swapped);
    expect(error).toMatchObject({ code: expect.stringMatching(/^(format|verification)$/) as unknown });
  });

  test.each([
    [
      'a segment too few',
      (cut: Cut) =>
        made(
          cut,
          cut.slice(0, -1).map(({ raw }) => raw),
        ),
      'verification',
    ],
    ['something after the last', (cut: Cut) => made(cut, [...cut.map(({ raw }) => raw), new Uint8Array(1)]), 'format'],
    ['another count', (cut: Cut) => made(renamed(cut, { count: 7 })), 'format'],
    ['another size', (cut: Cut) => made(renamed(cut, { size: 9 })), 'verification'],
    ['its segments in another order', (cut: Cut) => made([...cut].reverse()), 'format'],
    ['a document twice', (cut: Cut) => made([...cut, ...cutSegments([again(cut)])]), 'format'],
    ['the city of another', (cut: Cut) => made(cut, undefined, { city: 'autre' }), 'wrong-city'],
    ['the vault of another', (cut: Cut) => made(cut, undefined, { vault_id: '00'.repeat(32) }), 'wrong-vault'],
  ])('index_file_with_%s_is_refused', async (_what, make, code) => {
    const file = await make(cutSegments(indexOf(450).documents));
    await expect(openVaultIndex(file, [identity], OWNER)).rejects.toMatchObject({ code });
    expect((await pieces(file)).error).toMatchObject({ code });
  });
});

function renamed(cut: Cut, part: Partial<IndexHead['segments'][number]>): Cut {
  return cut.map(({ raw, named }, at) => ({ raw, named: at === cut.length - 1 ? { ...named, ...part } : named }));
}

/** A document of the first segment once more, older than all. */
function again(cut: Cut): IndexEntry {
  const [first] = parseSegment(cut[0]?.raw ?? new Uint8Array());
  return entry(0, { document_id: first?.document_id ?? '', issued_at: instantOf(1_600_000_000) });
}

test('index_segment_names_what_is_hashed', () => {
  for (const { raw, named } of cutSegments(indexOf(5).documents)) {
    expect(named).toEqual({ count: 5, sha256: hex(sha256(raw)), size: raw.length });
    expect(encodeSegment(parseSegment(raw))).toEqual(raw);
  }
});
