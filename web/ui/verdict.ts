/** The verdict on (document, receipt, trust root) as pages show it (`docs/spec/event-receipt.md`, "Verifying"). */

/** Names of the same thing in both languages. */
export interface Names {
  readonly fr: string;
  readonly en: string;
}

/** Everything here has been checked; nothing of it is a claim of the server. */
export interface Verdict {
  readonly state: 'logged' | 'witnessed';
  readonly issuer: string;
  readonly issuerNames: Names;
  readonly cityNames: Names;
  readonly documentId: string;
  readonly title: string;
  readonly issuedAt: string;
  readonly eventTime: string;
  readonly witnessedAt: string | null;
  readonly witnesses: readonly string[];
  readonly logOrigin: string;
  readonly logIndex: number;
  readonly treeSize: number;
  readonly sha256: string;
  readonly manifestHash: string;
  readonly entryHash: string;
}
