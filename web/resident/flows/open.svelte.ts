/**
 * From the code on the letter to an open document (`docs/spec/claim.md`, `POST /api/claims`).
 *
 * The person sees who wrote and what waits before anything is asked. Then one passkey prompt; where the authenticator gives its PRF
 * output only at a second prompt, that one is explained first; where it gives none, a recovery kit is made first.
 */

import type { ClaimBody, NewCredential } from '../../api/client.ts';
import { toFailure, type Failure } from '../../ui/errors.ts';
import type { CheckedManifest, CodeLookup, NewKit, Unlock } from '../../core/rpc.ts';
import { grouped } from '../code-hints.ts';
import type { Session } from '../session.svelte.ts';
import { isShared } from '../shared.svelte.ts';
import { holdLine } from '../viewer/parts.ts';
import type { Ceremony } from '../webauthn.ts';

/** Who wrote and what waits. */
export interface Letter {
  readonly code: string;
  readonly documents: readonly CheckedManifest[];
}

/** Why a kit is made at the claim: the device cannot open with a passkey, knows none, or the person goes on without. */
export type KitReason = 'no-prf' | 'no-passkeys' | 'asked';

/** What the screen shows. */
export type OpenView =
  | { readonly at: 'typing'; readonly code: string; readonly failure: Failure | null }
  | { readonly at: 'checking' }
  | { readonly at: 'letter'; readonly letter: Letter; readonly failure: Failure | null }
  | { readonly at: 'prompt'; readonly letter: Letter }
  | { readonly at: 'again'; readonly letter: Letter }
  | { readonly at: 'kit'; readonly letter: Letter; readonly kit: NewKit; readonly because: KitReason }
  | { readonly at: 'making'; readonly letter: Letter }
  | { readonly at: 'unsent'; readonly letter: Letter; readonly failure: Failure }
  | { readonly at: 'used'; readonly since: string | null }
  | { readonly at: 'giving'; readonly because: NotMine; readonly busy: boolean; readonly failure: Failure | null }
  | { readonly at: 'given'; readonly because: NotMine }
  | { readonly at: 'failed'; readonly failure: Failure };

/** Why a code is put aside: the letter is somebody else's, or somebody else used it. */
export type NotMine = 'letter' | 'used';

/** What the screen can ask for. */
export interface OpenActions {
  readonly submit: (code: string) => Promise<void>;
  readonly retype: () => void;
  readonly accept: () => Promise<void>;
  readonly again: () => Promise<void>;
  readonly withoutPasskey: () => Promise<void>;
  readonly kitKept: () => Promise<void>;
  readonly resend: () => Promise<void>;
  /** Reads the same code once more. */
  readonly tryAgain: () => Promise<void>;
  readonly notMine: () => void;
  readonly keep: () => void;
  readonly giveAway: () => Promise<void>;
}

// What the network did, which the network mends.
const CUT = new Set(['offline', 'network']);
// Mistakes of typing: the code stays in the field and the mistake is pointed at.
const TYPING = new Set(['code-symbol', 'code-length', 'code-check', 'claim-unknown']);
const ENDED = new Set(['claim-used', 'claim-revoked', 'claim-frozen']);

/** The code opens nothing any more: reading it once more would not help. */
export const isEnded = (failure: Failure): boolean => ENDED.has(failure.code);

interface Draft {
  readonly letter: Letter;
  readonly challenge: string;
  readonly rpId: string;
  readonly vaultId: string;
}

export class OpenFlow implements OpenActions {
  view = $state.raw<OpenView>({ at: 'typing', code: '', failure: null });
  private readonly session: Session;
  private readonly arrive: (documentId: string) => void;
  private draft: Draft | null = null;
  private made: Ceremony<NewCredential> | null = null;
  private body: ClaimBody | null = null;
  /** The code that was read last and what the city knows it by, as long as its letter is on the screen. */
  private read: { readonly code: string; readonly lookup: CodeLookup | null } | null = null;
  /** Where to go back to from "not mine". */
  private before: OpenView | null = null;

