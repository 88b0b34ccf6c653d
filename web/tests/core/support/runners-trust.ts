/** Runners of `claim`, `trust-root` and `receipt` (vectors/README.md). */

import { readAct, readActReceipt } from '../../../core/act-receipt.ts';
import { ACT_STEPS, verifyActProof } from '../../../core/act-verdict.ts';
import { encodeIdentity } from '../../../core/age/hybrid.ts';
import { fromHex, fromUtf8, hex, u32, utf8 } from '../../../core/bytes.ts';
import { computeBind, deriveClaim, deriveLookup } from '../../../core/claim.ts';
import { groupClaimCode, readClaimCode, writeClaimCode } from '../../../core/claim-code.ts';
import { deriveKey, sha256 } from '../../../core/derive.ts';
import { parseEnvelope, statementHash } from '../../../core/dsse.ts';
import { blindEvent, chainLink, encodeAct, encodeEvent, parseAct, parseEvent } from '../../../core/event.ts';
import { digestDocument, parseReceipt, verifyReceipt } from '../../../core/receipt.ts';
import { chainVaultId, verifyChain } from '../../../core/record.ts';
import {
  acceptFirstRoot,
  acceptNextRoot,
  fingerprintOf,
  parseTrustRootPayload,
  rootInForce,
  type TrustRoot,
} from '../../../core/trust.ts';
import { unixSeconds } from '../../../core/schema.ts';
import { parseProof } from '../../../core/tlog/proof.ts';
import type { Given, Runner, Values } from './runners.ts';

/** UTF-8 that writes a lone surrogate as three bytes, as the tool that made the vectors does. */
export function utf8WithSurrogates(text: string): Uint8Array {
  const parts = Array.from(text, (symbol) => {
    const point = symbol.codePointAt(0) ?? 0;
    if (point < 0xd800 || point > 0xdfff) return [...utf8(symbol)];
    return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  });
  return Uint8Array.from(parts.flat());
}

function makeCode(given: Given): { readonly secret: Uint8Array; readonly value: Uint8Array } {
  const names = [given.text('city'), given.text('issuer'), given.text('run')];
  const secret = deriveKey(given.bytes('master'), 'run/v1', ...names);
  const numbers = [u32(given.number('slot')), u32(given.number('code_epoch'))];
  const value = deriveKey(secret, 'code/v1', given.text('reference'), given.text('party'), ...numbers).slice(0, 15);
  value[14] = (value[14] ?? 0) & 0b11100000;
  return { secret, value };
}

/** A trust root that counts as accepted already. */
export function accepted(payload: Uint8Array): TrustRoot {
  return { payload: parseTrustRootPayload(payload), hash: sha256(payload), bytes: payload };
}

