/** What each kind of shared case asks of the product (vectors/README.md). */

import { fromBase64, fromHex, hex, lengthPrefixed } from '../../../core/bytes.ts';
import { deriveKey, type HashLabel, type KeyLabel, labelledHash } from '../../../core/derive.ts';
import {
  keyidOf,
  type Kind,
  parseEnvelope,
  signStatement,
  statementHash,
  verifyStatement,
} from '../../../core/dsse.ts';
import { requirePublicKey, verifyEd25519 } from '../../../core/ed25519.ts';
import { decodeJson, encodeJson, type Json } from '../../../core/json.ts';
import { recipientText } from '../../../core/record.ts';
import { date, instantOf, money, names, slug, text, time, unixSeconds } from '../../../core/schema.ts';

/** Values of a case, untyped as the file has them. */
export type Values = Readonly<Record<string, unknown>>;

/** Runs one case; gives its output or raises. */
export type Runner = (given: Given) => Values | Promise<Values>;

/** Typed access to the input of a case. */
export class Given {
  private readonly values: Values;

  constructor(values: Values) {
    this.values = values;
  }

  text(key: string): string {
    return this.values[key] as string;
  }

  number(key: string): number {
    return this.values[key] as number;
  }

  json(key: string): Json {
    return this.values[key] as Json;
  }

  bytes(key: string): Uint8Array {
    return fromHex(this.text(key));
  }

  list(key: string): Uint8Array[] {
    return (this.values[key] as string[]).map((item) => fromHex(item));
  }

  texts(key: string): string[] {
    return this.values[key] as string[];
  }

  flag(key: string): boolean {
    return this.values[key] as boolean;
  }

  object(key: string): Given {
    return new Given(this.values[key] as Values);
  }

  objects(key: string): Given[] {
    return (this.values[key] as Values[]).map((item) => new Given(item));
  }

  nullable(key: string): string | null {
    return this.values[key] as string | null;
  }
}

async function verifyEverywhere(key: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<void> {
  const engines = ['platform', 'noble'] as const;
  const verdicts = await Promise.all(
    engines.map(async (engine) => {
      try {
        await verifyEd25519(key, signature, message, engine);
        return null;
      } catch (error) {
        return error;
      }
    }),
  );
  const [platform, noble] = verdicts;
  if ((platform === null) !== (noble === null)) throw new Error('engines disagree');
  if (platform !== null) throw platform as Error;
}

/** Runners of `encoding` and `statements`. */
export const ENCODING: Readonly<Record<string, Runner>> = {
  'canonical-json': (given) => {
    const value = decodeJson(given.bytes('bytes'));
    return { value, bytes: hex(encodeJson(value)) };
  },
  'canonical-json-write': (given) => ({ bytes: hex(encodeJson(given.json('value'))) }),
  text: (given) => ({ value: text(given.number('maximum'))(given.json('value'), 'value') }),
  time: (given) => {
    const seconds = unixSeconds(time(given.json('value'), 'value'));
    return { seconds, value: instantOf(seconds) };
  },
  date: (given) => ({ value: date(given.json('value'), 'value') }),
  slug: (given) => ({ value: slug(given.json('value'), 'value') }),
  hex: (given) => ({ bytes: hex(fromHex(given.text('value'), given.number('size'))) }),
  base64: (given) => ({ bytes: hex(fromBase64(given.text('value'))) }),
  money: (given) => ({ ...money(given.json('value'), 'value') }),
  names: (given) => ({ ...names(given.json('value'), 'value') }),
  recipient: (given) => ({ value: recipientText(given.json('value'), 'value') }),
  'length-prefixed': (given) => ({ bytes: hex(lengthPrefixed(...given.list('parts'))) }),
  hash: (given) => ({ bytes: hex(labelledHash(given.text('label') as HashLabel, ...given.list('parts'))) }),
  derive: (given) => ({
    bytes: hex(deriveKey(given.bytes('key'), given.text('label') as KeyLabel, ...given.list('parts'))),
  }),
  ed25519: async (given) => {
    await verifyEverywhere(given.bytes('public'), given.bytes('signature'), given.bytes('message'));
    return {};
  },
  'ed25519-key': (given) => {
    requirePublicKey(given.bytes('public'));
    return {};
  },
  sign: async (given) => {
    const envelope = await signStatement(
      given.text('statement') as Kind,
      given.bytes('payload'),
      ...given.list('seeds'),
    );
    return { envelope: hex(envelope.bytes) };
  },
  envelope: async (given) => {
    const envelope = parseEnvelope(given.bytes('envelope'));
    const key = await verifyStatement(envelope, given.text('statement') as Kind, given.list('keys'));
    return {
      payload: hex(envelope.payload),
      hash: hex(statementHash(envelope)),
      key: hex(key),
      keyid: keyidOf(key),
    };
  },
};
