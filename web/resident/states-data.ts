/** Examples that the states show: invented, the same every time. */

import type { CheckedManifest, ChoiceView, NewKit, Verdict } from '../core/rpc.ts';
import type { DocumentHold } from './flows/document.svelte.ts';
import type { Uses } from './flows/ways-in.svelte.ts';
import type { Letter } from './flows/open.svelte.ts';
import { NO_MARKS, type Row } from './rows.ts';
import { type Way, waysOf } from './ways.ts';

const hex = (seed: number, length: number): string =>
  Array.from({ length }, (_, i) => ((seed * 31 + i * 7 + ((i * i) % 11)) % 16).toString(16)).join('');

const ISSUERS = [
  { id: 'finances', names: { fr: 'Finances', en: 'Finance' } },
  { id: 'permis', names: { fr: 'Permis et inspections', en: 'Permits and inspections' } },
  { id: 'cour', names: { fr: 'Cour municipale', en: 'Municipal court' } },
] as const;

const KINDS = [
  {
    issuer: 0,
    id: 'tax-bill',
    names: { fr: 'Compte de taxes', en: 'Tax bill' },
    title: 'Compte de taxes 2026',
    cents: 348_712,
    due: '2026-03-02',
  },
  {
    issuer: 1,
    id: 'permit',
    names: { fr: 'Permis', en: 'Permit' },
    title: 'Permis de rénovation – 1425, rue des Érables',
    cents: null,
    due: null,
  },
  {
    issuer: 2,
    id: 'notice',
    names: { fr: 'Constat', en: 'Notice' },
    title: 'Constat d’infraction – stationnement',
    cents: 6_200,
    due: '2026-02-09',
  },
  {
    issuer: 0,
    id: 'certificate',
    names: { fr: 'Attestation', en: 'Certificate' },
    title: 'Attestation de paiement des taxes',
    cents: null,
    due: null,
  },
] as const;

function manifestOf(number: number): CheckedManifest {
  const kind = KINDS[number % KINDS.length] ?? KINDS[0];
  const issuer = ISSUERS[kind.issuer];
  const year = 2026 - (Math.floor(number / 4) % 20);
  const first = number < KINDS.length;
  return {
    documentId: hex(number + 3, 32),
    manifestHash: hex(number + 5, 64),
    issuer: issuer.id,
    issuerNames: issuer.names,
    type: kind.id,
    typeNames: kind.names,
    title: kind.title.replace('2026', String(year)),
    language: 'fr',
    issuedAt: `${year}-0${(number % 2) + 1}-03T15:42:07Z`,
    due: first ? kind.due : null,
    replyBy: null,
    amount: kind.cents === null ? null : { cents: kind.cents, currency: 'CAD' },
    instalments: [],
    action: kind.cents === null ? null : 'pay',
    paymentReference: kind.cents === null ? null : '4021 8837 112',
    supersedes: null,
    sensitive: false,
    plaintextSize: 184_320,
  };
}

/** A tax bill. */
export const manifest: CheckedManifest = manifestOf(0);

/** `count` rows; with `bad`, the last one was refused with that code. */
export function documents(count: number, bad?: string): readonly Row[] {
  return Array.from({ length: count }, (_, i) => {
    const one = { ...manifestOf(i), documentId: i.toString(16).padStart(32, '0') };
    const card =
      bad !== undefined && i === count - 1
        ? { documentId: one.documentId, refused: bad }
        : { documentId: one.documentId, manifest: one };
    return {
      id: one.documentId,
      position: i + 1,
      sealed: null,
      marks: i % 9 === 4 ? { ...NO_MARKS, handled: true } : NO_MARKS,
      card,
      opened: i > 1,
    };
  });
}

/** What waits behind a code. */
export function letter(count: number): Letter {
  return { code: '7Q3KM0XA9TZB4D1HVW5E8RPC', documents: [manifestOf(0), manifestOf(3)].slice(0, count) };
}

