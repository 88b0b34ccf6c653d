/** The edges of the small modules: what the shared vectors cannot say because only the page has it. */

import { bech32 } from '@scure/base';
import { describe, expect, test } from 'vitest';

import { encodeHeader, parseHeader, parseHeaderPrefix } from '../../core/age/header.ts';
import { identityFromSeed, parseHybridStanza, parseRecipient, wrapFileKey } from '../../core/age/hybrid.ts';
import { newFileKey, openFile, sealFile } from '../../core/age/sealed.ts';
import { decodeBech32, encodeBech32 } from '../../core/bech32.ts';
import {
  base64url,
  concat,
  equal,
  fromBase64,
  fromBase64url,
  fromHex,
  fromRawBase64,
  rawBase64,
  randomBytes,
  u32,
  u64,
  utf8,
} from '../../core/bytes.ts';
import { deriveLookup } from '../../core/claim.ts';
import { deriveMethod, methodRows } from '../../core/derived-method.ts';
import { parseEnvelope, requireKind, signStatement, verifyStatement } from '../../core/dsse.ts';
import { publicKeyOf, signEd25519, verifyEd25519 } from '../../core/ed25519.ts';
import { decodeJson, encodeJson } from '../../core/json.ts';
import { boolean, nothing, object, oneOf, tagged } from '../../core/schema.ts';
import { verifyInclusion } from '../../core/tlog/merkle.ts';
import { allowListedReply, encodeKit, newKit, passkeyMethod, signWithKit } from '../../core/unlock.ts';

const code = (word: string): unknown => expect.objectContaining({ code: word });

describe('bytes', () => {
  test('bytes_text_forms_round_trip', () => {
    for (const length of [0, 1, 2, 3, 4, 31, 32, 33]) {
      const bytes = randomBytes(length);
      expect(Buffer.from(bytes).toString('base64url')).toBe(base64url(bytes));
      expect(equal(fromBase64url(base64url(bytes)), bytes)).toBe(true);
      expect(equal(fromRawBase64(rawBase64(bytes)), bytes)).toBe(true);
    }
  });

  test.each([
    ['base64url_of_standard', () => fromBase64url('+/+/')],
    ['base64_impossible_length', () => fromRawBase64('AAAAA')],
    ['base64_not_padded', () => fromBase64('AA')],
    ['hex_of_another_length', () => fromHex('00', 2)],
    ['u32_too_large', () => u32(2 ** 32)],
    ['u32_fraction', () => u32(0.5)],
    ['u64_negative', () => u64(-1)],
    ['u64_too_large', () => u64(2n ** 64n)],
    ['u64_not_exact', () => u64(2 ** 60 + 0.5)],
    ['utf8_lone_surrogate', () => utf8('\ud800')],
  ])('bytes_%s_refused', (_, run) => {
    expect(run).toThrow(code('format'));
  });

  test('bytes_equal_of_other_length_false', () => {
    expect(equal(new Uint8Array(1), new Uint8Array(2))).toBe(false);
  });
});

describe('bech32', () => {
  test.each([
    ['long', `a1${'q'.repeat(5000)}`],
    ['prefix', encodeBech32('b', randomBytes(4))],
    ['short', 'a1qqqqq'],
    ['symbol', 'a1bbbbbbbbbb'],
    ['checksum', 'a1qqqqqqqqqq'],
    ['mixed_case', encodeBech32('a', randomBytes(20)).replace(/[a-z](?=[^a-z]*$)/, (symbol) => symbol.toUpperCase())],
  ])('bech32_decode_%s_refused', (_, text) => {
    expect(() => decodeBech32('a', text)).toThrow(code('format'));
  });

  test('bech32_decode_padding_bits_refused', () => {
    // Two symbols hold one byte and two spare bits; five spare bits are a symbol too many.
    expect(decodeBech32('a', bech32.encode('a', [1, 4]))).toEqual(Uint8Array.of(9));
    for (const words of [[1, 5], [1, 6], [0], [1, 4, 0]]) {
      expect(() => decodeBech32('a', bech32.encode('a', words))).toThrow(code('format'));
    }
  });
});

