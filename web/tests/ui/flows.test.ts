/** Journeys through the flows, with the real key holder and a city in memory. */

import { describe, expect, test } from 'vitest';
import { DocumentFlow } from '../../resident/flows/document.svelte.ts';
import { SignInFlow } from '../../resident/flows/sign-in.svelte.ts';
import { WaysInFlow } from '../../resident/flows/ways-in.svelte.ts';
import { hex } from '../../core/bytes.ts';
import { Authenticator, type Kind } from './support/authenticator.ts';
import { eventually } from './support/eventually.ts';
import { encodingsOf, Service } from './support/service.ts';
import type { Visit } from './support/visit.ts';
import { visiting } from './support/visiting.ts';

let service: Service;
const visit = visiting((fresh) => {
  service = fresh;
});

const failed = (code: string): unknown => expect.objectContaining({ code });

describe('open', () => {
  test('open_code_shows_who_wrote_before_any_prompt', async () => {
    const { open, device } = visit();
    await open.submit(service.city.code.toLowerCase());
    expect(open.view).toMatchObject({
      at: 'letter',
      letter: { documents: [{ issuer: 'finances', amount: { cents: 123456 } }] },
    });
    expect(device.prompts).toBe(0);
  });

  test('open_accept_is_one_prompt_and_arrives_at_the_first_document', async () => {
    const one = visit();
    await one.claim();
    expect(one.device.prompts).toBe(1);
    expect(one.session.open).toBe(true);
    expect(one.arrivals).toEqual([service.held[0]?.delivered.row.documentId]);
  });

  test('open_sends_no_secret_of_the_authenticator_and_no_code', async () => {
    const one = visit();
    await one.claim();
    for (const text of encodingsOf(one.device.prf)) expect(service.sent).not.toContain(text);
    expect(service.sent).not.toContain(service.city.code.replaceAll('-', ''));
    expect(service.sent).not.toContain('clientExtensionResults');
  });

  test('open_prf_only_at_get_asks_for_one_more_prompt_and_says_so_first', async () => {
    const one = visit('prf-at-get');
    await one.claim();
    expect(one.open.view.at).toBe('again');
    await one.open.again();
    expect(one.device.prompts).toBe(2);
    expect(one.session.open).toBe(true);
    expect(service.methods.map(({ kind }) => kind)).toEqual(['passkey']);
  });
  test('open_second_prompt_closed_stays_where_it_is', async () => {
    const one = visit('prf-at-get');
    await one.claim();
    one.device.refusals = 1;
    await one.open.again();
    expect(one.open.view.at).toBe('again');
  });

  test.each<[Kind, string]>([
    ['no-prf', 'no-prf'],
    ['none', 'no-passkeys'],
  ])('open_device_%s_makes_a_kit_first', async (kind, because) => {
    const one = visit(kind);
    await one.claim();
    expect(one.open.view).toMatchObject({ at: 'kit', because });
    expect(service.claimed).toBeNull();
    await one.open.kitKept();
    expect(one.session.open).toBe(true);
    expect(service.methods.map((method) => method.kind)).toEqual(['kit']);
    expect(service.claimed?.credential === null).toBe(kind === 'none');
  });

  test('open_prompt_closed_keeps_the_letter_and_can_be_asked_again', async () => {
    const one = visit();
    one.device.refusals = 1;
    await one.claim();
    expect(one.open.view).toMatchObject({ at: 'letter', failure: failed('passkey-cancelled') });
    await one.open.accept();
    expect(one.session.open).toBe(true);
  });

  test('open_reply_lost_after_the_city_took_it_is_sent_again_alike', async () => {
    const one = visit();
    service.troubles = [{ route: 'claim', code: 'network', after: true }];
    await one.claim();
    expect(one.open.view).toMatchObject({ at: 'unsent', failure: failed('network') });
    await one.open.resend();
    expect(one.session.open).toBe(true);
    const bodies = service.calls.filter(({ route }) => route === 'claim').map(({ body }) => JSON.stringify(body));
    expect(bodies).toHaveLength(2);
    expect(bodies[0]).toBe(bodies[1]);
  });

  test.each([
    ['U', 'code-symbol', 24],
    ['', 'code-length', 0],
  ])('open_typed_mistake_%s_is_pointed_at_and_nothing_is_sent', async (last, code, position) => {
    const { open } = visit();
    await open.submit(service.city.code.slice(0, -1) + last);
    expect(open.view).toMatchObject({ at: 'typing', failure: failed(code) });
    if (position > 0) expect(open.view).toMatchObject({ failure: { facts: { position } } });
    expect(service.calls.map(({ route }) => route)).toEqual(['trustRoot']);
  });

  test('open_used_code_says_so', async () => {
    await visit().claim();
    const { open } = visit();
    await open.submit(service.city.code);
    expect(open.view).toEqual({ at: 'used', since: '2026-02-03T15:00:00Z' });
  });

  test('open_card_signed_by_a_stranger_asks_for_nothing', async () => {
    await service.wait({ seed: crypto.getRandomValues(new Uint8Array(32)) });
    const { open, device } = visit();
    await open.submit(service.city.code);
    expect(open.view).toMatchObject({ at: 'failed', failure: failed('unknown-key') });
    expect(device.prompts).toBe(0);
  });
});