/** A verdict that three witnesses back. */
export const verdict: Verdict = {
  state: 'witnessed',
  issuer: 'finances',
  issuerNames: ISSUERS[0].names,
  cityNames: { fr: 'Ville de Beaulieu', en: 'City of Beaulieu' },
  documentId: manifest.documentId,
  title: manifest.title,
  issuedAt: manifest.issuedAt,
  eventTime: '2026-02-03T15:42:07Z',
  witnessedAt: '2026-02-03T15:42:31Z',
  witnesses: ['temoin-universite', 'temoin-opposition', 'temoin-journal'],
  logOrigin: 'registre.beaulieu.example/2026',
  logIndex: 184_223,
  treeSize: 184_310,
  sha256: hex(9, 64),
  manifestHash: manifest.manifestHash,
  entryHash: hex(77, 64),
};

/** A kit that opens nothing: the key is made of letters in order. */
export const kit: NewKit = {
  methodId: hex(2, 32),
  createdAt: '2026-02-05T14:20:00Z',
  text: [
    '# voute-kit: 1',
    '# city: beaulieu',
    `# vault: ${hex(21, 64)}`,
    `# method: ${hex(2, 32)}`,
    '# created: 2026-02-05T14:20:00Z',
    `AGE-SECRET-KEY-PQ-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'.repeat(2).slice(0, 58)}`,
    '',
  ].join('\n'),
};

/** A passkey and a kit. */
export const methods: readonly Way[] = waysOf([
  { id: hex(1, 32), kind: 'passkey', name: 'Android', createdAt: '2026-02-03T15:40:00Z' },
  { id: hex(2, 32), kind: 'kit', name: 'kit', createdAt: '2026-02-05T14:20:00Z' },
]);

/** The same and a second passkey of the same make, added on the same day. */
export const alike: readonly Way[] = waysOf([
  ...methods,
  { id: hex(3, 32), kind: 'passkey', name: 'Android', createdAt: '2026-02-03T16:05:00Z' },
]);

/** The day on which the first of them was last used. */
export const used: Uses = { [hex(1, 32)]: '2026-02-05' };

/** The same once the kit was tried. */
export const usedBoth: Uses = { ...used, [hex(2, 32)]: '2026-02-06' };

/** Choices between paper and none: off, on again, in the log or on its way, never touched. */
export function choices(): readonly ChoiceView[] {
  const made = [
    { number: 1, paperless: true, signedAt: '2026-02-03T15:42:07Z', loggedAt: '2026-02-03T15:42:08Z', logIndex: 812 },
    { number: 2, paperless: false, signedAt: '2026-02-05T14:40:00Z', loggedAt: null, logIndex: null },
    { number: 0, paperless: false, signedAt: null, loggedAt: null, logIndex: null },
    { number: 0, paperless: false, signedAt: null, loggedAt: null, logIndex: null },
  ] as const;
  return KINDS.map((kind, index) => {
    const issuer = ISSUERS[kind.issuer];
    const one = made[index] ?? made[3];
    return {
      issuer: issuer.id,
      issuerNames: issuer.names,
      documentType: kind.id,
      typeNames: kind.names,
      proof: one.logIndex === null ? null : '{}',
      ...one,
    };
  });
}

export const notices = {
  at: 'shown',
  notice: {
    address: 'marie.tremblay@exemple.ca',
    language: 'fr',
    pace: 'weekly',
    hour: 8,
    weekday: 0,
    quiet_from: 21,
    quiet_until: 7,
    state: 'confirmed',
  },
  busy: false,
  failure: null,
} as const;

export const elsewhere = {
  at: 'list',
  sessions: [
    { opened_at: '2026-02-05T08:12:00Z', seen_at: '2026-02-05T14:40:00Z' },
    { opened_at: '2026-02-05T06:02:00Z', seen_at: '2026-02-05T06:31:00Z' },
  ],
  busy: false,
  closed: false,
} as const;

/** A document about which nothing was said. */
export const held: DocumentHold = {
  marks: NO_MARKS,
  folders: ['Auto', 'Maison'],
  offer: 'none',
  markFailure: null,
  unkept: false,
  removing: 'no',
  failure: null,
};

/** A coat of arms as a city has one. */
export const arms = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 108"><path fill="#f4ead2" stroke="#0c3b31" stroke-width="4" d="M8 6h80v50c0 24-17 37-40 46C25 93 8 80 8 56z"/><path fill="#14594a" d="M48 22l16 26h-8l14 24H26l14-24h-8z"/></svg>',
)}`;
