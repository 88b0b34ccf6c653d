/** The fast ways of reading refuse exactly what the plain ones refuse. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64, equal, fromBase64, utf8 } from '../../core/bytes.ts';
import { FormatError } from '../../core/errors.ts';
import { decodeJson, encodeJson, type Json } from '../../core/json.ts';
import { compareCodePoints, text } from '../../core/schema.ts';

const RUNS = 3_000;

function takes(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return false;
  }
}

describe('strict', () => {
  test('strict_json_is_taken_exactly_when_it_encodes_back_to_its_bytes', () => {
    const name = fc.constantFrom('a', 'b', 'a_1', 'ab', 'A', '1', '', '__proto__', 'é');
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, 0, -0, 7, 1.5, 2 ** 53, 'é', '\ud800', '\u2028', '/', '"\\\n'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(name, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    const spoiled = fc.constantFrom<(json: string) => string>(
      (json) => json,
      (json) => json.replace(',', ', '),
      (json) => json.replace('7', '7.0'),
      (json) => json.replace('0', '-0'),
      (json) => json.replace('é', String.raw`\u00e9`),
      (json) => json.replace('{', '{"a":1,'),
      (json) => `${json}\n`,
    );
    let taken = 0;
    fc.assert(
      fc.property(value, spoiled, (one, spoil) => {
        const bytes = new TextEncoder().encode(spoil(JSON.stringify(one)));
        const plain = takes(() => {
          let read: Json;
          try {
            read = JSON.parse(new TextDecoder().decode(bytes)) as Json;
          } catch {
            throw new FormatError('not JSON');
          }
          if (!equal(encodeJson(read), bytes)) throw new FormatError('not canonical');
        });
        expect(takes(() => decodeJson(bytes))).toBe(plain);
        if (plain) taken += 1;
      }),
      { numRuns: RUNS },
    );
    expect(taken).toBeGreaterThan(RUNS / 20);
  });

  test('strict_plain_letters_are_nfc_alone_and_in_pairs', () => {
    const read = text(2);
    const plain = [...Array(0x17f - 0x1f).keys()].map((at) => at + 0x20).filter((unit) => unit < 0x7f || unit >= 0xa0);
    for (const one of plain) {
      const line = plain.map((other) => String.fromCharCode(one, other)).join('');
      expect(line.normalize('NFC')).toBe(line);
    }
    expect(read('\u017f', 'x')).toBe('\u017f');
    for (const bad of ['', 'abc', '\u001f', '\u007f', '\u0080', '\u009f', 'e\u0301', '\u0340', '\u202e']) {
      expect(takes(() => read(bad, 'x'))).toBe(false);
    }
    expect(read('\u{1f4c4}\u{1f4c4}', 'x')).toHaveLength(4);
  });

  test('strict_order_is_by_code_point', () => {
    const well = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(well, well, (a, b) => {
        const [left, right] = [Array.from(a), Array.from(b)].map((one) => one.map((symbol) => symbol.codePointAt(0)));
        const at = (left ?? []).findIndex((point, i) => point !== right?.[i]);
        const plain = at < 0 ? a.length - b.length : (left?.[at] ?? 0) - (right?.[at] ?? -1);
        expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(plain));
      }),
      { numRuns: RUNS },
    );
    expect(compareCodePoints('\u{10000}', '\uffff')).toBeGreaterThan(0);
  });

  test('strict_base64_is_that_of_the_platform', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const written = base64(bytes);
        expect(written).toBe(Buffer.from(bytes).toString('base64'));
        expect(equal(fromBase64(written), bytes)).toBe(true);
      }),
      { numRuns: RUNS },
    );
    for (const bad of ['AAA', 'A===', 'AA=A', 'AB==', 'AAB=', 'AA A', 'AA\u0100=', 'AA-A', '\u{1f4c4}AA']) {
      expect(takes(() => fromBase64(bad))).toBe(false);
    }
    expect(utf8(base64(utf8('é')))).toHaveLength(4);
  });
});
