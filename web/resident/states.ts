/**
 * Every state of every screen of the resident's pages and of the verifier, with a view that shows it: what accessibility tests and pictures iterate
 * over. The values are examples of our own; nothing here is part of the release (only `gallery.html` imports it).
 */

import {
  alike,
  arms,
  documents,
  elsewhere,
  letter,
  manifest,
  verdict,
  kit,
  methods,
  used,
  usedBoth,
} from './states-data.ts';
import { deviceStates, noticeStates } from './states-notices.ts';
import { cameraStates } from './states-camera.ts';
import { documentStates } from './states-document.ts';
import { homeStates } from './states-home.ts';
import { legalStates, paperStates } from './states-paper.ts';
import { verifierStates } from './states-verify.ts';
import type { PageState } from './page-state.ts';

const failure = (code: string, facts: Record<string, string | number> = {}): { code: string; facts: typeof facts } => ({
  code,
  facts,
});
const today = '2026-02-05';
const shown = { at: 'shown', manifest, bytes: new Uint8Array() } as const;
const proven = { at: 'proven', verdict, file: '{}' } as const;
const listed = {
  at: 'list',
  methods,
  used,
  busy: null,
  added: null,
  removed: false,
  proven: null,
  failure: null,
} as const;
const list = {
  rows: documents(9),
  missing: [],
  complete: true,
  failure: null,
  problem: null,
  waysIn: 2,
  today,
  unmarked: null,
  unkept: false,
} as const;

const welcome: readonly PageState[] = [
  { id: 'welcome', path: '/', screen: 'welcome', view: { at: 'ready' } },
  { id: 'welcome-arms', path: '/', screen: 'welcome', view: { at: 'ready' }, arms },
  { id: 'welcome-prompt', path: '/', screen: 'welcome', view: { at: 'prompt' } },
  { id: 'welcome-opening', path: '/', screen: 'welcome', view: { at: 'opening' } },
  {
    id: 'welcome-cancelled',
    path: '/',
    screen: 'welcome',
    view: { at: 'failed', failure: failure('passkey-cancelled') },
  },
  {
    id: 'welcome-refused',
    path: '/',
    screen: 'welcome',
    view: { at: 'failed', failure: failure('sign-in-failed') },
  },
  { id: 'sign-in', path: '/connexion', screen: 'welcome', view: { at: 'ready' }, returning: true },
  { id: 'sign-in-shared', path: '/connexion', screen: 'welcome', view: { at: 'ready' }, returning: true, shared: true },
  { id: 'sign-in-expired', path: '/documents', screen: 'welcome', view: { at: 'ready' }, reason: 'expired' },
  { id: 'sign-in-locked', path: '/documents', screen: 'welcome', view: { at: 'ready' }, reason: 'locked' },
  { id: 'sign-in-asked', path: '/documents', screen: 'welcome', view: { at: 'ready' }, reason: 'asked' },
  { id: 'sign-in-elsewhere', path: '/documents', screen: 'welcome', view: { at: 'ready' }, reason: 'elsewhere' },
  { id: 'signed-out', path: '/', screen: 'welcome', view: { at: 'ready' }, reason: 'signed-out' },
  {
    id: 'sign-in-kit',
    path: '/connexion',
    screen: 'welcome',
    view: { at: 'kit', because: 'asked', failure: null },
  },
  {
    id: 'sign-in-no-prf',
    path: '/connexion',
    screen: 'welcome',
    view: { at: 'kit', because: 'no-prf', failure: null },
  },
  {
    id: 'sign-in-kit-invalid',
    path: '/connexion',
    screen: 'welcome',
    view: { at: 'kit', because: 'no-passkeys', failure: failure('kit-invalid') },
  },
];

