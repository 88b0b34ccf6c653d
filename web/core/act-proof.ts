/**
 * Proofs of acts: one small file that proves, offline and for decades, what a holder signed and that the log has it
 * (docs/spec/event-receipt.md, "Proof file of an act"): a receipt, the act, and the beginning of the vault's chain of records.
 */

import { base64 } from './bytes.ts';
import { LOGGED_FIELDS, type ReceiptReply } from './receipt.ts';
import { MAX_RECORDS } from './record.ts';
import { base64Text, list, object, type Read } from './schema.ts';
import { parsePayload, writePayload } from './statement.ts';

/** Bytes of a proof file. */
export const MAX_ACT_PROOF = 1024 * 1024;

const schema = object({ ...LOGGED_FIELDS, act: base64Text, records: list(base64Text, 1, MAX_RECORDS) });

/** A parsed proof: nothing is verified. */
export type ActProof = Read<typeof schema>;

/** Parses a proof file; raises `FormatError` alone. */
export function parseActProof(bytes: Uint8Array): ActProof {
  return parsePayload(bytes, schema, 'act-proof', MAX_ACT_PROOF);
}

/** Writes the self-contained proof file. */
export function encodeActProof(proof: ActProof): Uint8Array {
  return writePayload(proof, schema, 'act-proof');
}

/** The proof of an act that is verified, with the receipt as the server hands it over; genesis names the key that signed. */
export function makeActProof(city: string, reply: ReceiptReply, act: Uint8Array, genesis: Uint8Array): Uint8Array {
  const { event, salt, chain, proof } = reply;
  const records = [base64(genesis)];
  return encodeActProof({ version: 1, city, act: base64(act), records, event, salt, chain, proof, timestamps: [] });
}
