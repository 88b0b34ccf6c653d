/** The key holder from a letter to a second way in. */

import { beforeAll, describe, expect, test } from 'vitest';

import { openFile } from '../../core/age/sealed.ts';
import { encodeIdentity, parseIdentity, identityFromSeed } from '../../core/age/hybrid.ts';
import { base64, base64url, equal, fromBase64, fromHex, fromUtf8, hex, randomBytes } from '../../core/bytes.ts';
import { deriveClaim } from '../../core/claim.ts';
import { readClaimCode } from '../../core/claim-code.ts';
import { parseEnvelope, verifyStatement } from '../../core/dsse.ts';
import { verifyEd25519 } from '../../core/ed25519.ts';
import { parseAct } from '../../core/event.ts';
import { parseKeyring } from '../../core/keyring.ts';
import { newestRecord, verifyChain } from '../../core/record.ts';
import { type MethodRow, type Unlock } from '../../core/rpc.ts';
import { kitMethod, kitSignInKey, parseKit } from '../../core/unlock.ts';

import { type Claimed, claimed, holder, ORIGIN, reopened } from './support/claimed.ts';
import { City, CITY, type Delivered, ISSUER, own, PARTY } from './support/city.ts';

const code = (word: string): unknown => expect.objectContaining({ code: word });

