/**
 * The city's interface in memory: keeps what it is given, hands out what a letter waits for, and lies or fails when it is told to.
 * Sealing and signing are those of the core; only the catalogue and WebAuthn verification are left out.
 */

import { base64, fromBase64, hex, randomBytes } from '../../../core/bytes.ts';
import type { Api, ClaimBody, ConsentsReply, DocumentBody, ElsewhereReply, KeyringBody } from '../../../api/client.ts';
import { sha256 } from '../../../core/derive.ts';
import { parseEnvelope, statementHash } from '../../../core/dsse.ts';
import { encodeEvent, type Event, parseAct } from '../../../core/event.ts';
import { newestRecord, verifyChain } from '../../../core/record.ts';
import { namePlaces } from '../../../core/places.ts';
import { PageError } from '../../../ui/errors.ts';
import { City, type Delivered, ISSUER, own } from '../../core/support/city.ts';
import { NoticeDesk } from './notice-desk.ts';

/** A failure to be raised once by a route, before or after it has done its work. */
export interface Trouble {
  readonly route: keyof Api;
  readonly code: string;
  readonly after?: boolean;
}

interface Held {
  readonly delivered: Delivered;
  header: string;
  opened: boolean;
}

/** The event that the city keeps of a holder's act. */
function eventOf(act: string): Uint8Array {
  const envelope = parseEnvelope(fromBase64(act));
  const { type, city, actor, time, subject } = parseAct(envelope.payload);
  return encodeEvent({ version: 1, type, city, actor, time, subject, act: hex(statementHash(envelope)) } as Event);
}

function choiceOf(act: string): ConsentsReply['consents'][number] {
  const parsed = parseAct(parseEnvelope(fromBase64(act)).payload);
  if (parsed.type !== 'consent') throw new PageError('statement-refused', { status: 422 });
  const { issuer, document_type, number, paperless } = parsed.subject;
  return { issuer, document_type, number, paperless, chosen_at: parsed.time, act, receipt: null };
}

export class Service {
  readonly city = new City();
  readonly calls: { readonly route: string; readonly body: unknown }[] = [];
  troubles: Trouble[] = [];
  /** Routes whose answers come when these promises are kept. */
  readonly late = new Map<keyof Api, Promise<void>>();
  others: ElsewhereReply['sessions'] = [];
  /** What is told of new documents, and to whom. */
  readonly notices = new NoticeDesk();
  /** The trust roots that were in force, from the first to the one that is; none: the city's first. */
  roots: (() => ReturnType<City['trustRoot']>)[] = [];
  claimed: ClaimBody | null = null;
  /** When the letter's code was frozen. */
  frozen: string | null = null;
  /** Acts `disown` that came. */
  disowned: string[] = [];
  records: string[] = [];
  keyring = '';
  methods: KeyringBody['methods'] = [];
  used: { id: string; on: string }[] = [];
  signedIn = false;
  logged = true;
  held: Held[] = [];
  /** Documents that are named among the places and left out: of the list of headers, or wherever they are asked for. */
  readonly leftOut = new Map<string, 'list' | 'everywhere'>();
  chosen: ConsentsReply['consents'] = [];
  readonly deleted = new Map<string, string>();
  /** The vault's index as the city keeps it. */
  index: { readonly number: number; readonly file: Uint8Array } | null = null;
  /** Changes a sealed body on its way out. */
  tamper: (body: Uint8Array) => Uint8Array = (body) => body;

  /** Puts a document behind the letter's code. */
  async wait(...twists: Parameters<City['deliverToClaim']>): Promise<Delivered> {
    const delivered = await this.city.deliverToClaim(...twists);
    this.held.push({ delivered, header: delivered.row.header, opened: false });
    return delivered;
  }

  /** Delivers to the vault that was claimed; with `named`, the manifest says another vault. */
  async deliver(named?: string): Promise<Delivered> {
    const chain = await verifyChain(this.records.map(fromBase64));
    const { reading } = newestRecord(chain);
    const delivered = await this.city.deliverToVault(named ?? chain.hashes[0], reading.recipient);
    this.held.push({ delivered, header: delivered.row.header, opened: false });
    return delivered;
  }

  private row({ delivered, header, opened }: Held, position: number): DocumentBody {
    return {
      document_id: delivered.row.documentId,
      position,
      header,
      card: delivered.row.card,
      size: delivered.body.length,
      issuer: ISSUER,
      delivered_at: '2026-02-03T15:42:07Z',
      opened,
      logged: this.logged,
    };
  }

  private find(id: string): Held {
    const found = this.held.find(({ delivered }) => delivered.row.documentId === id);
    if (!found) throw new PageError('document-unknown', { status: 404 });
    return found;
  }

  private requireHolder(): void {
    if (!this.signedIn) throw new PageError('not-signed-in', { status: 401 });
  }

