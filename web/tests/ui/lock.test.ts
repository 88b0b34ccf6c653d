/** What a lock leaves under way, and who opens the vault again meanwhile. */

import { describe, expect, test } from 'vitest';
import { DevicesFlow } from '../../resident/flows/devices.svelte.ts';
import { DisownFlow } from '../../resident/flows/disown.svelte.ts';
import { DocumentFlow } from '../../resident/flows/document.svelte.ts';
import { ElsewhereFlow } from '../../resident/flows/elsewhere.svelte.ts';
import { NoticesFlow } from '../../resident/flows/notices.svelte.ts';
import { PaperFlow } from '../../resident/flows/paper.svelte.ts';
import { SignInFlow } from '../../resident/flows/sign-in.svelte.ts';
import { WaysInFlow } from '../../resident/flows/ways-in.svelte.ts';
import type { Api } from '../../api/client.ts';
import { announce, announced } from '../../ui/announce.svelte.ts';
import { eventually } from './support/eventually.ts';
import type { Service } from './support/service.ts';
import type { Session } from '../../resident/session.svelte.ts';
import type { Visit } from './support/visit.ts';
import { visiting } from './support/visiting.ts';

let service: Service;
const visit = visiting((fresh) => {
  service = fresh;
});

/** From now on the answers of a route wait; gives what lets them come. */
function held(route: keyof Api): () => void {
  let come = (): void => undefined;
  service.late.set(
    route,
    new Promise<void>((resolve) => {
      come = resolve;
    }),
  );
  return () => {
    come();
  };
}

/** Locks, and opens the vault in the same page once more. */
async function again({ session }: Visit): Promise<void> {
  await session.lock('asked');
  await new SignInFlow(session).passkey();
}

describe('a lock', () => {
  test.each(['lock', 'hide'] as const)('lock_by_%s_ends_at_once_what_a_screen_reader_was_being_told', async (how) => {
    const one = visit();
    await one.claim();
    announce(() => 'Compte de taxes 2026');
    expect(announced()).toBe('Compte de taxes 2026');
    if (how === 'lock') void one.session.lock('asked');
    else one.session.hide();
    expect(announced()).toBe('');
  });

  test('lock_sign_in_meanwhile_waits_until_the_old_keys_and_the_old_session_are_gone', async () => {
    const one = visit();
    await one.claim();
    const signedOut = held('signOut');
    void one.session.leave();
    const back = new SignInFlow(one.session);
    const signing = back.passkey();
    // The key holder wipes, the city is told: whoever taps at once is not overtaken by either.
    await eventually(() => {
      expect(service.calls.at(-1)?.route).toBe('signOut');
    });
    expect(one.session.open).toBe(false);
    signedOut();
    await signing;
    expect(back.view.at).toBe('ready');
    expect([one.session.open, service.signedIn]).toEqual([true, true]);
    await one.session.shelf.load();
    expect([one.session.shelf.failure, one.session.shelf.rows.length]).toEqual([null, 1]);
  });

  test('lock_list_that_comes_after_it_is_not_the_next_visits', async () => {
    const one = visit();
    await one.claim();
    const { shelf } = one.session;
    await shelf.load();
    await shelf.save();
    await again(one);
    const come = held('places');
    const old = shelf.load();
    await eventually(() => {
      expect(service.calls.at(-1)?.route).toBe('index');
    });
    service.late.clear();
    await again(one);
    await shelf.load();
    come();
    await old;
    expect([one.session.open, shelf.failure, shelf.complete, shelf.rows.length]).toEqual([true, null, true, 1]);
  });

  test('lock_index_that_is_written_after_it_does_not_pass_for_one_that_was_read', async () => {
    const one = visit();
    await one.claim();
    const { shelf } = one.session;
    await shelf.load();
    const id = shelf.rows[0]?.id ?? '';
    const written = held('putIndex');
    await shelf.mark(id, { handled: true });
    const old = shelf.save();
    await again(one);
    written();
    await old;
    await shelf.load();
    expect(shelf.rows.map(({ marks }) => marks.handled)).toEqual([true]);
    service.late.clear();
    await shelf.mark(id, { folder: 'Maison' });
    await shelf.save();
    await again(one);
    await shelf.load();
    expect(shelf.rows[0]?.marks).toMatchObject({ handled: true, folder: 'Maison' });
  });

  const acts: readonly (readonly [keyof Api, (session: Session, id: string) => Promise<void>])[] = [
    ['notices', async (session) => new NoticesFlow(session).load()],
    ['stopNotices', async (session) => new NoticesFlow(session).stop()],
    ['devices', async (session) => new DevicesFlow(session).load()],
    ['removeDevices', async (session) => new DevicesFlow(session).turnAllOff()],
    ['elsewhere', async (session) => new ElsewhereFlow(session).load()],
    ['consents', async (session) => new PaperFlow(session).load()],
    ['session', async (session) => new WaysInFlow(session).load()],
    ['session', async (session) => new WaysInFlow(session).makeKit()],
    ['document', async (session, id) => new DisownFlow(session, id).load()],
    ['document', async (session, id) => new DocumentFlow(session, id).load()],
    ['body', async (session, id) => new DocumentFlow(session, id).load()],
    ['places', async (session) => session.shelf.load()],
  ];
  test.each(acts)('lock_act_that_fails_at_%s_after_it_does_not_lock_the_next_visit', async (route, act) => {
    const one = visit();
    await one.claim();
    const id = service.held[0]?.delivered.row.documentId ?? '';
    const come = held(route);
    service.troubles.push({ route, code: 'not-signed-in', after: true });
    const old = act(one.session, id);
    await eventually(() => {
      expect(service.calls.map((call) => call.route)).toContain(route);
    });
    // Whoever opens the vault next asks without waiting.
    service.late.clear();
    await again(one);
    come();
    await old;
    await one.session.ended();
    expect([service.troubles, one.session.open, one.session.reason]).toEqual([[], true, 'none']);
    await one.session.shelf.load();
    expect([one.session.shelf.failure, one.session.shelf.rows.length]).toEqual([null, 1]);
  });

  test('lock_document_that_is_opened_after_it_stays_shut', async () => {
    const one = visit();
    await one.claim();
    const id = service.held[0]?.delivered.row.documentId ?? '';
    const flow = new DocumentFlow(one.session, id);
    const come = held('body');
    const old = flow.load();
    await eventually(() => {
      expect(flow.view.manifest).not.toBeNull();
    });
    await again(one);
    come();
    await old;
    expect([one.session.open, flow.view.at]).toEqual([true, 'loading']);
    // The next visit asks for the bytes itself: none were left for it.
    expect(await one.session.sealedBody(id)).not.toBeNull();
  });

  test('lock_by_leaving_ends_what_is_still_being_written', async () => {
    const one = visit();
    await one.claim();
    const { shelf } = one.session;
    await shelf.load();
    const written = held('putIndex');
    await shelf.mark(shelf.rows[0]?.id ?? '', { handled: true });
    await one.session.leave();
    const [, signal] = service.calls.find(({ route }) => route === 'putIndex')?.body as [unknown, AbortSignal];
    expect(signal.aborted).toBe(true);
    expect(service.signedIn).toBe(false);
    written();
  });
});

test('hide_forgets_all_before_it_returns', async () => {
  const one = visit();
  await one.claim();
  await one.session.shelf.load();
  expect([one.session.shelf.complete, one.ended]).toEqual([true, 0]);
  one.session.hide();
  expect([one.session.open, one.session.shelf.complete, one.session.shelf.rows, one.ended]).toEqual([
    false,
    false,
    [],
    1,
  ]);
});