describe('age', () => {
  const identity = identityFromSeed(randomBytes(32));
  const stanza = wrapFileKey(identity.recipient, newFileKey());

  test('age_header_encode_without_or_with_too_many_stanzas_refused', () => {
    expect(() => encodeHeader([], newFileKey())).toThrow(code('limit'));
    expect(() => encodeHeader(Array(65).fill(stanza), newFileKey())).toThrow(code('limit'));
  });

  test('age_header_parse_bytes_behind_refused_but_as_prefix_taken', () => {
    const header = encodeHeader([stanza], newFileKey());
    expect(() => parseHeader(concat(header, Uint8Array.of(0)))).toThrow(code('format'));
    expect(equal(parseHeaderPrefix(concat(header, Uint8Array.of(0))).bytes, header)).toBe(true);
    const long = concat(utf8(`age-encryption.org/v1\n-> ${'x'.repeat(262_120)}\n\n`), header);
    expect(() => parseHeaderPrefix(long)).toThrow(code('limit'));
  });

  test('age_stanza_read_low_order_share_refused', () => {
    for (const u of [0n, 1n, 2n ** 255n - 20n, 2n ** 255n - 19n, 2n ** 255n - 18n, 2n ** 255n]) {
      const little = Uint8Array.from({ length: 32 }, (_, index) => Number((u >> BigInt(8 * index)) & 0xffn));
      const share = fromRawBase64(stanza.args[1] ?? '');
      share.set(little, share.length - 32);
      expect(() => parseHybridStanza({ ...stanza, args: [stanza.args[0], rawBase64(share)] })).toThrow(code('format'));
      const key = identity.recipient.publicKey.slice();
      key.set(little, key.length - 32);
      expect(() => parseRecipient(encodeBech32('age1pq', key))).toThrow(code('format'));
    }
  });

  test('age_key_of_another_length_refused', () => {
    expect(() => identityFromSeed(new Uint8Array(31))).toThrow(code('format'));
    expect(() => wrapFileKey(identity.recipient, new Uint8Array(15))).toThrow(code('format'));
  });

  test('age_file_open_cut_before_nonce_refused', () => {
    const file = sealFile(utf8('x'), [identity.recipient]);
    const { header } = openFile(file, [identity]);
    expect(() => openFile(file.subarray(0, header.bytes.length + 15), [identity])).toThrow(code('format'));
  });
});

describe('statements', () => {
  test('ed25519_sign_engines_give_the_same_bytes', async () => {
    const [seed, message] = [randomBytes(32), randomBytes(100)];
    const [platform, noble] = [await signEd25519(seed, message), await signEd25519(seed, message, 'noble')];
    expect(equal(platform, noble)).toBe(true);
    await verifyEd25519(publicKeyOf(seed), noble, message);
    await expect(signEd25519(new Uint8Array(31), message)).rejects.toThrow(code('format'));
  });

  test('ed25519_verify_without_platform_falls_back', async () => {
    const [seed, message] = [randomBytes(32), randomBytes(100)];
    const signature = await signEd25519(seed, message);
    const { subtle } = crypto;
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    try {
      await verifyEd25519(publicKeyOf(seed), signature, message);
      expect(equal(await signEd25519(seed, message), signature)).toBe(true);
      await expect(verifyEd25519(publicKeyOf(seed), signature, randomBytes(3))).rejects.toThrow(code('bad-signature'));
    } finally {
      Object.defineProperty(crypto, 'subtle', { value: subtle, configurable: true });
    }
  });

  test('statement_of_another_kind_refused', async () => {
    const seed = randomBytes(32);
    const envelope = await signStatement('act', utf8('{}'), seed);
    expect(() => {
      requireKind(envelope, 'manifest');
    }).toThrow(code('wrong-statement'));
    await verifyStatement(parseEnvelope(envelope.bytes), 'act', [publicKeyOf(seed)]);
    expect(() => parseEnvelope(new Uint8Array(1024 * 1024 + 1))).toThrow(code('format'));
  });

  test('json_longer_than_allowed_refused', () => {
    expect(() => decodeJson(encodeJson('x'.repeat(100)), 50)).toThrow(code('format'));
  });

  test('schema_of_words_and_variants_refuses_others', () => {
    expect(() => boolean('true', 'k')).toThrow(code('format'));
    expect(() => nothing(0, 'k')).toThrow(code('format'));
    expect(nothing(null, 'k')).toBeNull();
    const shape = tagged('kind', { a: object({ kind: oneOf('a') }) });
    for (const value of [{ kind: 'b' }, { kind: 'toString' }, { kind: 1 }, [], null]) {
      expect(() => shape(value, 'k')).toThrow(code('format'));
    }
    expect(shape({ kind: 'a' }, 'k')).toEqual({ kind: 'a' });
  });

  test('merkle_size_that_is_no_safe_integer_refused', () => {
    expect(() => {
      verifyInclusion(0, 2 ** 60, randomBytes(32), [], randomBytes(32));
    }).toThrow(code('merkle-proof'));
    expect(() => {
      verifyInclusion(0, 1, randomBytes(31), [], randomBytes(31));
    }).toThrow(code('merkle-proof'));
  });
});

