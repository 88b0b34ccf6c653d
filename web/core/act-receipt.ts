/**
 * The receipt of what a holder signed (docs/spec/event-receipt.md): it speaks of an event, not of a document's bytes, and counts only
 * when event and log prove that very act.
 */

import { fromBase64, fromHex, fromUtf8, hex, utf8 } from './bytes.ts';
import { type Envelope, parseEnvelope, statementHash, verifyStatement } from './dsse.ts';
import { type ErrorCode, VerificationError } from './errors.ts';
import { type Act, blindEvent, parseAct, parseEvent, vaultActor } from './event.ts';
import { encodeReceipt, type ReceiptReply, requireLogged } from './receipt.ts';
import { chainVaultId, newestRecord, type VaultChain } from './record.ts';
import { verifyCheckpoint } from './tlog/checkpoint.ts';
import { parseProof } from './tlog/proof.ts';
import { logKeys, type TrustRoot, witnessPolicy } from './trust.ts';

/** An act that is in the log: since when, at which line, and the receipt to keep. */
export interface ProvenAct {
  readonly at: string;
  readonly index: number;
  readonly file: Uint8Array;
}

/** Verifies an act of this vault, signed by its root key for this city; `code` is what another vault's is called. */
export async function readAct(envelope: Envelope, chain: VaultChain, root: TrustRoot, code: ErrorCode): Promise<Act> {
  await verifyStatement(envelope, 'act', [fromHex(newestRecord(chain).root_key)]);
  const act = parseAct(envelope.payload);
  if (act.city !== root.payload.city) throw new VerificationError('an act for another city', 'wrong-city');
  if (act.actor !== vaultActor(chainVaultId(chain))) throw new VerificationError('not an act of this vault', code);
  return act;
}

/** Proves that the log has this act; `code` is what a receipt of something else is called. */
export async function readActReceipt(
  reply: ReceiptReply,
  act: Act,
  envelope: Envelope,
  root: TrustRoot,
  code: ErrorCode,
): Promise<ProvenAct> {
  const bytes = fromBase64(reply.event);
  const event = parseEvent(bytes);
  if (event.city !== act.city) throw new VerificationError('an event of another city', 'wrong-city');
  const same =
    event.type === act.type &&
    event.actor === act.actor &&
    event.act === hex(statementHash(envelope)) &&
    JSON.stringify(event.subject) === JSON.stringify(act.subject);
  if (!same) throw new VerificationError('the receipt is of another act', code);
  const logProof = parseProof(utf8(reply.proof));
  const { index, checkpoint } = logProof;
  if (index !== reply.index) throw new VerificationError('index of another proof', 'not-in-log');
  requireLogged(blindEvent(fromHex(reply.salt), fromHex(reply.chain), bytes), logProof);
  await verifyCheckpoint(checkpoint, logKeys(root), witnessPolicy(root));
  const { event: data, salt, chain, proof } = reply;
  const receipt = {
    version: 1,
    city: act.city,
    event: data,
    salt,
    chain,
    manifest: null,
    proof,
    timestamps: [],
  } as const;
  return { at: event.time, index, file: encodeReceipt(receipt) };
}

/** Proves a deletion to who signed it; gives what a page can show, and keep: act and receipt in one file, as of a choice. */
export async function readDeletion(
  signed: string,
  reply: ReceiptReply,
  chain: VaultChain,
  root: TrustRoot,
): Promise<{ index: number; file: string }> {
  const envelope = parseEnvelope(fromBase64(signed));
  const act = await readAct(envelope, chain, root, 'event-differs');
  const { index, file } = await readActReceipt(reply, act, envelope, root, 'event-differs');
  return { index, file: `{"act":${fromUtf8(envelope.bytes)},"receipt":${fromUtf8(file)}}` };
}