const code = '7Q3K-M0XA-9TZB-4D1H-VW5E-8RPC';
const open: readonly PageState[] = [
  { id: 'open-typing', path: '/ouvrir', screen: 'open', view: { at: 'typing', code: '', failure: null } },
  {
    id: 'open-typing-symbol',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'typing', code: '7Q3K-M0XU-9TZB', failure: failure('code-symbol', { position: 8 }) },
  },
  {
    id: 'open-typing-check',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'typing', code, failure: failure('code-check') },
  },
  {
    id: 'open-unknown',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'typing', code, failure: failure('claim-unknown') },
  },
  { id: 'open-checking', path: '/ouvrir', screen: 'open', view: { at: 'checking' } },
  { id: 'open-letter', path: '/ouvrir', screen: 'open', view: { at: 'letter', letter: letter(1), failure: null } },
  { id: 'open-letter-two', path: '/ouvrir', screen: 'open', view: { at: 'letter', letter: letter(2), failure: null } },
  {
    id: 'open-letter-cancelled',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'letter', letter: letter(1), failure: failure('passkey-cancelled') },
  },
  { id: 'open-prompt', path: '/ouvrir', screen: 'open', view: { at: 'prompt', letter: letter(1) } },
  { id: 'open-again', path: '/ouvrir', screen: 'open', view: { at: 'again', letter: letter(1) } },
  { id: 'open-kit', path: '/ouvrir', screen: 'open', view: { at: 'kit', letter: letter(1), kit, because: 'no-prf' } },
  { id: 'open-making', path: '/ouvrir', screen: 'open', view: { at: 'making', letter: letter(1) } },
  {
    id: 'open-unsent',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'unsent', letter: letter(1), failure: failure('network') },
  },
  { id: 'open-used', path: '/ouvrir', screen: 'open', view: { at: 'used', since: '2026-02-05T14:00:00Z' } },
  {
    id: 'open-give-used',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'giving', because: 'used', busy: false, failure: null },
  },
  {
    id: 'open-give-letter',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'giving', because: 'letter', busy: false, failure: null },
  },
  {
    id: 'open-give-busy',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'giving', because: 'letter', busy: true, failure: null },
  },
  {
    id: 'open-give-failed',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'giving', because: 'used', busy: false, failure: failure('offline') },
  },
  { id: 'open-given-used', path: '/ouvrir', screen: 'open', view: { at: 'given', because: 'used' } },
  { id: 'open-given-letter', path: '/ouvrir', screen: 'open', view: { at: 'given', because: 'letter' } },
  {
    id: 'open-frozen',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'failed', failure: failure('claim-frozen', { used: 1 }) },
  },
  {
    id: 'open-letter-shared',
    path: '/ouvrir',
    screen: 'open',
    shared: true,
    view: { at: 'letter', letter: letter(1), failure: null },
  },
  { id: 'open-revoked', path: '/ouvrir', screen: 'open', view: { at: 'failed', failure: failure('claim-revoked') } },
  { id: 'open-empty', path: '/ouvrir', screen: 'open', view: { at: 'failed', failure: failure('claim-empty') } },
  { id: 'open-refused', path: '/ouvrir', screen: 'open', view: { at: 'failed', failure: failure('bad-signature') } },
  { id: 'open-offline', path: '/ouvrir', screen: 'open', view: { at: 'failed', failure: failure('offline') } },
  {
    id: 'open-typing-length',
    path: '/ouvrir',
    screen: 'open',
    view: { at: 'typing', code: code.slice(0, 17), failure: failure('code-length') },
  },
];

