/** A city in memory, made with the product's own writers: trust root, issuer, log, witnesses. Keys are drawn anew each run. */

import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';

import { type Identity, identityFromSeed, parseRecipient, type Recipient } from '../../../core/age/hybrid.ts';
import { newFileKey, sealHeader } from '../../../core/age/sealed.ts';
import { sealPayload } from '../../../core/age/stream.ts';
import { base64, concat, hex, randomBytes, u64, utf8 } from '../../../core/bytes.ts';
import { deriveClaim } from '../../../core/claim.ts';
import { readClaimCode, writeClaimCode } from '../../../core/claim-code.ts';
import { sha256 } from '../../../core/derive.ts';
import { type Envelope, keyidOf, signStatement } from '../../../core/dsse.ts';
import { publicKeyOf, signEd25519 } from '../../../core/ed25519.ts';
import { blindEvent } from '../../../core/event.ts';
import { encodeJson, type Json } from '../../../core/json.ts';
import type { OwnBytes, ReceiptReply, SealedRow } from '../../../core/rpc.ts';
import { type Checkpoint } from '../../../core/tlog/head.ts';
import { cosignedMessage } from '../../../core/tlog/cosignature.ts';
import { leafHash, treeRoot } from '../../../core/tlog/merkle.ts';
import { ED25519_NOTE, MLDSA44_COSIGNATURE, noteKeyId } from '../../../core/tlog/note.ts';
import { encodeProof } from '../../../core/tlog/proof.ts';

export const CITY = 'ville-x';
export const ISSUER = 'finances';
export const PARTY = 'T-0042';
export const NOW = 1_770_000_000;
const ORIGIN = 'log.ville-x.example/2026';
const TIME = '2026-02-02T02:40:00Z';
const NAMES = { en: 'City of X', fr: 'Ville de X' };

interface Cosigner {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

function cosigner(name: string): Cosigner {
  return { name, ...ml_dsa44.keygen(randomBytes(32)) };
}

function cosign(by: Cosigner, head: Checkpoint, time: number): string {
  const stamp = u64(time);
  const signature = ml_dsa44.sign(cosignedMessage(by.name, BigInt(time), head), by.secretKey);
  const keyId = noteKeyId(by.name, MLDSA44_COSIGNATURE, by.publicKey);
  return `\u2014 ${by.name} ${base64(concat(keyId, stamp, signature))}\n`;
}

/** A document that was delivered: what the server holds, and what it proves. */
export interface Delivered {
  readonly row: SealedRow;
  readonly body: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly manifest: Envelope;
  readonly manifestHash: string;
  readonly fileKey: Uint8Array;
}

/** For whom a document is, in its manifest's words. */
export type ManifestRecipient = Json;

/** What a test changes in a delivery. */
export interface Twist {
  readonly manifest?: Readonly<Record<string, Json>>;
  readonly seed?: Uint8Array;
  readonly sealTo?: Recipient;
  readonly plaintext?: Uint8Array;
  readonly body?: Uint8Array;
}

/** Bytes in a buffer of their own, as a call transfers them. */
export function own(bytes: Uint8Array): OwnBytes {
  return new Uint8Array(bytes);
}

export class City {
  readonly cityKeys = [randomBytes(32), randomBytes(32), randomBytes(32)];
  readonly issuerSeed = randomBytes(32);
  readonly logSeed = randomBytes(32);
  readonly log = cosigner(ORIGIN);
  readonly witnesses = [cosigner('w1.example'), cosigner('w2.example'), cosigner('w3.example')];
  readonly code = writeClaimCode(this.drawCode());
  readonly leaves: Uint8Array[] = [leafHash(randomBytes(32)), leafHash(randomBytes(32))];

  private drawCode(): Uint8Array {
    const code = randomBytes(15);
    code[14] = (code[14] ?? 0) & 0b11100000;
    return code;
  }

  get claimIdentity(): Identity {
    return deriveClaim(readClaimCode(this.code)).identity;
  }

  get lookupId(): string {
    return hex(deriveClaim(readClaimCode(this.code)).lookupId);
  }

  rootJson(changes: Readonly<Record<string, Json>> = {}): Json {
    const keys = this.cityKeys.map((seed) => {
      const key = publicKeyOf(seed);
      return { keyid: keyidOf(key), ed25519: hex(key) };
    });
    return {
      version: 1,
      number: 1,
      previous: null,
      city: CITY,
      names: NAMES,
      issued_at: TIME,
      effective_at: TIME,
      rp_id: 'coffre.ville-x.example',
      origin: 'https://coffre.ville-x.example',
      keys: keys.sort((a, b) => (a.keyid < b.keyid ? -1 : 1)),
      threshold: 2,
      logs: [
        {
          origin: ORIGIN,
          ed25519: hex(publicKeyOf(this.logSeed)),
          mldsa44: base64(this.log.publicKey),
          from: TIME,
          until: null,
        },
      ],
      witnesses: {
        quorum: 2,
        keys: this.witnesses.map(({ name, publicKey }) => ({ name, mldsa44: base64(publicKey) })),
      },
      issuers: [
        {
          id: ISSUER,
          names: { en: 'Finance', fr: 'Finances' },
          vault_id: null,
          keys: [{ ed25519: hex(publicKeyOf(this.issuerSeed)), from: 0, until: null }],
          document_types: [{ id: 'tax-bill', names: { en: 'Tax bill', fr: 'Compte de taxes' }, registered: false }],
        },
      ],
      ...changes,
    };
  }