describe('claim', () => {
  let one: Claimed;
  beforeAll(async () => {
    one = await claimed();
  });

  test('holder_code_read_gives_lookup_and_token_only', async () => {
    const { city } = one;
    const expected = deriveClaim(readClaimCode(city.code));
    const typed = city.code.toLowerCase().replaceAll(/.{4}/g, '$& - ');
    const lookup = await holder().readCode(typed);
    expect(lookup).toEqual({ lookupId: hex(expected.lookupId), token: base64(expected.token) });
  });

  test('holder_letter_open_shows_checked_manifests', async () => {
    const { city, waiting } = one;
    const keys = holder();
    const info = await keys.trustRoot(await city.trustRoot(), 0);
    expect(info).toMatchObject({ city: CITY, rpId: 'coffre.ville-x.example', number: 1 });
    expect(info.fingerprint).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    await keys.readCode(city.code);
    const shown = await keys.openLetter(waiting.map(({ row }) => row));
    expect(shown.map(({ documentId }) => documentId)).toEqual(waiting.map(({ row }) => row.documentId));
    expect(shown[0]).toMatchObject({
      issuer: ISSUER,
      issuerNames: { en: 'Finance', fr: 'Finances' },
      typeNames: { fr: 'Compte de taxes' },
      amount: { cents: 123456, currency: 'CAD' },
      action: 'pay',
    });
  });

  test('holder_claim_finish_makes_what_the_city_checks', async () => {
    const { city, parts, records, vaultId, passkey, waiting } = one;
    const chain = await verifyChain(records.map(fromBase64));
    const newest = newestRecord(chain);
    expect(chain.hashes[0]).toBe(vaultId);
    expect(newest).toMatchObject({ v: 7, city: CITY, kind: 'person', number: 1, keyring: { number: 1 } });
    expect(newest.methods.map(({ id }) => id)).toEqual(parts.methods.map(({ id }) => id));
    expect(parts.methods).toEqual([
      { id: parts.methods[0]?.id, kind: 'passkey', credential_id: base64url(passkey.credentialId), sign_in_key: null },
    ]);
    const act = parseEnvelope(fromBase64(parts.act));
    await verifyStatement(act, 'act', [fromHex(chain.records[0].root_key)]);
    expect(parseAct(act.payload)).toMatchObject({
      type: 'claim',
      actor: `vault:${vaultId}`,
      subject: {
        lookup_id: city.lookupId,
        issuer: ISSUER,
        vault_id: vaultId,
        record_hash: chain.hashes[1],
        bind: parts.bind,
      },
    });
    expect(parts.headers.map(({ document_id: id }) => id)).toEqual(waiting.map(({ row }) => row.documentId));
  });

  test('holder_claim_keyring_opens_every_document_without_our_reader', async () => {
    const { parts, waiting, passkey, vaultId } = one;
    const { passkeyMethod } = await import('../../core/unlock.ts');
    const { prf, credentialId } = passkey.unlock();
    const { identity } = passkeyMethod(prf, credentialId, vaultId);
    expect(prf.every((byte) => byte === 0)).toBe(true);
    const text = fromUtf8(openFile(fromBase64(parts.keyring), [identity]).plaintext);
    const [reading, claim] = text.split('\n').filter((line) => line.startsWith('AGE-SECRET-KEY-PQ-1'));
    const keys = [reading, claim].map((line) => identityFromSeed(parseIdentity(line ?? '')));
    waiting.forEach(({ row, body, plaintext }, index) => {
      const [rewrapped, original] = [fromBase64(parts.headers[index]?.header ?? ''), fromBase64(row.header)];
      for (const [header, key] of [
        [rewrapped, keys[0]],
        [original, keys[1]],
      ] as const) {
        const file = new Uint8Array([...header, ...body]);
        expect(key && equal(openFile(file, [key]).plaintext, plaintext)).toBe(true);
      }
    });
  });

  test('holder_vault_reopen_opens_old_and_new_headers', async () => {
    const { city, parts, waiting, vaultId, records } = one;
    const keys = await reopened(one);
    const chain = await verifyChain(records.map(fromBase64));
    const fresh = await city.deliverToVault(vaultId, newestRecord(chain).reading.recipient);
    const rewrapped = waiting.map(({ row }, index) => ({ ...row, header: parts.headers[index]?.header ?? '' }));
    const rows = [...waiting.map(({ row }) => row), ...rewrapped, fresh.row];
    const cards = await keys.openCards(rows);
    expect(cards.map((card) => ('refused' in card ? card.refused : card.documentId))).toEqual(
      rows.map(({ documentId }) => documentId),
    );
    expect(equal(await keys.openBody(fresh.row, own(fresh.body)), fresh.plaintext)).toBe(true);
  });

  test('holder_document_opened_signs_act', async () => {
    const { keys, waiting, records } = one;
    const [document] = waiting as [Delivered];
    const envelope = parseEnvelope(fromBase64(await keys.signOpened(document.row)));
    const chain = await verifyChain(records.map(fromBase64));
    await verifyStatement(envelope, 'act', [fromHex(chain.records[0].root_key)]);
    expect(parseAct(envelope.payload).subject).toEqual({
      document_id: document.row.documentId,
      manifest_hash: document.manifestHash,
    });
  });

  test('holder_receipt_verify_gives_file_and_verdict', async () => {
    const { city, keys, waiting } = one;
    const [document, other] = waiting as [Delivered, Delivered];
    const reply = await city.receipt(city.deliverEvent(document));
    const { file, verdict } = await keys.receipt(document.row, reply, own(document.plaintext));
    expect(verdict).toMatchObject({
      state: 'witnessed',
      logIndex: 2,
      treeSize: 4,
      issuer: ISSUER,
      witnesses: { length: 3 },
    });
    expect(verdict.witnessedAt).toBe('2026-02-02T02:40:20Z');
    expect(JSON.parse(file)).toMatchObject({ version: 1, city: CITY, timestamps: [] });
    const foreign = await city.receipt(city.deliverEvent(other));
    await expect(keys.receipt(document.row, foreign, own(document.plaintext))).rejects.toThrow(code('event-differs'));
    await expect(keys.receipt(document.row, { ...reply, index: 3 }, own(document.plaintext))).rejects.toThrow(
      code('not-in-log'),
    );
    await expect(keys.receipt(document.row, reply, own(other.plaintext))).rejects.toThrow(code('document-differs'));
  });

  test('holder_lock_forgets_the_vault', async () => {
    const keys = await reopened(one);
    const [document] = one.waiting as [Delivered];
    await keys.lock();
    await expect(keys.openCards([document.row])).rejects.toThrow(code('locked'));
    await expect(keys.openBody(document.row, own(document.body))).rejects.toThrow(code('locked'));
    await expect(keys.methods()).rejects.toThrow(code('locked'));
    await expect(keys.makeKit()).rejects.toThrow(code('state'));
  });
});

