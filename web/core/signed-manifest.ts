/**
 * Verifying a manifest under a trust root: the one way in which documents and receipts learn who speaks
 * (docs/spec/document.md, "Opening", steps 2 and 3).
 *
 * The issuer's name is read before the signature is verified, only to pick the keys that may have signed.
 */

import { hex } from './bytes.ts';
import { type Envelope, parseEnvelope, requireKind, statementHash, verifyStatement } from './dsse.ts';
import { VerificationError } from './errors.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { type Issuer, type IssuerKey, issuerKeys, issuerOf, type TrustRoot } from './trust.ts';

/** A manifest that is well formed; its signature is not verified. */
export interface ParsedManifest {
  readonly envelope: Envelope;
  readonly manifest: Manifest;
  readonly manifestHash: string;
}

/** A verified manifest, who issued it and with which key (whose index range a receipt proves). */
export interface SignedManifest extends ParsedManifest {
  readonly issuer: Issuer;
  readonly key: IssuerKey;
}

/** Parses a manifest's envelope without trusting it; raises `format` or `wrong-statement`. */
export function readSignedManifest(bytes: Uint8Array): ParsedManifest {
  const envelope = parseEnvelope(bytes);
  requireKind(envelope, 'manifest');
  return { envelope, manifest: parseManifest(envelope.payload), manifestHash: hex(statementHash(envelope)) };
}

/**
 * Verifies the signature with the keys of the issuer that the manifest names.
 *
 * Raises `unknown-issuer`, `format` (not one signature), `unknown-key` (none of this issuer's keys) or `bad-signature`.
 */
export async function verifySignedManifest(parsed: ParsedManifest, root: TrustRoot): Promise<SignedManifest> {
  const issuer = issuerOf(root, parsed.manifest.issuer);
  const signer = hex(await verifyStatement(parsed.envelope, 'manifest', issuerKeys(issuer)));
  const key = issuer.keys.find(({ ed25519 }) => ed25519 === signer);
  if (key === undefined) throw new VerificationError('no key of the issuer', 'unknown-key');
  return { ...parsed, issuer, key };
}
