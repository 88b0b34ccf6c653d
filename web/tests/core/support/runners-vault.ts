/** Runners of `vault` and `document` (vectors/README.md). */

import { identityFromSeed } from '../../../core/age/hybrid.ts';
import { fromBase64, hex, utf8 } from '../../../core/bytes.ts';
import { sha256 } from '../../../core/derive.ts';
import { openBody, openCard } from '../../../core/document.ts';
import { encodeKeyring, keyringIdentities, openKeyring, parseKeyring } from '../../../core/keyring.ts';
import { parseManifest } from '../../../core/manifest.ts';
import {
  chainHead,
  chainVaultId,
  methodCommitment,
  newestRecord,
  type VaultChain,
  verifyChain,
} from '../../../core/record.ts';
import {
  encodeKit,
  kitMethod,
  kitSignInKey,
  parseKit,
  passkeyMethod,
  prfInput,
  signWithKit,
  type UnlockMethod,
} from '../../../core/unlock.ts';
import { openVaultIndex } from '../../../core/index-file.ts';
import { encodeIndexHead, encodeSegment, parseIndexHead, parseSegment } from '../../../core/index-segments.ts';
import { namePlaces } from '../../../core/places.ts';
import { encodeVaultIndex, parseVaultIndex, type VaultIndex } from '../../../core/vault-index.ts';
import { type Given, type Runner, type Values } from './runners.ts';
import { accepted, utf8WithSurrogates } from './runners-trust.ts';

function chainValues(chain: VaultChain): Values {
  const newest = newestRecord(chain);
  return {
    vault_id: chainVaultId(chain),
    head: chainHead(chain),
    number: newest.number,
    epoch: newest.reading.epoch,
    recipient: newest.reading.recipient,
    state: newest.state,
  };
}

function methodValues({ methodId, identity }: UnlockMethod): Values {
  const recipient = identity.recipient.text;
  return {
    method_id: methodId,
    seed: hex(identity.seed),
    recipient,
    commitment: methodCommitment(methodId, recipient),
  };
}

async function records(given: Given): Promise<VaultChain> {
  return verifyChain(given.texts('records').map(utf8));
}

function indexValues(index: VaultIndex): Values {
  const written: unknown = JSON.parse(new TextDecoder().decode(encodeVaultIndex(index)));
  return { number: index.number, documents: index.documents.length, written };
}

/** Runners of what a holder does. */
export const VAULT: Readonly<Record<string, Runner>> = {
  'vault-records': async (given) => chainValues(await records(given)),
  'keyring-text': (given) => {
    const keyring = parseKeyring(utf8WithSurrogates(given.text('plaintext')));
    return {
      number: keyring.data.number,
      claims: keyring.data.claims.map((claim) => claim.lookup_id),
      methods: keyring.data.methods.map(({ id }) => id),
      readings: keyring.readings,
      plaintext: new TextDecoder().decode(encodeKeyring(keyring)),
    };
  },
  'keyring-open': async (given) => {
    const chain = await records(given);
    const opener = given.object('opener');
    const identity = identityFromSeed(opener.bytes('seed'));
    const keyring = openKeyring(fromBase64(given.text('keyring')), chain, {
      vaultId: given.text('vault_id'),
      methodId: opener.text('id'),
      kind: opener.text('kind') as UnlockMethod['kind'],
      identity,
    });
    return {
      ...chainValues(chain),
      keyring: keyring.data.number,
      root_key: newestRecord(chain).root_key,
      identities: keyringIdentities(keyring).map(({ seed }) => hex(seed)),
    };
  },
  'vault-index': (given) => indexValues(parseVaultIndex(utf8WithSurrogates(given.text('payload')))),
  'index-head': (given) => {
    const head = parseIndexHead(utf8WithSurrogates(given.text('payload')));
    const written: unknown = JSON.parse(new TextDecoder().decode(encodeIndexHead(head)));
    return { number: head.number, segments: head.segments.length, written };
  },
  'index-segment': (given) => {
    const documents = parseSegment(utf8WithSurrogates(given.text('segment')));
    const written: unknown = JSON.parse(new TextDecoder().decode(encodeSegment(documents)));
    return { documents: documents.length, written };
  },
  'places-hash': async (given) => {
    const places = given.objects('places').map((one) => ({
      document_id: one.text('document_id'),
      position: one.number('position'),
      opened: one.flag('opened'),
    }));
    return { sha256: await namePlaces(places) };
  },
  'vault-index-open': async (given) => {
    const owner = {
      rootKey: given.bytes('root_key'),
      city: given.text('city'),
      vaultId: given.text('vault_id'),
    };
    const identities = given.list('identities').map(identityFromSeed);
    return indexValues((await openVaultIndex(fromBase64(given.text('file')), identities, owner)).index);
  },
  kit: (given) => {
    const kit = parseKit(given.text('kit'));
    return {
      city: kit.city,
      vault_id: kit.vaultId,
      method_id: kit.methodId,
      created_at: kit.createdAt,
      secret: kit.secret,
    };
  },
  'kit-write': (given) => {
    const kit = {
      city: given.text('city'),
      vaultId: given.text('vault_id'),
      methodId: given.text('method_id'),
      createdAt: given.text('created_at'),
      secret: given.text('secret'),
    };
    return { kit: encodeKit(kit, given.texts('for_people')) };
  },
  'kit-keys': async (given) => {
    const kit = parseKit(given.text('kit'));
    const signature = await signWithKit(kit, given.text('origin'), given.bytes('challenge'));
    return { ...methodValues(kitMethod(kit)), sign_in_key: kitSignInKey(kit), signature: hex(signature) };
  },
  passkey: (given) => {
    const method = passkeyMethod(given.bytes('prf'), given.bytes('credential_id'), given.text('vault_id'));
    return { prf_input: hex(prfInput()), ...methodValues(method) };
  },
  manifest: (given) => {
    const payload = utf8WithSurrogates(given.text('payload'));
    return { written: parseManifest(payload), hash: hex(sha256(payload)) };
  },
  'document-open': async (given) => {
    const holder = given.object('holder');
    const claims = holder.objects('claims').map((claim) => ({
      issuer: claim.text('issuer'),
      party: claim.text('party'),
      lookup_id: claim.text('lookup_id'),
      slot: claim.number('slot'),
      code_epoch: claim.number('code_epoch'),
    }));
    const sealed = {
      documentId: given.nullable('wanted'),
      header: fromBase64(given.text('header')),
      card: fromBase64(given.text('card')),
    };
    const card = await openCard(
      sealed,
      given.list('identities').map(identityFromSeed),
      accepted(utf8(given.text('trust_root'))),
      { vaultId: holder.nullable('vault_id'), claims, code: holder.nullable('code') },
    );
    const body = given.nullable('body');
    return {
      manifest_hash: card.manifestHash,
      manifest: card.manifest,
      issuer_key: card.key.ed25519,
      plaintext: body === null ? null : hex(openBody(card, fromBase64(body))),
    };
  },
};