describe('sign-in', () => {
  test('sign_in_passkey_is_one_prompt_and_opens', async () => {
    const first = visit();
    await first.claim();
    const second = visit(first.device);
    const flow = new SignInFlow(second.session);
    await flow.passkey();
    expect(second.session.open).toBe(true);
    expect(first.device.prompts).toBe(2);
  });

  test('sign_in_prompt_closed_is_no_catastrophe', async () => {
    const first = visit();
    await first.claim();
    const second = visit(first.device);
    first.device.refusals = 1;
    const flow = new SignInFlow(second.session);
    await flow.passkey();
    expect(flow.view).toMatchObject({ at: 'failed', failure: failed('passkey-cancelled') });
    expect(second.session.open).toBe(false);
  });

  test('sign_in_without_prf_asks_for_the_kit_which_opens', async () => {
    const first = visit('no-prf');
    await first.claim();
    const kit = first.open.view.at === 'kit' ? first.open.view.kit.text : '';
    await first.open.kitKept();
    const second = visit(first.device);
    const flow = new SignInFlow(second.session);
    await flow.passkey();
    expect(flow.view).toMatchObject({ at: 'kit', because: 'no-prf' });
    await flow.kit(`\n${kit.replaceAll('\n', '\r\n').replace(/AGE-.*/, (key) => key.toLowerCase())}`);
    expect(second.session.open).toBe(true);
  });

  test('sign_in_kit_that_does_not_read_is_not_sent', async () => {
    const { session } = visit();
    const flow = new SignInFlow(session);
    flow.askKit();
    await flow.kit('# voute-kit: 1');
    expect(flow.view).toMatchObject({ at: 'kit', because: 'asked', failure: failed('kit-invalid') });
    expect(service.calls.map(({ route }) => route)).not.toContain('signInWithKit');
  });

  test('sign_in_city_that_gives_another_vault_is_refused', async () => {
    const first = visit();
    await first.claim();
    const other = new Service();
    await other.wait();
    await visit(undefined, other).claim();
    service.records = other.records;
    service.keyring = other.keyring;
    const second = visit(first.device);
    const flow = new SignInFlow(second.session);
    await flow.passkey();
    expect(flow.view).toMatchObject({ at: 'failed', failure: failed('wrong-vault') });
    expect(second.session.open).toBe(false);
  });

  test('sign_in_older_keyring_is_refused', async () => {
    const first = visit();
    await first.claim();
    const old = service.keyring;
    await new WaysInFlow(first.session).makeKit();
    service.keyring = old;
    const second = visit(first.device);
    const flow = new SignInFlow(second.session);
    await flow.passkey();
    expect(flow.view).toMatchObject({ at: 'failed', failure: failed('keyring-mismatch') });
  });
});