  async trustRoot(
    changes: Readonly<Record<string, Json>> = {},
    signers: readonly Uint8Array[] = this.cityKeys.slice(0, 2),
  ): Promise<OwnBytes> {
    return own((await signStatement('trust-root', encodeJson(this.rootJson(changes)), ...signers)).bytes);
  }

  toClaim(): ManifestRecipient {
    return { kind: 'claim', lookup_id: this.lookupId, slot: 0, code_epoch: 1 };
  }

  async deliver(recipient: ManifestRecipient, sealTo: Recipient, twist: Twist = {}): Promise<Delivered> {
    const plaintext = twist.plaintext ?? utf8(`%PDF-1.7 ${hex(randomBytes(40_000))}`);
    const documentId = hex(randomBytes(16));
    const payload = encodeJson({
      version: 1,
      city: CITY,
      issuer: ISSUER,
      type: 'tax-bill',
      document_id: documentId,
      nonce: hex(randomBytes(32)),
      party: PARTY,
      recipient,
      title: 'Compte de taxes 2026',
      language: 'fr',
      media_type: 'application/pdf',
      plaintext: { sha256: hex(sha256(plaintext)), size: plaintext.length },
      issued_at: TIME,
      due: '2026-03-02',
      reply_by: null,
      amount: { cents: 123456, currency: 'CAD' },
      instalments: [{ cents: 61728, currency: 'CAD', due: '2026-03-02' }],
      payment_reference: null,
      action: 'pay',
      supersedes: null,
      minimum_assurance: 'single',
      sensitive: false,
      ...twist.manifest,
    });
    const manifest = await signStatement('manifest', payload, twist.seed ?? this.issuerSeed);
    const fileKey = newFileKey();
    const row = {
      documentId,
      header: base64(sealHeader(fileKey, [twist.sealTo ?? sealTo])),
      card: base64(sealPayload(fileKey, manifest.bytes)),
    };
    const body = sealPayload(fileKey, twist.body ?? plaintext);
    return { row, body, plaintext, manifest, manifestHash: hex(sha256(payload)), fileKey };
  }

  async deliverToClaim(twist: Twist = {}): Promise<Delivered> {
    return this.deliver(this.toClaim(), this.claimIdentity.recipient, twist);
  }

  async deliverToVault(vaultId: string, recipient: string, twist: Twist = {}): Promise<Delivered> {
    return this.deliver({ kind: 'vault', vault_id: vaultId }, parseRecipient(recipient), twist);
  }

  deliverEvent(delivered: Delivered, changes: Readonly<Record<string, Json>> = {}): Uint8Array {
    return encodeJson({
      version: 1,
      type: 'deliver',
      city: CITY,
      time: TIME,
      actor: `issuer:${ISSUER}`,
      act: hex(randomBytes(32)),
      subject: {
        delivery_id: hex(randomBytes(16)),
        document_id: delivered.row.documentId,
        manifest_hash: delivered.manifestHash,
        sealed_hash: hex(sha256(delivered.body)),
      },
      ...changes,
    });
  }

  async checkpoint(head: Checkpoint, witnesses: readonly Cosigner[]): Promise<Uint8Array> {
    const text = `${head.origin}\n${head.size}\n${base64(head.root)}\n`;
    const keyId = noteKeyId(ORIGIN, ED25519_NOTE, publicKeyOf(this.logSeed));
    const line = `\u2014 ${ORIGIN} ${base64(concat(keyId, await signEd25519(this.logSeed, utf8(text))))}\n`;
    const cosignatures = [this.log, ...witnesses].map((by, index) => cosign(by, head, NOW + 10 * index));
    return utf8(`${text}\n${line}${cosignatures.join('')}`);
  }

  /** Logs an event as the third leaf of a tree of four. */
  async receipt(event: Uint8Array, witnesses: readonly Cosigner[] = this.witnesses): Promise<ReceiptReply> {
    const [salt, chain] = [randomBytes(32), randomBytes(32)];
    const leaf = leafHash(blindEvent(salt, chain, event));
    const last = leafHash(randomBytes(32));
    const leaves = [...this.leaves, leaf, last];
    const head = { origin: ORIGIN, size: leaves.length, root: treeRoot(leaves) };
    const path = [last, treeRoot(this.leaves)];
    const proof = new TextDecoder().decode(encodeProof(2, path, await this.checkpoint(head, witnesses)));
    return { event: base64(event), salt: hex(salt), chain: hex(chain), index: 2, proof };
  }
}

/** An identity that has nothing to do with anything. */
export function stranger(): Identity {
  return identityFromSeed(randomBytes(32));
}
