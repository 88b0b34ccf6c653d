/** What leaves the key holder about documents and receipts: checked values in the shape that pages show. */

import { fromUtf8 } from './bytes.ts';
import type { ProvenChoice } from './consent.ts';
import type { OpenedCard } from './document.ts';
import { VerificationError } from './errors.ts';
import type { ReceiptVerdict } from './receipt.ts';
import type { CheckedManifest, ChoiceView, CityInfo, MethodInfo, Verdict } from './rpc.ts';
import type { Keyring } from './keyring.ts';
import { fingerprintOf, type TrustRoot } from './trust.ts';
import type { IndexEntry } from './vault-index.ts';

/** A card in the shape that pages show; the type's names fall back to its slug if the trust root does not list it. */
export function viewCard({ manifest, manifestHash, issuer }: OpenedCard): CheckedManifest {
  const type = issuer.document_types.find(({ id }) => id === manifest.type);
  return {
    documentId: manifest.document_id,
    manifestHash,
    issuer: manifest.issuer,
    issuerNames: issuer.names,
    type: manifest.type,
    typeNames: type?.names ?? { en: manifest.type, fr: manifest.type },
    title: manifest.title,
    language: manifest.language,
    issuedAt: manifest.issued_at,
    due: manifest.due,
    replyBy: manifest.reply_by,
    amount: manifest.amount,
    instalments: manifest.instalments,
    paymentReference: manifest.payment_reference,
    action: manifest.action,
    supersedes: manifest.supersedes,
    sensitive: manifest.sensitive,
    plaintextSize: manifest.plaintext.size,
  };
}

/**
 * An entry of the vault's index in the same shape; null when its issuer's key is not in force: then only the document itself,
 * perhaps with its receipt, says what it is.
 */
export function viewEntry(entry: IndexEntry, root: TrustRoot): CheckedManifest | null {
  const issuer = root.payload.issuers.find(({ id }) => id === entry.issuer);
  const key = issuer?.keys.find(({ ed25519 }) => ed25519 === entry.issuer_key);
  if (issuer === undefined || key?.until !== null) return null;
  const type = issuer.document_types.find(({ id }) => id === entry.type);
  return {
    documentId: entry.document_id,
    manifestHash: entry.manifest_hash,
    issuer: entry.issuer,
    issuerNames: issuer.names,
    type: entry.type,
    typeNames: type?.names ?? { en: entry.type, fr: entry.type },
    title: entry.title,
    language: entry.language,
    issuedAt: entry.issued_at,
    due: entry.due,
    replyBy: entry.reply_by,
    amount: entry.amount,
    instalments: entry.instalments,
    paymentReference: entry.payment_reference,
    action: entry.action,
    supersedes: entry.supersedes,
    sensitive: entry.sensitive,
    plaintextSize: entry.size,
  };
}

/** A receipt's verdict in the shape that pages show. */
export function viewVerdict(verdict: ReceiptVerdict, root: TrustRoot): Verdict {
  const { manifest, issuer } = verdict;
  return {
    state: verdict.state,
    issuer: issuer.id,
    issuerNames: issuer.names,
    cityNames: root.payload.names,
    documentId: manifest.document_id,
    title: manifest.title,
    issuedAt: manifest.issued_at,
    eventTime: verdict.eventTime,
    witnessedAt: verdict.witnessedAt,
    witnesses: verdict.witnesses,
    logOrigin: verdict.logOrigin,
    logIndex: verdict.logIndex,
    treeSize: verdict.treeSize,
    sha256: manifest.plaintext.sha256,
    manifestHash: verdict.manifestHash,
    entryHash: verdict.entryHash,
  };
}

/**
 * Every document type of the issuers that can write to this vault, with the choice made for it, and every other choice that was
 * ever made. Two choices for one type are `consent-differs`.
 */
export function viewChoices(
  root: TrustRoot,
  claims: readonly { readonly issuer: string }[],
  given: readonly ProvenChoice[],
): readonly ChoiceView[] {
  const made = new Map(given.map((one) => [`${one.consent.issuer}/${one.consent.document_type}`, one]));
  if (made.size !== given.length) throw new VerificationError('two choices for one type', 'consent-differs');
  const types = root.payload.issuers.flatMap((issuer) =>
    issuer.document_types.map(({ id, names }) => ({ issuer: issuer.id, issuerNames: issuer.names, id, names })),
  );
  const known = new Set(types.map(({ issuer, id }) => `${issuer}/${id}`));
  // A type that the city has given up since: paper can still be asked for again.
  const gone = [...made.values()]
    .map(({ consent }) => consent)
    .filter(({ issuer, document_type: id }) => !known.has(`${issuer}/${id}`))
    .map(({ issuer, document_type: id }) => ({
      issuer,
      issuerNames: root.payload.issuers.find((one) => one.id === issuer)?.names ?? { en: issuer, fr: issuer },
      id,
      names: { en: id, fr: id },
    }));
  return [...types, ...gone].flatMap(({ issuer, issuerNames, id, names }) => {
    const one = made.get(`${issuer}/${id}`);
    if (one === undefined && !claims.some((claim) => claim.issuer === issuer)) return [];
    const logged = one?.logged ?? null;
    return [
      {
        issuer,
        issuerNames,
        documentType: id,
        typeNames: names,
        paperless: one?.consent.paperless ?? false,
        number: one?.consent.number ?? 0,
        signedAt: one?.signedAt ?? null,
        loggedAt: logged?.at ?? null,
        logIndex: logged?.index ?? null,
        proof: logged === null ? null : fromUtf8(logged.file),
      },
    ];
  });
}

/** A trust root in the shape that pages show. */
export function viewCity(root: TrustRoot): CityInfo {
  const { number, city, names, rp_id: rpId } = root.payload;
  return { city, names, rpId, number, fingerprint: fingerprintOf(root) };
}

/** The ways in of a keyring in the shape that pages show. */
export function viewMethods({ data }: Keyring): readonly MethodInfo[] {
  return data.methods.map(({ id, kind, name, created_at: createdAt }) => ({ id, kind, name, createdAt }));
}