  /** `arrive` is called with the first document once the vault is open. */
  constructor(session: Session, arrive: (documentId: string) => void) {
    this.session = session;
    this.arrive = arrive;
  }

  retype = (): void => {
    this.read = null;
    this.view = { at: 'typing', code: '', failure: null };
  };

  /** The vault was locked: a letter that was being read is forgotten with it. */
  forget(): void {
    this.draft = this.made = this.body = this.read = this.before = null;
    this.view = { at: 'typing', code: '', failure: null };
  }

  notMine = (): void => {
    this.before = this.view;
    this.view = { at: 'giving', because: this.view.at === 'used' ? 'used' : 'letter', busy: false, failure: null };
  };

  keep = (): void => {
    this.view = this.before ?? { at: 'typing', code: '', failure: null };
  };

  /** Puts the code aside at the city, for good: nothing new goes by it, whoever holds it. */
  giveAway = async (): Promise<void> => {
    const { view } = this;
    if (view.at !== 'giving' || !this.read?.lookup) return;
    this.view = { ...view, busy: true, failure: null };
    try {
      await this.session.deps.api.freezeCode(this.read.lookup.lookupId, this.read.lookup.token);
      this.forget();
      this.view = { at: 'given', because: view.because };
    } catch (thrown) {
      this.view = { ...view, busy: false, failure: toFailure(thrown) };
    }
  };

  tryAgain = async (): Promise<void> => {
    if (this.read) await this.submit(this.read.code);
  };

  /** The connection is back: what waited for it goes on by itself. */
  async resumed(): Promise<void> {
    const { view } = this;
    if (view.at === 'failed' && CUT.has(view.failure.code)) await this.tryAgain();
    else if (view.at === 'unsent' && CUT.has(view.failure.code)) await this.resend();
  }

  submit = async (typed: string): Promise<void> => {
    // Read as it is shown: a mistake is pointed at by its place.
    const code = grouped(typed);
    this.view = { at: 'checking' };
    this.read = { code, lookup: null };
    try {
      await this.session.ended();
      const keys = await this.session.keys();
      const lookup = await keys.readCode(code);
      this.read = { code, lookup };
      const found = await this.session.deps.api.lookUpClaim(lookup.lookupId, lookup.token);
      const documents = await keys.openLetter(
        found.documents.map((row) => ({ documentId: row.document_id, header: row.header, card: row.card })),
      );
      const letter = { code, documents };
      // Made while the person reads: the tap then leads to the prompt without a wait.
      const vaultId = await keys.beginVault(found.v);
      this.draft = { letter, challenge: found.challenge, rpId: await this.session.host(), vaultId };
      this.view = { at: 'letter', letter, failure: null };
    } catch (thrown) {
      this.view = refused(code, toFailure(thrown));
    }
  };

  accept = async (): Promise<void> => {
    const { draft } = this;
    if (!draft) return;
    const { passkeys } = this.session.deps;
    if (!passkeys.exist()) return this.offerKit(draft, 'no-passkeys');
    this.view = { at: 'prompt', letter: draft.letter };
    try {
      this.made = await passkeys.create({
        challenge: draft.challenge,
        rpId: draft.rpId,
        cityName: this.session.city?.names.fr ?? draft.rpId,
        vaultId: draft.vaultId,
        label: this.label(),
        exclude: [],
        elsewhere: isShared(),
      });
      if (this.made.prf) await this.finish(draft, this.passkeyUnlock(this.made, this.made.prf));
      else if (this.made.prfPossible) this.view = { at: 'again', letter: draft.letter };
      else await this.offerKit(draft, 'no-prf');
    } catch (thrown) {
      const failure = toFailure(thrown);
      // A device without any authenticator can still open with a kit: nobody is sent away.
      if (failure.code === 'passkey-unsupported') await this.offerKit(draft, 'no-passkeys');
      else this.view = { at: 'letter', letter: draft.letter, failure };
    }
  };