describe('documents', () => {
  test('documents_load_reads_every_page_and_opens_each_card', async () => {
    const { session, ...rest } = visit();
    await rest.open.submit(service.city.code);
    await rest.open.accept();
    for (let i = 0; i < 4; i++) await service.deliver();
    await session.shelf.load();
    expect(session.shelf.rows.map(({ id }) => id)).toEqual(
      service.held.map(({ delivered }) => delivered.row.documentId),
    );
    expect(session.shelf.complete).toBe(true);
    await service.deliver();
    await session.shelf.load();
    expect(session.shelf.rows).toHaveLength(6);
  });

  test('documents_card_of_another_vault_is_named_and_not_shown', async () => {
    const one = visit();
    await one.claim();
    await service.deliver('f'.repeat(64));
    await one.session.shelf.load();
    expect(one.session.shelf.rows.map(({ card }) => ('refused' in card ? card.refused : null))).toEqual([
      null,
      'wrong-vault',
    ]);
  });

  test('documents_session_that_ended_locks_the_vault', async () => {
    const one = visit();
    await one.claim();
    service.signedIn = false;
    await one.session.shelf.load();
    expect(one.session.open).toBe(false);
    expect(one.session.reason).toBe('expired');
    expect(one.session.shelf.rows).toEqual([]);
  });

  test('documents_leave_forgets_even_when_the_city_does_not_answer', async () => {
    const one = visit();
    await one.claim();
    await one.session.shelf.load();
    service.troubles = [{ route: 'signOut', code: 'network' }];
    await one.session.leave();
    expect([one.session.open, one.session.shelf.rows, one.session.reason]).toEqual([false, [], 'signed-out']);
    await expect(one.session.deps.keys().methods()).rejects.toMatchObject({ code: 'locked' });
  });
});

describe('document', () => {
  async function opened(): Promise<{ one: Visit; flow: DocumentFlow }> {
    const one = visit();
    await one.claim();
    return { one, flow: new DocumentFlow(one.session, one.arrivals[0] ?? '') };
  }

  test('document_load_shows_the_bytes_the_city_signed_and_the_proof', async () => {
    const { flow } = await opened();
    await flow.load();
    expect(flow.view).toMatchObject({ at: 'shown', proof: { at: 'proven', verdict: { state: 'witnessed' } } });
    const bytes = flow.view.at === 'shown' ? flow.view.bytes : new Uint8Array();
    expect(hex(bytes)).toBe(hex(service.held[0]?.delivered.plaintext ?? new Uint8Array()));
    const file = flow.view.at === 'shown' && flow.view.proof.at === 'proven' ? flow.view.proof.file : '';
    expect(JSON.parse(file)).toMatchObject({ version: 1, city: 'ville-x' });
  });

  test('document_load_says_opened_once', async () => {
    const { one, flow } = await opened();
    await one.session.shelf.load();
    await flow.load();
    await eventually(() => service.held[0]?.opened === true);
    await flow.load();
    expect(service.calls.filter(({ route }) => route === 'opened')).toHaveLength(1);
  });

  test('document_altered_on_the_way_is_never_shown', async () => {
    const { flow } = await opened();
    service.tamper = (body) => Uint8Array.from(body, (byte, i) => (i === 100 ? byte ^ 1 : byte));
    await flow.load();
    expect(flow.view.at).toBe('failed');
    expect(flow.view).not.toHaveProperty('bytes');
  });

  test('document_not_yet_logged_is_shown_with_its_proof_to_come', async () => {
    const { flow } = await opened();
    service.logged = false;
    await flow.load();
    expect(flow.view).toMatchObject({ at: 'shown', proof: { at: 'waiting' } });
    service.logged = true;
    await flow.retry();
    expect(flow.view).toMatchObject({ at: 'shown', proof: { at: 'proven' } });
  });

  test('document_whose_receipt_is_of_another_is_shown_as_not_proven', async () => {
    const { flow } = await opened();
    const other = await service.deliver();
    service.city.deliverEvent = (
      (original) => () =>
        original(other)
    )(service.city.deliverEvent.bind(service.city));
    await flow.load();
    expect(flow.view).toMatchObject({ at: 'shown', proof: { at: 'refused', failure: failed('event-differs') } });
  });

  test('document_of_nobody_says_so', async () => {
    const { one } = await opened();
    const flow = new DocumentFlow(one.session, '0'.repeat(32));
    await flow.load();
    expect(flow.view).toMatchObject({ at: 'failed', failure: failed('document-unknown') });
  });
});

