/** What leaves the key holder about documents and receipts: checked values in the shape that pages show. */

import type { OpenedCard } from './document.ts';
import type { ReceiptVerdict } from './receipt.ts';
import type { CheckedManifest, Verdict } from './rpc.ts';
import type { TrustRoot } from './trust.ts';

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
    plaintextSha256: manifest.plaintext.sha256,
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