  private async vaultId(): Promise<string> {
    const chain = await verifyChain(this.records.map(fromBase64));
    return chain.hashes[0];
  }

  private readonly routes: Api = {
    ...this.notices.routes(() => {
      this.requireHolder();
    }),
    about: () =>
      Promise.resolve({
        city: 'ville-x',
        names: { fr: 'Ville de X', en: 'City of X' },
        arms: null,
        help_phone: null,
        help_hours: null,
        privacy_officer: null,
        privacy_contact: null,
        release: '0',
      }),
    trustRoot: () => this.roots.at(-1)?.() ?? this.city.trustRoot(),
    earlierRoot: (number) => {
      const found = this.roots[number - 1];
      if (!found) throw new PageError('not-found', { status: 404 });
      return found();
    },
    lookUpClaim: (lookupId, token) => {
      if (lookupId !== this.city.lookupId || token === '') throw new PageError('claim-unknown', { status: 404 });
      if (this.frozen !== null) throw new PageError('claim-frozen', { status: 410, used: this.claimed ? 1 : 0 });
      if (this.claimed) throw new PageError('claim-used', { status: 409, at: '2026-02-03T15:00:00Z' });
      const documents = this.held.map(({ delivered: { row } }) => ({
        document_id: row.documentId,
        header: row.header,
        card: row.card,
      }));
      return Promise.resolve({
        lookup_id: lookupId,
        v: 7,
        challenge: base64(randomBytes(32)),
        rp_id: 'coffre.ville-x.example',
        documents,
      });
    },
    freezeCode: (lookupId, token) => {
      if (lookupId !== this.city.lookupId || token === '') throw new PageError('claim-unknown', { status: 404 });
      this.frozen ??= '2026-02-03T15:42:07Z';
      return Promise.resolve({ frozen_at: this.frozen });
    },
    disown: (act) => {
      this.requireHolder();
      this.disowned.push(act);
      return Promise.resolve({ frozen_at: '2026-02-03T15:42:07Z' });
    },
    signOutLeaving: () => {
      this.signedIn = false;
      return Promise.resolve(null);
    },
    claim: async (body) => {
      if (this.frozen !== null) throw new PageError('claim-frozen', { status: 410, used: 0 });
      if (this.claimed && JSON.stringify(this.claimed) !== JSON.stringify(body)) throw new PageError('claim-used');
      this.claimed = body;
      this.records = [body.genesis, body.record];
      this.keyring = body.keyring;
      this.methods = body.methods;
      for (const { document_id: id, header } of body.headers) this.find(id).header = header;
      this.signedIn = true;
      return { vault_id: await this.vaultId(), documents: body.headers.map(({ document_id: id }) => id) };
    },
    challenge: () => Promise.resolve({ challenge: base64(randomBytes(32)), rp_id: 'coffre.ville-x.example' }),
    signIn: async () => {
      this.signedIn = true;
      return { vault_id: await this.vaultId() };
    },
    signInWithKit: async ({ vault_id: vaultId, method_id: methodId }) => {
      if (!this.methods.some(({ id, kind }) => id === methodId && kind === 'kit'))
        throw new PageError('sign-in-failed');
      this.signedIn = true;
      return Promise.resolve({ vault_id: vaultId });
    },
    tryKit: async ({ vault_id: vaultId, method_id: methodId }) => {
      this.requireHolder();
      const isOurs = vaultId === (await this.vaultId());
      if (!isOurs || !this.methods.some(({ id, kind }) => id === methodId && kind === 'kit'))
        throw new PageError('sign-in-failed');
      this.used = [...this.used.filter(({ id }) => id !== methodId), { id: methodId, on: '2026-02-05' }];
      return undefined;
    },
    tryPasskey: (_challenge, { id }) => {
      this.requireHolder();
      const found = this.methods.find(({ credential_id: credential }) => credential === id);
      if (!found) throw new PageError('sign-in-failed');
      this.used = [...this.used.filter((one) => one.id !== found.id), { id: found.id, on: '2026-02-06' }];
      return Promise.resolve(undefined);
    },
    session: async () => {
      this.requireHolder();
      return {
        vault_id: await this.vaultId(),
        expires_at: '2026-02-03T16:12:07Z',
        methods: this.methods,
        used: this.used,
      };
    },
    signOut: () => {
      this.signedIn = false;
      return Promise.resolve(null);
    },
    elsewhere: () => {
      this.requireHolder();
      return Promise.resolve({ sessions: this.others });
    },
    signOutElsewhere: () => {
      this.requireHolder();
      this.others = [];
      return Promise.resolve(undefined);
    },
    vault: async () => {
      this.requireHolder();
      return { vault_id: await this.vaultId(), v: 7, records: this.records, keyring: this.keyring, chain_salts: [] };
    },
    putKeyring: (body) => {
      this.requireHolder();
      this.records = [...this.records, body.record];
      this.keyring = body.keyring;
      this.methods = body.methods;
      return Promise.resolve({ number: this.records.length - 1 });
    },
    index: (known) => {
      this.requireHolder();
      const { number, file } = this.index ?? { number: 0, file: null };
      const unchanged = file !== null && known === hex(sha256(file));
      return Promise.resolve({ number, pieces: unchanged || file === null ? null : piecesOf(own(file)), unchanged });
    },
    putIndex: ({ after, number, file }) => {
      this.requireHolder();
      if ((this.index?.number ?? 0) !== after) throw new PageError('index-conflict', { status: 409 });
      this.index = { number, file: own(file) };
      return Promise.resolve(undefined);
    },
    places: async (after, before, limit, known) => {
      this.requireHolder();
      const all = this.held.map((held, i) => this.row(held, i + 1));
      const rows = all.filter(({ position: at }) => at > after && at < before).slice(-limit);
      const places = rows.reverse().map(({ document_id, position, opened }) => ({ document_id, position, opened }));
      return known === (await namePlaces(places)) ? null : { places, next: null };
    },
    documents: (after) => {
      this.requireHolder();
      const rows = this.held
        .map((held, i) => this.row(held, i + 1))
        .filter(({ position, document_id: id }) => position > after && !this.leftOut.has(id));
      const page = rows.slice(0, 2);
      return Promise.resolve({
        documents: page,
        next: page.length < rows.length ? (page.at(-1)?.position ?? null) : null,
      });
    },
    document: (id) => {
      this.requireHolder();
      if (this.leftOut.get(id) === 'everywhere') throw new PageError('document-unknown', { status: 404 });
      return Promise.resolve(this.row(this.find(id), 1 + this.held.indexOf(this.find(id))));
    },
    body: (id) => {
      this.requireHolder();
      return Promise.resolve(own(this.tamper(this.find(id).delivered.body)));
    },
    opened: (id) => {
      this.requireHolder();
      this.find(id).opened = true;
      return Promise.resolve(undefined);
    },
    consents: () => {
      this.requireHolder();
      return Promise.resolve({ consents: this.chosen });
    },
    choose: (act) => {
      this.requireHolder();
      const next = choiceOf(act);
      const others = this.chosen.filter(
        (one) => one.issuer !== next.issuer || one.document_type !== next.document_type,
      );
      this.chosen = [...others, next];
      return Promise.resolve(undefined);
    },
    remove: (id, act) => {
      this.requireHolder();
      this.find(id);
      this.held = this.held.filter(({ delivered }) => delivered.row.documentId !== id);
      this.deleted.set(id, act);
      return Promise.resolve(undefined);
    },
    deletion: async (id) => {
      this.requireHolder();
      const act = this.deleted.get(id);
      if (act === undefined) throw new PageError('document-unknown', { status: 404 });
      if (!this.logged) throw new PageError('not-yet-logged', { status: 425 });
      const receipt = await this.city.receipt(eventOf(act));
      return { requested_at: '2026-02-03T15:42:07Z', destroyed: true, receipt };
    },
    receipt: (id) => {
      this.requireHolder();
      if (!this.logged) throw new PageError('not-yet-logged', { status: 425 });
      return this.city.receipt(this.city.deliverEvent(this.find(id).delivered));
    },
  };

