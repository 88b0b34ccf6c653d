/**
 * The receipt of what a holder signed (docs/spec/event-receipt.md): it speaks of an event, not of a document's bytes, and counts only
 * when event and log prove that very act.
 */

import { makeActProof } from './act-proof.ts';
import { fromBase64, fromHex, fromUtf8, hex, utf8 } from './bytes.ts';
import { type Envelope, parseEnvelope, statementHash, verifyStatement } from './dsse.ts';
import { type ErrorCode, VerificationError } from './errors.ts';
import { type Act, blindEvent, type Event, parseAct, parseEvent, vaultActor } from './event.ts';
import { type ReceiptReply, requireLogged } from './receipt.ts';
import { chainVaultId, newestRecord, type VaultChain } from './record.ts';
import { verifyCheckpoint } from './tlog/checkpoint.ts';
import { parseProof } from './tlog/proof.ts';
import { logKeys, type TrustRoot, witnessPolicy } from './trust.ts';

/** An act that a vault signed, with the chain that names its key. */
export interface SignedAct {
  readonly act: Act;
  readonly envelope: Envelope;
  readonly chain: VaultChain;
}

/** An act that is in the log: since when, at which line, and the proof to keep. */
export interface ProvenAct {
  readonly at: string;
  readonly index: number;
  readonly file: Uint8Array;
}

/** Verifies an act of this vault, signed by its root key for this city; `code` is what another vault's is called. */
export async function readAct(
  envelope: Envelope,
  chain: VaultChain,
  root: TrustRoot,
  code: ErrorCode,
): Promise<SignedAct> {
  await verifyStatement(envelope, 'act', [fromHex(newestRecord(chain).root_key)]);
  const act = parseAct(envelope.payload);
  if (act.city !== root.payload.city) throw new VerificationError('an act for another city', 'wrong-city');
  if (act.actor !== vaultActor(chainVaultId(chain))) throw new VerificationError('not an act of this vault', code);
  return { act, envelope, chain };
}

/** Raises `code` unless an event has this act's actor, its hash and its subject. */
export function requireEventOf(event: Event, act: Act, envelope: Envelope, code: ErrorCode): void {
  const same =
    event.type === act.type &&
    event.actor === act.actor &&
    event.act === hex(statementHash(envelope)) &&
    JSON.stringify(event.subject) === JSON.stringify(act.subject);
  if (!same) throw new VerificationError('the event is of another act', code);
}

/** Proves that the log has this act; `code` is what a receipt of something else is called. */
export async function readActReceipt(
  reply: ReceiptReply,
  { act, envelope, chain }: SignedAct,
  root: TrustRoot,
  code: ErrorCode,
): Promise<ProvenAct> {
  const bytes = fromBase64(reply.event);
  const event = parseEvent(bytes);
  if (event.city !== act.city) throw new VerificationError('an event of another city', 'wrong-city');
  requireEventOf(event, act, envelope, code);
  const logProof = parseProof(utf8(reply.proof));
  const { index, checkpoint } = logProof;
  if (index !== reply.index) throw new VerificationError('index of another proof', 'not-in-log');
  requireLogged(blindEvent(fromHex(reply.salt), fromHex(reply.chain), bytes), logProof);
  await verifyCheckpoint(checkpoint, logKeys(root), witnessPolicy(root));
  return { at: event.time, index, file: makeActProof(act.city, reply, envelope.bytes, chain.genesis) };
}

/** Proves a deletion to who signed it; gives what a page can show, and keep. */
export async function readDeletion(
  signed: string,
  reply: ReceiptReply,
  chain: VaultChain,
  root: TrustRoot,
): Promise<{ index: number; file: string }> {
  const act = await readAct(parseEnvelope(fromBase64(signed)), chain, root, 'event-differs');
  const { index, file } = await readActReceipt(reply, act, root, 'event-differs');
  return { index, file: fromUtf8(file) };
}
