/**
 * The verdict on (proof file of an act, trust root): what a holder signed, and that the city logged that very act
 * (docs/spec/event-receipt.md, "Verifying an act"). Verifying is the numbered steps of that page; each raises.
 */

import { type ActProof, parseActProof } from './act-proof.ts';
import { requireEventOf } from './act-receipt.ts';
import { fromBase64, fromHex, hex, utf8 } from './bytes.ts';
import { requireWords } from './consent.ts';
import { type Envelope, parseEnvelope, requireKind, statementHash, verifyStatement } from './dsse.ts';
import { VerificationError } from './errors.ts';
import { type Act, blindEvent, type Event, parseAct, parseEvent, vaultActor } from './event.ts';
import { type LogVerdict, requireLogged, requireQuorum, step } from './receipt.ts';
import { chainVaultId, verifyChain } from './record.ts';
import { instantOf } from './schema.ts';
import { verifyCheckpoint } from './tlog/checkpoint.ts';
import { type LogProof, parseProof } from './tlog/proof.ts';
import { logKeys, type TrustRoot, witnessPolicy } from './trust.ts';

/** The name of each step, by its number. */
export const ACT_STEPS = [
  'act-reads',
  'same-city',
  'vault-signed',
  'act-logged',
  'in-log',
  'checkpoint-signed',
  'witnesses',
] as const;

/** What a proof says about an act: `act.time` is the holder's word, `eventTime` the city's. */
export interface ActVerdict extends LogVerdict {
  readonly vaultId: string;
  readonly act: Act;
  readonly actHash: string;
}

interface Claimed {
  readonly proof: ActProof;
  readonly envelope: Envelope;
  readonly act: Act;
  readonly event: Event;
  readonly eventBytes: Uint8Array;
  readonly logProof: LogProof;
}

function read(bytes: Uint8Array): Claimed {
  const proof = parseActProof(bytes);
  const envelope = parseEnvelope(fromBase64(proof.act));
  requireKind(envelope, 'act');
  const act = parseAct(envelope.payload);
  const eventBytes = fromBase64(proof.event);
  return { proof, envelope, act, event: parseEvent(eventBytes), eventBytes, logProof: parseProof(utf8(proof.proof)) };
}

function requireCity({ proof, act, event }: Claimed, root: TrustRoot): void {
  if ([proof.city, act.city, event.city].some((city) => city !== root.payload.city)) {
    throw new VerificationError('not all of one city', 'wrong-city');
  }
}

/** Gives the id of the vault that signed. */
async function requireVault({ proof, envelope, act }: Claimed): Promise<string> {
  const chain = await verifyChain(proof.records.map(fromBase64));
  await verifyStatement(envelope, 'act', [fromHex(chain.records[0].root_key)]);
  const vaultId = chainVaultId(chain);
  if (act.actor !== vaultActor(vaultId)) throw new VerificationError('an act of another vault', 'event-differs');
  // Paper is asked for again in any words.
  if (act.type === 'consent' && act.subject.paperless) requireWords(act.subject);
  return vaultId;
}

/**
 * Verifies an act by its proof file alone, under a trust root that the caller has accepted.
 *
 * Raises the error of the step that fails, with fact `step`. With `requireWitnessed` a checkpoint without the quorum is
 * `no-quorum`; without, the verdict says `logged`.
 */
export async function verifyActProof(
  bytes: Uint8Array,
  root: TrustRoot,
  requireWitnessed = false,
): Promise<ActVerdict> {
  const claimed = await step(0, () => read(bytes));
  const { proof, envelope, act, event, eventBytes, logProof } = claimed;
  await step(1, () => {
    requireCity(claimed, root);
  });
  const vaultId = await step(2, () => requireVault(claimed));
  await step(3, () => {
    requireEventOf(event, act, envelope, 'event-differs');
  });
  const entry = await step(4, () =>
    requireLogged(blindEvent(fromHex(proof.salt), fromHex(proof.chain), eventBytes), logProof),
  );
  const verdict = await step(5, () => verifyCheckpoint(logProof.checkpoint, logKeys(root), witnessPolicy(root)));
  await step(6, () => {
    if (requireWitnessed) requireQuorum(verdict, root);
  });
  return {
    state: verdict.state,
    vaultId,
    act,
    actHash: hex(statementHash(envelope)),
    eventTime: event.time,
    witnessedAt: verdict.witnessedAt === null ? null : instantOf(verdict.witnessedAt),
    witnesses: verdict.cosignatures.map(({ name }) => name),
    logOrigin: verdict.head.origin,
    logIndex: logProof.index,
    treeSize: verdict.head.size,
    entryHash: hex(entry),
  };
}
