/** A lying city against the core, as far as it can be tried out: every swap, every order, every cut, every bit. */

import { beforeAll, describe, expect, test } from 'vitest';

import { identityFromSeed, type Identity } from '../../core/age/hybrid.ts';
import { openHeader, parseSealedHeader } from '../../core/age/sealed.ts';
import { openPayload, PayloadOpener, sealPayload } from '../../core/age/stream.ts';
import { base64, concat, equal, fromBase64, randomBytes } from '../../core/bytes.ts';
import { BodyOpener, openBody, openCard, type OpenedCard } from '../../core/document.ts';
import { VouteError } from '../../core/errors.ts';
import { acceptFirstRoot, type TrustRoot } from '../../core/trust.ts';
import { City, type Delivered } from './support/city.ts';

const VAULT = 'ab'.repeat(32);
const CHUNK = 64 * 1024 + 16;
const DOCUMENTS = 50;
// Each pair through every check of a card with `VOUTE_RUNS`; in a short run each thirteenth (an opening costs milliseconds).
const WHOLE_EVERY = process.env['VOUTE_RUNS'] === undefined ? 13 : 1;
const PATIENCE_MS = 300_000;

/** The code of what refused it; `shown` when nothing did. */
function outcome(run: () => unknown): string {
  try {
    run();
    return 'shown';
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    return error.code;
  }
}