describe('ways in', () => {
  test('holder_method_add_kit_then_open_with_it', async () => {
    const one = await claimed();
    const { keys, parts, vaultId, city } = one;
    const kit = await keys.makeKit();
    const change = await keys.addMethod({ kind: 'kit', text: kit.text }, 'kit', parts.methods);
    await keys.accepted();
    const records = [...one.records, change.record];
    expect(change.methods.map(({ id }) => id)).toEqual([...change.methods.map(({ id }) => id)].sort());
    expect(new Set((await keys.methods()).map(({ kind }) => kind))).toEqual(new Set(['passkey', 'kit']));
    const row = change.methods.find(({ kind }) => kind === 'kit');
    expect(row).toEqual({
      id: kit.methodId,
      kind: 'kit',
      credential_id: null,
      sign_in_key: kitSignInKey(parseKit(kit.text)),
    });

    const other = holder();
    await other.trustRoot(await city.trustRoot(), 1);
    const typed = kit.text.toLowerCase().replaceAll('\n', ' \r\n\r\n');
    const restored = typed.replace(/created: .*/, (line) => line.toUpperCase().replace('CREATED', 'created'));
    await other.openVault(vaultId, records, change.keyring, { kind: 'kit', text: restored.replace('\r\n\r\n', '\n') });
    const [document] = one.waiting as [Delivered];
    expect(equal(await other.openBody(document.row, own(document.body)), document.plaintext)).toBe(true);
    const challenge = base64(randomBytes(32));
    const signed = await other.signWithKit(kit.text, challenge);
    const message = new TextEncoder().encode(ORIGIN);
    expect(signed).toMatchObject({ vault_id: vaultId, method_id: kit.methodId });
    const parsed = parseKit(kit.text);
    const { lengthPrefixed } = await import('../../core/bytes.ts');
    await verifyEd25519(
      fromHex(kitSignInKey(parsed)),
      fromBase64(signed.signature),
      lengthPrefixed('voute/kit-sign-in/v1', message, fromHex(vaultId), fromHex(kit.methodId), fromBase64(challenge)),
    );
    await expect(other.addMethod({ kind: 'kit', text: kit.text }, 'kit', change.methods)).rejects.toThrow(
      code('state'),
    );
  });

  test('holder_claim_finish_with_kit_alone', async () => {
    const city = new City();
    const keys = holder();
    const document = await city.deliverToClaim();
    await keys.trustRoot(await city.trustRoot(), 0);
    await keys.readCode(city.code);
    await keys.openLetter([document.row]);
    const vaultId = await keys.beginVault(1);
    const kit = await keys.makeKit();
    const parts = await keys.finishClaim({ kind: 'kit', text: kit.text }, 'kit');
    await keys.accepted();
    const { identity } = kitMethod(parseKit(kit.text));
    const keyring = parseKeyring(openFile(fromBase64(parts.keyring), [identity]).plaintext);
    expect(keyring.data).toMatchObject({
      vault_id: vaultId,
      claims: [{ party: PARTY, issuer: ISSUER, slot: 0, code_epoch: 1 }],
    });
    expect(keyring.claimSecrets).toEqual([encodeIdentity(city.claimIdentity.seed)]);
  });

  test('holder_method_remove_begins_new_epoch', async () => {
    const one = await claimed();
    const { keys, parts, vaultId, city, passkey } = one;
    const kit = await keys.makeKit();
    const added = await keys.addMethod({ kind: 'kit', text: kit.text }, 'kit', parts.methods);
    await keys.accepted();
    const removed = await keys.removeMethod(kit.methodId, added.methods);
    await keys.accepted();
    const records = [...one.records, added.record, removed.record];
    const chain = await verifyChain(records.map(fromBase64));
    expect(newestRecord(chain).reading.epoch).toBe(2);
    const late = await city.deliverToVault(vaultId, newestRecord(chain).reading.recipient);
    expect(await keys.openCards([late.row])).toMatchObject([{ manifest: { documentId: late.row.documentId } }]);
    const other = holder();
    await other.trustRoot(await city.trustRoot(), 1);
    const kitUnlock: Unlock = { kind: 'kit', text: kit.text };
    await expect(other.openVault(vaultId, records, removed.keyring, kitUnlock)).rejects.toThrow(
      code('not-for-this-key'),
    );
    await expect(other.openVault(vaultId, records, added.keyring, kitUnlock)).rejects.toThrow(code('keyring-mismatch'));
    await other.openVault(vaultId, records, removed.keyring, passkey.unlock());
    await expect(keys.removeMethod(parts.methods[0]?.id ?? '', removed.methods)).rejects.toThrow(code('state'));
  });

  test('holder_method_add_with_foreign_rows_refused', async () => {
    const { keys, parts } = await claimed();
    const kit: Unlock = { kind: 'kit', text: (await keys.makeKit()).text };
    const foreign: MethodRow[] = parts.methods.map((row) => ({ ...row, credential_id: base64url(randomBytes(32)) }));
    await expect(keys.addMethod(kit, 'kit', foreign)).rejects.toThrow(code('state'));
    await expect(keys.addMethod(kit, 'kit', [])).rejects.toThrow(code('state'));
    await expect(keys.accepted()).rejects.toThrow(code('state'));
  });
});