/** Runners of what a holder or a verifier does. */
export const TRUST: Readonly<Record<string, Runner>> = {
  'code-read': (given) => {
    const value = readClaimCode(given.text('typed'));
    return { value: hex(value), code: writeClaimCode(value) };
  },
  'code-write': (given) => {
    const code = writeClaimCode(given.bytes('value'));
    return { code, grouped: groupClaimCode(code) };
  },
  'code-make': (given) => {
    const { secret, value } = makeCode(given);
    return { run_secret: hex(secret), value: hex(value), code: writeClaimCode(value) };
  },
  'code-keys': (given) => {
    const keys = deriveClaim(given.bytes('value'));
    return {
      lookup_id: hex(keys.lookupId),
      identity_seed: hex(keys.identity.seed),
      identity: encodeIdentity(keys.identity.seed),
      recipient: keys.identity.recipient.text,
      token: hex(keys.token),
      token_hash: hex(sha256(keys.token)),
      binding_key: hex(keys.bindingKey),
    };
  },
  bind: (given) => {
    const keys = deriveClaim(given.bytes('value'));
    const place = {
      issuer: given.text('issuer'),
      party: given.text('party'),
      slot: given.number('slot'),
      code_epoch: given.number('code_epoch'),
    };
    const { lookupId } = deriveLookup(given.bytes('value'));
    return { bind: hex(computeBind(keys.bindingKey, given.text('city'), place, lookupId, given.bytes('vault_id'))) };
  },
  'trust-root': async (given) => {
    const [first, ...later] = given.texts('roots').map(utf8WithSurrogates);
    if (first === undefined) return rootInForce([], 0).payload;
    const chain = [await acceptFirstRoot(first, given.nullable('pinned'))];
    for (const bytes of later) {
      const known = chain.at(-1);
      const next = known && (await acceptNextRoot(known, bytes));
      if (next !== undefined && next !== known) chain.push(next);
    }
    const [oldest, newest] = [chain[0], chain.at(-1)] as [TrustRoot, TrustRoot];
    return {
      fingerprint: fingerprintOf(oldest),
      number: newest.payload.number,
      hash: hex(newest.hash),
      city: newest.payload.city,
      in_force: rootInForce(chain, unixSeconds(given.text('now'))).payload.number,
    };
  },
  receipt: async (given) => {
    const verdict = await verifyReceipt(
      digestDocument(fromHex(given.text('document'))),
      utf8WithSurrogates(given.text('receipt')),
      accepted(utf8(given.text('trust_root'))),
      given.flag('require_witnessed'),
    );
    const { manifest, issuer } = verdict;
    return {
      state: verdict.state,
      issuer: issuer.id,
      names: issuer.names,
      document_id: manifest.document_id,
      title: manifest.title,
      issued_at: manifest.issued_at,
      event_time: verdict.eventTime,
      witnessed_at: verdict.witnessedAt,
      index: verdict.logIndex,
      tree_size: verdict.treeSize,
      steps: verdict.steps.map(({ number, name }) => [number, name]),
    };
  },
};

/** Runner of what a holder signed, with the receipt of it: the parts that the city gives, as the page verifies them. */
async function actReceipt(given: Given): Promise<Values> {
  const [records, root] = [given.texts('records').map(utf8), accepted(utf8(given.text('trust_root')))];
  const envelope = parseEnvelope(utf8(given.text('act')));
  const receipt = parseReceipt(utf8(given.text('receipt')));
  const chain = await verifyChain(records);
  const signed = await readAct(envelope, chain, root, 'event-differs');
  const { act } = signed;
  const reply = { ...receipt, index: parseProof(utf8(receipt.proof)).index };
  const proven = await readActReceipt(reply, signed, root, 'event-differs');
  return {
    vault_id: chainVaultId(chain),
    type: act.type,
    act: hex(statementHash(envelope)),
    signed_at: act.time,
    event_time: proven.at,
    index: proven.index,
  };
}

async function actProof(given: Given): Promise<Values> {
  const verdict = await verifyActProof(
    utf8WithSurrogates(given.text('proof')),
    accepted(utf8(given.text('trust_root'))),
    given.flag('require_witnessed'),
  );
  return {
    state: verdict.state,
    vault_id: verdict.vaultId,
    type: verdict.act.type,
    subject: verdict.act.subject,
    act: verdict.actHash,
    signed_at: verdict.act.time,
    event_time: verdict.eventTime,
    witnessed_at: verdict.witnessedAt,
    index: verdict.logIndex,
    tree_size: verdict.treeSize,
    steps: ACT_STEPS.map((name, number) => [number, name]),
  };
}

/** Runners of events, acts and log entries. */
export const EVENTS: Readonly<Record<string, Runner>> = {
  'act-receipt': actReceipt,
  'act-proof': actProof,
  event: (given) => {
    const event = parseEvent(utf8WithSurrogates(given.text('event')));
    return { type: event.type, actor: event.actor, event: fromUtf8(encodeEvent(event)) };
  },
  act: (given) => {
    const act = parseAct(utf8WithSurrogates(given.text('payload')));
    return { type: act.type, actor: act.actor, payload: fromUtf8(encodeAct(act)) };
  },
  entry: (given) => ({ entry: hex(blindEvent(given.bytes('salt'), given.bytes('chain'), given.bytes('event'))) }),
  chain: (given) => ({
    chain: hex(chainLink(given.bytes('chain_salt'), given.number('number'), given.bytes('previous'))),
  }),
};

/** Kinds that only a department's client has: the page holds no issuer's secrets and reads no list of receipts. */
export const DEPARTMENT = new Set(['bind-check', 'document-ids', 'registry', 'receipt-line']);