describe('ways in', () => {
  const vaultId = 'ab'.repeat(32);
  const kit = newKit('ville-x', vaultId, '2026-02-02T02:40:00Z');

  test('unlock_kit_of_another_city_or_vault_refused', () => {
    const text = encodeKit(kit, ['Gardez cette feuille.', '']);
    expect(text.split('\n').slice(5, 7)).toEqual(['# Gardez cette feuille.', '#']);
    expect(deriveMethod({ kind: 'kit', text }, vaultId, 'ville-x').methodId).toBe(kit.methodId);
    expect(() => deriveMethod({ kind: 'kit', text }, vaultId, 'ville-y')).toThrow(code('wrong-city'));
    expect(() => deriveMethod({ kind: 'kit', text }, 'cd'.repeat(32), 'ville-x')).toThrow(code('wrong-vault'));
  });

  test('unlock_lengths_refused', async () => {
    expect(() => passkeyMethod(new Uint8Array(31), randomBytes(16), vaultId)).toThrow(code('format'));
    await expect(signWithKit(kit, 'https://x', new Uint8Array(31))).rejects.toThrow(code('format'));
    expect(() => deriveLookup(new Uint8Array(14))).toThrow(code('format'));
  });

  test('unlock_rows_unknown_refused', () => {
    const method = { id: 'ab'.repeat(16), kind: 'kit', recipient: '', created_at: '', name: 'kit' } as const;
    const row = { id: method.id, kind: 'kit', credential_id: null, sign_in_key: 'aa' } as const;
    expect(methodRows([method], [row])).toEqual([row]);
    expect(() => methodRows([method], [{ ...row, kind: 'passkey' }])).toThrow(code('state'));
  });

  test('webauthn_reply_keeps_the_allow_list_only', () => {
    const response = {
      clientDataJSON: 'a',
      attestationObject: 'b',
      authenticatorData: 'c',
      signature: 'd',
      userHandle: 'e',
      transports: ['internal', 7],
      publicKey: 'f',
    };
    const reply = {
      id: 'x',
      rawId: 'x',
      type: 'public-key',
      response,
      clientExtensionResults: { prf: { results: { first: 'secret' } } },
      authenticatorAttachment: 'platform',
    };
    const kept = allowListedReply(reply);
    expect(kept).toEqual({
      id: 'x',
      type: 'public-key',
      response: {
        clientDataJSON: 'a',
        attestationObject: 'b',
        authenticatorData: 'c',
        signature: 'd',
        userHandle: 'e',
        transports: ['internal'],
      },
    });
    expect(JSON.stringify(kept)).not.toContain('secret');
    const assertion = allowListedReply({ id: 'x', type: 'public-key', response: { signature: 'd', userHandle: null } });
    expect(assertion.response).toEqual({ signature: 'd' });
  });

  test.each([null, 'x', {}, { id: 'x', type: 'password', response: {} }, { id: 1, type: 'public-key', response: {} }])(
    'webauthn_reply_%j_refused',
    (reply) => {
      expect(() => allowListedReply(reply)).toThrow(code('format'));
    },
  );
});