  /** The interface, recorded, with its troubles. */
  get api(): Api {
    const wrap = (route: keyof Api) => {
      const run = this.routes[route] as (...args: readonly unknown[]) => Promise<unknown>;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        this.calls.push({ route, body: args });
        const trouble = this.troubles.find((one) => one.route === route);
        if (trouble) this.troubles = this.troubles.filter((one) => one !== trouble);
        if (trouble && !trouble.after) throw new PageError(trouble.code);
        await this.late.get(route);
        const reply = await run(...args);
        if (trouble) throw new PageError(trouble.code);
        return reply;
      };
    };
    return Object.fromEntries((Object.keys(this.routes) as (keyof Api)[]).map((route) => [route, wrap(route)])) as Api;
  }

  /** Everything that was sent, as text. */
  get sent(): string {
    return JSON.stringify(this.calls);
  }
}

/** Bytes as a line brings them. */
async function* piecesOf(file: Uint8Array<ArrayBuffer>, piece = 1_000): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (let at = 0; at < file.length; at += piece) yield await Promise.resolve(file.slice(at, at + piece));
}

/** Bytes and text in the encodings in which a secret could hide in a request. */
export function encodingsOf(secret: Uint8Array): readonly string[] {
  const standard = base64(secret);
  return [
    hex(secret),
    standard,
    standard.replaceAll('=', ''),
    standard.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
  ];
}