  again = async (): Promise<void> => {
    const { draft, made } = this;
    if (!draft || !made) return;
    try {
      const second = await this.session.deps.passkeys.use(draft.challenge, draft.rpId, made.credentialId);
      if (second.prf) await this.finish(draft, this.passkeyUnlock(made, second.prf));
      else await this.offerKit(draft, 'no-prf');
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.code === 'passkey-cancelled') this.view = { at: 'again', letter: draft.letter };
      else await this.offerKit(draft, 'no-prf');
    }
  };

  /** After a prompt that led nowhere: a computer without any authenticator says that passkeys exist, then waits for one. */
  withoutPasskey = async (): Promise<void> => {
    if (this.draft) await this.offerKit(this.draft, 'asked');
  };

  kitKept = async (): Promise<void> => {
    const { draft, view } = this;
    if (draft && view.at === 'kit') await this.finish(draft, { kind: 'kit', text: view.kit.text });
  };

  resend = async (): Promise<void> => {
    if (this.draft && this.body) await this.send(this.draft, this.body);
  };

  private label(): string {
    const city = this.session.city;
    return city ? `Voûte · ${city.names.fr}` : 'Voûte';
  }

  private passkeyUnlock(made: Ceremony<NewCredential>, prf: Uint8Array<ArrayBuffer>): Unlock {
    return { kind: 'passkey', credentialId: made.credentialId, prf };
  }

  private async offerKit(draft: Draft, because: KitReason): Promise<void> {
    try {
      const keys = await this.session.keys();
      this.view = { at: 'kit', letter: draft.letter, kit: await keys.makeKit(), because };
    } catch (thrown) {
      this.view = { at: 'failed', failure: toFailure(thrown) };
    }
  }

  private async finish(draft: Draft, unlock: Unlock): Promise<void> {
    this.view = { at: 'making', letter: draft.letter };
    try {
      const keys = await this.session.keys();
      const parts = await keys.finishClaim(unlock, methodName(unlock));
      const credential = this.made?.credential ?? null;
      this.body = {
        ...parts,
        methods: [...parts.methods],
        headers: [...parts.headers],
        challenge: draft.challenge,
        credential,
      };
    } catch (thrown) {
      this.view = { at: 'failed', failure: toFailure(thrown) };
      return;
    }
    await this.send(draft, this.body);
  }

  private async send(draft: Draft, body: ClaimBody): Promise<void> {
    this.view = { at: 'making', letter: draft.letter };
    const free = holdLine();
    try {
      const { documents } = await this.session.deps.api.claim(body);
      const keys = await this.session.keys();
      await keys.accepted();
      this.session.opened();
      this.draft = this.made = this.body = this.read = this.before = null;
      const [first] = draft.letter.documents;
      this.arrive(first?.documentId ?? documents[0] ?? '');
      this.view = { at: 'typing', code: '', failure: null };
    } catch (thrown) {
      const failure = toFailure(thrown);
      // Used or put aside while it was being read: sending again would not help.
      this.view = isEnded(failure)
        ? refused(draft.letter.code, failure)
        : { at: 'unsent', letter: draft.letter, failure };
    } finally {
      free();
    }
  }
}

/** The screen for a code that does not lead to a letter. */
function refused(code: string, failure: Failure): OpenView {
  if (TYPING.has(failure.code)) return { at: 'typing', code, failure };
  const { at } = failure.facts;
  if (failure.code === 'claim-used') return { at: 'used', since: typeof at === 'string' ? at : null };
  return { at: 'failed', failure };
}

/** A first name for the way in: what the person used and where, as the browser says it. At most 64 characters. */
export function methodName(unlock: Unlock): string {
  if (unlock.kind === 'kit') return 'kit';
  const brands = (navigator as { userAgentData?: { readonly platform?: string } }).userAgentData;
  const platform = brands?.platform ?? /Android|iPhone|iPad|Mac|Windows|Linux/.exec(navigator.userAgent)?.[0] ?? '';
  return platform === '' ? 'passkey' : platform.slice(0, 64);
}