async function asyncOutcome(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'shown';
  } catch (error) {
    if (!(error instanceof VouteError)) throw error;
    return error.code;
  }
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('a vault of fifty documents', { timeout: PATIENCE_MS }, () => {
  const identity = identityFromSeed(randomBytes(32));
  let root: TrustRoot;
  let vault: Delivered[];
  let cards: OpenedCard[];

  async function open(
    documentId: string,
    header: string,
    card: string,
    keys: readonly Identity[] = [identity],
  ): Promise<OpenedCard> {
    const addressee = { vaultId: VAULT, claims: [], code: null };
    return openCard({ documentId, header: fromBase64(header), card: fromBase64(card) }, keys, root, addressee);
  }

  beforeAll(async () => {
    const city = new City();
    root = await acceptFirstRoot(await city.trustRoot());
    vault = [];
    for (let i = 0; i < DOCUMENTS; i++) {
      // Small bodies of one size: nothing but the keys tells them apart.
      const twist = { plaintext: randomBytes(300) };
      vault.push(await city.deliver({ kind: 'vault', vault_id: VAULT }, identity.recipient, twist));
    }
    cards = await Promise.all(vault.map(({ row }) => open(row.documentId, row.header, row.card)));
  });

  // control B2
  test('evil_vault_each_document_opens_as_it_was_delivered', () => {
    vault.forEach(({ body, plaintext }, i) => {
      const card = cards[i];
      expect(card && equal(openBody(card, body), plaintext)).toBe(true);
    });
  });

  // attack B2
  test('evil_vault_all_ordered_swaps_of_header_payload_and_both_are_detected', async () => {
    const counted = new Map<string, number>();
    const count = (kind: string, code: string): void => {
      counted.set(`${kind} ${code}`, (counted.get(`${kind} ${code}`) ?? 0) + 1);
    };
    const keys = vault.map(({ row }) => openHeader(parseSealedHeader(fromBase64(row.header)), [identity]).fileKey);
    const payloads = vault.map(({ row }) => fromBase64(row.card));
    let pair = 0;
    for (const [i, mine] of vault.entries()) {
      for (const [j, other] of vault.entries()) {
        const [card, key, payload] = [cards[i], keys[i], payloads[j]];
        if (i === j || !card || !key || !payload) continue;
        // A header is its file key: a foreign card under it is the swap of either.
        count(
          'card',
          outcome(() => openPayload(key, payload)),
        );
        count(
          'body',
          outcome(() => openBody(card, other.body)),
        );
        pair += 1;
        if (pair % WHOLE_EVERY !== 0) continue;
        const { documentId, header, card: sealed } = mine.row;
        expect(await asyncOutcome(() => open(documentId, other.row.header, sealed))).toBe('verification');
        expect(await asyncOutcome(() => open(documentId, header, other.row.card))).toBe('verification');
        expect(await asyncOutcome(() => open(documentId, other.row.header, other.row.card))).toBe('wrong-document');
      }
    }
    const all = DOCUMENTS * (DOCUMENTS - 1);
    expect(Object.fromEntries(counted)).toEqual({
      'card verification': all,
      'body body-mismatch': all,
    });
  });

  // attack B5
  test('evil_card_every_bit_of_the_signed_manifest_is_bound', async () => {
    const [{ row }] = vault as [Delivered];
    const card = fromBase64(row.card);
    const { fileKey } = openHeader(parseSealedHeader(fromBase64(row.header)), [identity]);
    expect(fileKey).toHaveLength(16);
    const shown: number[] = [];
    for (let bit = 0; bit < card.length * 8; bit++) {
      const found = outcome(() => {
        const opener = new PayloadOpener(fileKey, () => undefined);
        opener.push(flip(card, bit));
        opener.finish();
      });
      if (found !== 'verification') shown.push(bit);
    }
    expect(shown).toEqual([]);
    for (let bit = 3; bit < card.length * 8; bit += 997) {
      const changed = base64(flip(card, bit));
      expect(await asyncOutcome(() => open(row.documentId, row.header, changed))).toBe('verification');
    }
  });

  // attack A2 A3 B5
  test('evil_header_bits_of_all_its_lines_are_refused', async () => {
    const [{ row }] = vault as [Delivered];
    const header = fromBase64(row.header);
    const codes = new Map<string, number>();
    // A bit of every third byte, each bit in turn; of the short lines at the end (wrap, MAC) every byte, with four of its bits.
    const bits = Array.from({ length: header.length }, (_, at) =>
      at >= header.length - 100 ? [0, 2, 5, 7].map((bit) => at * 8 + bit) : at % 3 === 0 ? [at * 8 + (at % 8)] : [],
    ).flat();
    for (const bit of bits) {
      const changed = base64(flip(header, bit));
      const code = await asyncOutcome(() => open(row.documentId, changed, row.card));
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect([...codes.keys()].sort()).toEqual(['format', 'not-for-this-key', 'verification']);
    expect([...codes.values()].reduce((sum, one) => sum + one, 0)).toBe(bits.length);
  });
});

describe('a file of five chunks', { timeout: PATIENCE_MS }, () => {
  const identity = identityFromSeed(randomBytes(32));
  let card: OpenedCard;
  let delivered: Delivered;
  let pieces: Uint8Array[];
  let nonce: Uint8Array;

  beforeAll(async () => {
    const city = new City();
    const root = await acceptFirstRoot(await city.trustRoot());
    const plaintext = concat(...Array.from({ length: 5 }, (_, i) => randomBytes(i === 4 ? 500 : 64 * 1024)));
    delivered = await city.deliver({ kind: 'vault', vault_id: VAULT }, identity.recipient, { plaintext });
    const { row, body } = delivered;
    const sealed = { documentId: row.documentId, header: fromBase64(row.header), card: fromBase64(row.card) };
    card = await openCard(sealed, [identity], root, { vaultId: VAULT, claims: [], code: null });
    nonce = body.slice(0, 16);
    pieces = [0, 1, 2, 3, 4].map((i) => body.slice(16 + i * CHUNK, 16 + (i + 1) * CHUNK));
  });

  function orders(of: readonly number[]): number[][] {
    if (of.length < 2) return [[...of]];
    return of.flatMap((first) => orders(of.filter((one) => one !== first)).map((rest) => [first, ...rest]));
  }

  // attack B4
  // control B4
  test('evil_file_of_all_120_orders_of_its_chunks_one_opens', () => {
    const all = orders([0, 1, 2, 3, 4]);
    expect(all).toHaveLength(120);
    const good = all.filter((order) => {
      const body = concat(nonce, ...order.map((i) => pieces[i] ?? new Uint8Array(0)));
      return outcome(() => openBody(card, body)) !== 'body-mismatch';
    });
    expect(good).toEqual([[0, 1, 2, 3, 4]]);
    expect(equal(openBody(card, delivered.body), delivered.plaintext)).toBe(true);
  });

  // attack B4
  test('evil_file_cut_in_its_last_two_chunks_releases_nothing', () => {
    const { body } = delivered;
    const last = 16 + 4 * CHUNK;
    const cuts = [
      ...Array.from({ length: body.length - last }, (_, i) => last + i),
      // The chunk before is long: its edges byte by byte, and a step that meets every residue between them.
      ...Array.from({ length: 40 }, (_, i) => last - CHUNK - 20 + i),
      ...Array.from({ length: 60 }, (_, i) => last - CHUNK + 20 + i * 1_091),
    ];
    for (const cut of cuts) expect(outcome(() => openBody(card, body.slice(0, cut)))).toBe('body-mismatch');
  });

  // attack B4
  test('evil_file_doubled_chunks_and_other_files_of_the_same_key_are_refused', () => {
    for (let i = 0; i < 5; i++) {
      const twice = pieces.flatMap((piece, place) => (place === i ? [piece, piece] : [piece]));
      expect(outcome(() => openBody(card, concat(nonce, ...twice)))).toBe('body-mismatch');
      const without = pieces.filter((_, place) => place !== i);
      expect(outcome(() => openBody(card, concat(nonce, ...without)))).toBe('body-mismatch');
    }
    // Whoever holds the file key can seal another file of the same size: the manifest's hash refuses it.
    const forged = sealPayload(card.fileKey, new Uint8Array(delivered.plaintext.length));
    expect(outcome(() => openBody(card, forged))).toBe('body-mismatch');
  });

  // attack B5
  test('evil_file_random_bits_are_all_refused_and_no_byte_is_given_out', () => {
    const { body } = delivered;
    // The chunk that holds the bit is what fails; chunks before it cost the same each time, so most bits are early ones.
    for (let i = 0; i < 2_000; i++) {
      const [a = 0, b = 0, c = 0] = randomBytes(3);
      const range = i % 20 === 0 ? body.length : 16 + CHUNK;
      const at = ((a << 16) | (b << 8) | c) % range;
      const changed = body.slice(0, Math.max(at + 1, 16 + 2 * CHUNK));
      const opener = new BodyOpener(card);
      const code = outcome(() => {
        opener.push(flip(changed, at * 8 + (i % 8)));
        opener.finish();
      });
      expect(code).toBe('body-mismatch');
    }
  });
});