const inside: readonly PageState[] = [
  {
    id: 'documents-loading',
    path: '/documents',
    screen: 'documents',
    view: { ...list, rows: [], complete: false, waysIn: null },
  },
  { id: 'documents-empty', path: '/documents', screen: 'documents', view: { ...list, rows: [] } },
  { id: 'documents', path: '/documents', screen: 'documents', view: list },
  {
    id: 'documents-one-way-in',
    path: '/documents',
    screen: 'documents',
    view: { ...list, rows: documents(1), waysIn: 1 },
  },
  {
    id: 'documents-many',
    path: '/documents',
    screen: 'documents',
    view: { ...list, rows: documents(5000), complete: false },
  },
  {
    id: 'documents-refused',
    path: '/documents',
    screen: 'documents',
    view: { ...list, rows: documents(4, 'bad-signature') },
  },
  ...homeStates(list),
  {
    id: 'documents-failed',
    path: '/documents',
    screen: 'documents',
    view: { ...list, rows: [], complete: false, failure: failure('network') },
  },
  ...documentStates,
  { id: 'evidence', path: '/documents/ID/preuve', screen: 'evidence', view: { ...shown, proof: proven } },
  {
    id: 'evidence-logged',
    path: '/documents/ID/preuve',
    screen: 'evidence',
    view: {
      ...shown,
      proof: { ...proven, verdict: { ...verdict, state: 'logged', witnessedAt: null, witnesses: [] } },
    },
  },
  {
    id: 'evidence-waiting',
    path: '/documents/ID/preuve',
    screen: 'evidence',
    view: { ...shown, proof: { at: 'waiting' } },
  },
  {
    id: 'evidence-refused',
    path: '/documents/ID/preuve',
    screen: 'evidence',
    view: { ...shown, proof: { at: 'refused', failure: failure('bad-checkpoint') } },
  },
  { id: 'ways-in-loading', path: '/acces', screen: 'ways-in', view: { at: 'loading' } },
  { id: 'ways-in', path: '/acces', screen: 'ways-in', view: listed },
  { id: 'ways-in-one', path: '/acces', screen: 'ways-in', view: { ...listed, methods: methods.slice(0, 1) } },
  { id: 'ways-in-alike', path: '/acces', screen: 'ways-in', view: { ...listed, methods: alike } },
  { id: 'ways-in-added', path: '/acces', screen: 'ways-in', view: { ...listed, added: 'passkey' } },
  { id: 'ways-in-again', path: '/acces', screen: 'ways-in', view: { ...listed, busy: 'again' } },
  {
    id: 'ways-in-no-prf',
    path: '/acces',
    screen: 'ways-in',
    view: { ...listed, failure: failure('prf-missing') },
  },
  ...noticeStates(listed),
  ...deviceStates(listed),
  { id: 'ways-in-elsewhere', path: '/acces', screen: 'ways-in', view: listed, elsewhere },
  {
    id: 'ways-in-elsewhere-closing',
    path: '/acces',
    screen: 'ways-in',
    view: listed,
    elsewhere: { ...elsewhere, busy: true },
  },
  {
    id: 'ways-in-elsewhere-closed',
    path: '/acces',
    screen: 'ways-in',
    view: listed,
    elsewhere: { ...elsewhere, sessions: [], closed: true },
  },
  { id: 'ways-in-elsewhere-loading', path: '/acces', screen: 'ways-in', view: listed, elsewhere: { at: 'loading' } },
  {
    id: 'ways-in-elsewhere-failed',
    path: '/acces',
    screen: 'ways-in',
    view: listed,
    elsewhere: { at: 'failed', failure: failure('network') },
  },
  {
    id: 'ways-in-proven',
    path: '/acces',
    screen: 'ways-in',
    view: { ...listed, used: usedBoth, proven: methods[1]?.id ?? null },
  },
  { id: 'ways-in-removed', path: '/acces', screen: 'ways-in', view: { ...listed, removed: true } },
  {
    id: 'ways-in-drill',
    path: '/acces',
    screen: 'ways-in',
    view: { at: 'drill', kit: 'made', busy: false, failure: null },
  },
  {
    id: 'ways-in-drill-wrong',
    path: '/acces',
    screen: 'ways-in',
    view: { at: 'drill', kit: 'kept', busy: false, failure: failure('kit-not-this-vault') },
  },
  ...methods.slice(0, 1).map((method): PageState => ({
    id: 'ways-in-removing',
    path: '/acces',
    screen: 'ways-in',
    view: { at: 'removing', method, busy: false, failure: null },
  })),
  {
    id: 'disown',
    path: '/documents/ID/pas-a-moi',
    screen: 'disown',
    view: { at: 'asking', manifest, busy: false, failure: null },
  },
  { id: 'disown-done', path: '/documents/ID/pas-a-moi', screen: 'disown', view: { at: 'done', manifest } },
  { id: 'document-shared', path: '/documents/ID', screen: 'document', shared: true, view: { ...shown, proof: proven } },
  { id: 'ways-in-kit', path: '/acces', screen: 'ways-in', view: { at: 'kit', kit } },
  { id: 'ways-in-failed', path: '/acces', screen: 'ways-in', view: { at: 'failed', failure: failure('network') } },
  ...paperStates,
  { id: 'not-found', path: '/nulle-part', screen: 'not-found' },
  { id: 'offline', path: '/documents', screen: 'documents', view: list, online: false },
  { id: 'idle', path: '/documents', screen: 'documents', view: list, left: 42 },
];

/** All states, in the order a person may meet them. */
export const STATES: readonly PageState[] = [
  ...welcome,
  ...open,
  ...cameraStates,
  ...inside,
  ...legalStates,
  ...verifierStates,
];
