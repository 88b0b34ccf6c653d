/** What the page writes, read by Python: a claim as the city and the issuer's client check it, a new way in, an opened act. */

import { expect, test } from 'vitest';

import { base64, hex, randomBytes } from '../../core/bytes.ts';
import { readClaimCode } from '../../core/claim-code.ts';
import { claimed } from './support/claimed.ts';
import { CITY, type Delivered, ISSUER, own, PARTY } from './support/city.ts';
import { runTwin } from './support/twin.ts';

const CLAIM = `
import json, sys
from base64 import b64decode
from voute.app.header_shape import check_sealed
from voute.app.methods import Method, check_methods
from voute.format import dsse
from voute.format.act import parse_act
from voute.format.kit import parse_kit
from voute.format.trust_root import parse_trust_root
from voute.format.vault_record import verify_chain
from voute.seal import claim, unlock
from voute.seal.agefile import open_header
from voute.seal.document import open_body, open_card
from voute.seal.keyring import open_keyring
from voute.verify.trust import accept_first

def raw_url(text):
    return None if text is None else b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")

def raw_hex(text):
    return None if text is None else bytes.fromhex(text)

given = json.loads(sys.stdin.readline())
root = accept_first(b64decode(given["root"])).root
records = [b64decode(one) for one in given["records"]]
vault_id = bytes.fromhex(given["vault_id"])
passkey = unlock.passkey_method(bytes.fromhex(given["prf"]), vault_id, bytes.fromhex(given["credential_id"]))
kit = unlock.kit_method(parse_kit(given["kit"].encode()))
first = open_keyring(vault_id, records[:2], b64decode(given["keyring"]), passkey)
second = open_keyring(vault_id, records, b64decode(given["keyring_2"]), kit)
check_sealed(b64decode(given["keyring"]), 1)
check_sealed(b64decode(given["keyring_2"]), 2)
for chain, methods in ((first.chain, given["methods"]), (second.chain, given["methods_2"])):
    rows = [Method(bytes.fromhex(one["id"]), one["kind"], raw_url(one["credential_id"]), raw_hex(one["sign_in_key"])) for one in methods]
    check_methods(rows, chain.newest)
acts = []
for one in given["acts"]:
    envelope = dsse.parse(b64decode(one))
    dsse.verify(envelope, dsse.Kind.ACT, (first.chain.root_key,))
    act = parse_act(envelope.payload)
    acts.append([act.type, act.actor, dict(act.subject.to_json())])
keys = claim.claim_keys(bytes.fromhex(given["code"]))
claim.check_bind(keys, claim.Party(given["city"], given["issuer"], given["party"], 0, 1), vault_id, bytes.fromhex(given["bind"]))
plain = []
for header, card, body in given["documents"]:
    opened = open_card(b64decode(header), b64decode(card), second.identities(), root, second.holder())
    plain.append(open_body(opened, b64decode(body)).hex())
signature = unlock.kit_sign_in(parse_kit(given["kit"].encode()), given["origin"], b64decode(given["challenge"]))
print(json.dumps({"acts": acts, "plain": plain, "head": first.chain.head.hex(), "signature": signature.hex()}))
`;

test('page_claim_and_new_way_in_are_read_by_python', async () => {
  const one = await claimed();
  const { city, keys, parts, passkey, vaultId, waiting } = one;
  const kit = await keys.makeKit();
  const change = await keys.addMethod({ kind: 'kit', text: kit.text }, 'kit', parts.methods);
  await keys.accepted();
  const [document] = waiting as [Delivered];
  const { prf, credentialId } = passkey.unlock();
  const challenge = base64(randomBytes(32));
  const [read] = runTwin(CLAIM, [
    {
      root: base64(await city.trustRoot()),
      records: [...one.records, change.record],
      vault_id: vaultId,
      prf: hex(prf),
      credential_id: hex(credentialId),
      kit: kit.text,
      keyring: parts.keyring,
      keyring_2: change.keyring,
      methods: parts.methods,
      methods_2: change.methods,
      acts: [parts.act, await keys.signOpened(document.row)],
      code: hex(readClaimCode(city.code)),
      city: CITY,
      issuer: ISSUER,
      party: PARTY,
      bind: parts.bind,
      documents: waiting.map(({ row, body }, index) => [parts.headers[index]?.header, row.card, base64(body)]),
      origin: 'https://coffre.ville-x.example',
      challenge,
    },
  ]) as [{ acts: unknown; plain: string[]; head: string; signature: string }];
  expect(read.plain).toEqual(waiting.map(({ plaintext }) => hex(plaintext)));
  expect(read.acts).toEqual([
    [
      'claim',
      `vault:${vaultId}`,
      { lookup_id: city.lookupId, issuer: ISSUER, vault_id: vaultId, record_hash: read.head, bind: parts.bind },
    ],
    ['opened', `vault:${vaultId}`, { document_id: document.row.documentId, manifest_hash: document.manifestHash }],
  ]);
  const signed = await keys.signWithKit(kit.text, challenge);
  expect(hex(Uint8Array.from(Buffer.from(signed.signature, 'base64')))).toBe(read.signature);
  expect(await keys.openBody(document.row, own(document.body))).toHaveLength(document.plaintext.length);
});

const RECEIPT = `
import json, sys
from base64 import b64decode
from voute.verify.receipt import digest_bytes, verify_receipt
from voute.verify.trust import accept_first

given = json.loads(sys.stdin.readline())
root = accept_first(b64decode(given["root"])).root
verdict = verify_receipt(digest_bytes(bytes.fromhex(given["document"])), given["file"].encode(), root, require_witnessed=True)
print(json.dumps([str(verdict.state), verdict.index, verdict.tree_size, verdict.document_id.hex()]))
`;

test('page_receipt_file_is_verified_by_python', async () => {
  const { city, keys, waiting } = await claimed();
  const [document] = waiting as [Delivered];
  const reply = await city.receipt(city.deliverEvent(document));
  const { file } = await keys.receipt(document.row, reply, own(document.plaintext));
  const given = { root: base64(await city.trustRoot()), document: hex(document.plaintext), file };
  expect(runTwin(RECEIPT, [given])).toEqual([['witnessed', 2, 4, document.row.documentId]]);
});