describe('ways in', () => {
  test('ways_in_kit_is_a_way_in_before_it_is_shown_and_opens', async () => {
    const one = visit();
    await one.claim();
    const flow = new WaysInFlow(one.session);
    await flow.load();
    await flow.makeKit();
    expect(service.methods.map(({ kind }) => kind).sort()).toEqual(['kit', 'passkey']);
    const text = flow.view.at === 'kit' ? flow.view.kit.text : '';
    expect(service.sent).not.toContain(/AGE-SECRET-KEY-PQ-1(.+)/.exec(text)?.[1]);
    await flow.kitKept();
    expect(flow.view).toMatchObject({ at: 'drill', kit: 'made' });
    await flow.back();
    expect(flow.view).toMatchObject({ at: 'list', failure: null });
    const second = visit('none');
    const signIn = new SignInFlow(second.session);
    signIn.askKit();
    await signIn.kit(text);
    expect(second.session.open).toBe(true);
  });

  test('ways_in_second_passkey_opens', async () => {
    const one = visit();
    await one.claim();
    const other = new Authenticator('prf-at-get');
    const flow = new WaysInFlow(Object.assign(one.session, { deps: { ...one.session.deps, passkeys: other } }));
    await flow.load();
    await flow.addPasskey();
    expect(flow.view).toMatchObject({ at: 'list', busy: 'again' });
    await flow.again();
    expect(flow.view).toMatchObject({ at: 'list', added: 'passkey' });
    const second = visit(other);
    await new SignInFlow(second.session).passkey();
    expect(second.session.open).toBe(true);
  });

  test('ways_in_passkey_without_prf_is_not_added', async () => {
    const one = visit();
    await one.claim();
    const flow = new WaysInFlow(
      Object.assign(one.session, { deps: { ...one.session.deps, passkeys: new Authenticator('no-prf') } }),
    );
    await flow.load();
    await flow.addPasskey();
    expect(flow.view).toMatchObject({ at: 'list', failure: failed('prf-missing') });
    expect(service.methods).toHaveLength(1);
  });

  test('ways_in_elsewhere_is_shown_and_closed', async () => {
    const one = visit();
    await one.claim();
    const { elsewhere } = new WaysInFlow(one.session);
    service.others = [{ opened_at: '2026-02-05T08:12:00Z', seen_at: '2026-02-05T14:40:00Z' }];
    await elsewhere.load();
    expect(elsewhere.view).toEqual({ at: 'list', sessions: service.others, busy: false, closed: false });
    service.troubles = [{ route: 'signOutElsewhere', code: 'network' }];
    await elsewhere.closeAll();
    expect(elsewhere.view).toMatchObject({ at: 'failed', failure: failed('network') });
    expect(service.others).toHaveLength(1);
    await elsewhere.load();
    await elsewhere.closeAll();
    expect(elsewhere.view).toEqual({ at: 'list', sessions: [], busy: false, closed: true });
  });

  test('ways_in_conflict_with_another_device_changes_nothing', async () => {
    const one = visit();
    await one.claim();
    const flow = new WaysInFlow(one.session);
    await flow.load();
    service.troubles = [{ route: 'putKeyring', code: 'record-conflict' }];
    await flow.makeKit();
    expect(flow.view).toMatchObject({ at: 'list', failure: failed('record-conflict') });
    expect(service.methods).toHaveLength(1);
  });
});
