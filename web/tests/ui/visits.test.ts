/** What happens around a first visit: letters that are not theirs, connections that break, ways in tried and removed, shared computers. */

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { fromBase64, fromUtf8 } from '../../core/bytes.ts';
import { CODE_SIZE, CODE_SYMBOLS, CROCKFORD, readClaimCode, writeClaimCode } from '../../core/claim-code.ts';
import { codeOfLink, grouped, hintOf } from '../../resident/code-hints.ts';
import { DisownFlow } from '../../resident/flows/disown.svelte.ts';
import { WaysInFlow } from '../../resident/flows/ways-in.svelte.ts';
import { Idle } from '../../resident/idle.svelte.ts';
import { isShared } from '../../resident/shared.svelte.ts';
import { toFailure, type Failure } from '../../ui/errors.ts';
import { eventually } from './support/eventually.ts';
import type { Service } from './support/service.ts';
import type { Visit } from './support/visit.ts';
import { visiting } from './support/visiting.ts';

let service: Service;
const visit = visiting((fresh) => {
  service = fresh;
});

/** A browser's storage, as far as pages use it. */
function storage(): Map<string, string> {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  return kept;
}

const failed = (code: string): unknown => expect.objectContaining({ code });

describe('not mine', () => {
  test('open_used_by_another_is_blocked_by_the_letter_alone', async () => {
    await visit().claim();
    const { open, device } = visit();
    await open.submit(service.city.code);
    open.notMine();
    expect(open.view).toMatchObject({ at: 'giving', because: 'used' });
    expect(service.frozen).toBeNull();
    service.troubles = [{ route: 'freezeCode', code: 'offline' }];
    await open.giveAway();
    expect(open.view).toMatchObject({ at: 'giving', failure: failed('offline') });
    await open.giveAway();
    expect(open.view).toEqual({ at: 'given', because: 'used' });
    expect(service.frozen).not.toBeNull();
    expect(device.prompts).toBe(0);
    await open.submit(service.city.code);
    expect(open.view).toMatchObject({ at: 'failed', failure: failed('claim-frozen') });
  });

  test('open_letter_of_another_is_put_aside_or_kept', async () => {
    const { open } = visit();
    await open.submit(service.city.code);
    open.notMine();
    open.keep();
    expect(open.view.at).toBe('letter');
    open.notMine();
    expect(open.view).toMatchObject({ at: 'giving', because: 'letter' });
    await open.giveAway();
    expect(open.view).toEqual({ at: 'given', because: 'letter' });
    // The tap that came too late opens nothing.
    await open.accept();
    expect(service.claimed).toBeNull();
  });

  test('open_without_connection_keeps_the_code_and_goes_on_when_it_is_back', async () => {
    const { open, session } = visit();
    service.troubles = [{ route: 'lookUpClaim', code: 'offline' }];
    await open.submit(service.city.code);
    expect(open.view).toMatchObject({ at: 'failed', failure: failed('offline') });
    await open.resumed();
    expect(open.view.at).toBe('letter');
    service.troubles = [{ route: 'claim', code: 'network' }];
    await open.accept();
    expect(open.view.at).toBe('unsent');
    await open.resumed();
    expect(session.open).toBe(true);
    const bodies = service.calls.filter(({ route }) => route === 'claim').map(({ body }) => JSON.stringify(body));
    expect(new Set(bodies).size).toBe(1);
    // Nothing waits any more: the next reconnection asks for nothing.
    const asked = service.calls.length;
    await open.resumed();
    expect(service.calls.length).toBe(asked);
  });

  test('disown_signs_one_act_for_the_code_that_brought_the_document', async () => {
    const one = visit();
    await one.claim();
    const flow = new DisownFlow(one.session, service.held[0]?.delivered.row.documentId ?? '');
    await flow.load();
    expect(flow.view).toMatchObject({ at: 'asking', manifest: { issuer: 'finances' } });
    await flow.disown();
    expect(flow.view.at).toBe('done');
    expect(service.disowned).toHaveLength(1);
    const { payload } = JSON.parse(fromUtf8(fromBase64(service.disowned[0] ?? ''))) as { readonly payload: string };
    expect(JSON.parse(fromUtf8(fromBase64(payload)))).toMatchObject({
      type: 'disown',
      subject: { lookup_id: service.city.lookupId },
    });
  });

  test('disown_of_what_came_to_the_vault_finds_the_codes_of_its_party', async () => {
    const one = visit();
    await one.claim();
    const delivered = await service.deliver();
    const flow = new DisownFlow(one.session, delivered.row.documentId);
    await flow.load();
    service.troubles = [{ route: 'disown', code: 'network' }];
    await flow.disown();
    expect(flow.view).toMatchObject({ at: 'asking', failure: failed('network') });
    await flow.disown();
    expect(flow.view.at).toBe('done');
    expect(service.disowned).toHaveLength(1);
  });
});

describe('ways in, tried and removed', () => {
  async function withKit(): Promise<{ one: Visit; ways: WaysInFlow; kit: string }> {
    const one = visit();
    await one.claim();
    const ways = new WaysInFlow(one.session);
    await ways.load();
    await ways.makeKit();
    const kit = ways.view.at === 'kit' ? ways.view.kit.text : '';
    return { one, ways, kit };
  }

  test('drill_kit_opens_the_vault_and_says_so', async () => {
    const { one, ways, kit } = await withKit();
    await ways.kitKept();
    expect(ways.view).toMatchObject({ at: 'drill', kit: 'made' });
    await ways.drillKit('# voute-kit: 1');
    expect(ways.view).toMatchObject({ at: 'drill', failure: failed('kit-invalid') });
    await ways.drillKit(kit);
    const proven = service.methods.find(({ kind }) => kind === 'kit')?.id ?? '';
    expect(ways.view).toMatchObject({ at: 'list', proven, used: { [proven]: '2026-02-05' } });
    expect(one.session.open).toBe(true);
  });

  test('drill_kit_that_the_city_would_not_let_in_is_said_and_is_no_proof', async () => {
    const { ways, kit } = await withKit();
    service.troubles = [{ route: 'tryKit', code: 'sign-in-failed' }];
    await ways.kitKept();
    await ways.drillKit(kit);
    expect(ways.view).toMatchObject({ at: 'drill', failure: failed('sign-in-failed') });
  });

  test('drill_kit_of_another_vault_opens_nothing', async () => {
    const { ways, kit } = await withKit();
    await ways.kitKept();
    await ways.drillKit(kit.replace(/^# method: .*$/m, `# method: ${'0'.repeat(32)}`));
    expect(ways.view).toMatchObject({ at: 'drill', failure: failed('kit-not-this-vault') });
  });

  test('drill_passkey_opens_the_vault_with_one_prompt', async () => {
    const { one, ways } = await withKit();
    await ways.load();
    const methods = ways.view.at === 'list' ? ways.view.methods : [];
    const passkey = methods.find(({ kind }) => kind === 'passkey');
    const before = one.device.prompts;
    if (passkey) await ways.tryOut(passkey);
    expect(ways.view).toMatchObject({ at: 'list', proven: passkey?.id, used: { [passkey?.id ?? '']: '2026-02-06' } });
    expect(one.device.prompts).toBe(before + 1);
  });

  test('drill_passkey_that_the_city_would_not_let_in_is_said_and_is_no_proof', async () => {
    const { ways } = await withKit();
    await ways.load();
    const methods = ways.view.at === 'list' ? ways.view.methods : [];
    const passkey = methods.find(({ kind }) => kind === 'passkey');
    service.troubles = [{ route: 'tryPasskey', code: 'sign-in-failed' }];
    if (passkey) await ways.tryOut(passkey);
    expect(ways.view).toMatchObject({ at: 'list', proven: null, used: {}, failure: failed('sign-in-failed') });
  });

  test('removal_begins_a_new_epoch_and_what_was_removed_opens_no_more', async () => {
    const { ways, kit } = await withKit();
    await ways.load();
    const methods = ways.view.at === 'list' ? ways.view.methods : [];
    const gone = methods.find(({ kind }) => kind === 'kit');
    if (gone) ways.askRemoval(gone);
    expect(service.methods).toHaveLength(2);
    service.troubles = [{ route: 'putKeyring', code: 'network' }];
    await ways.remove();
    expect(ways.view).toMatchObject({ at: 'removing', failure: failed('network') });
    await ways.remove();
    expect(ways.view).toMatchObject({ at: 'list', removed: true });
    expect(service.methods.map(({ kind }) => kind)).toEqual(['passkey']);
    if (gone) await ways.tryOut(gone);
    await ways.drillKit(kit);
    expect(ways.view).toMatchObject({ at: 'drill', failure: failed('kit-not-this-vault') });
  });
});

describe('asking for a second way in', () => {
  test('second_way_is_asked_for_after_a_document_was_seen_and_once_a_visit', async () => {
    const one = visit();
    const { session } = one;
    await one.claim();
    expect(session.asking).toBe(false);
    session.saw();
    expect(session.asking).toBe(true);
    session.later();
    session.saw();
    expect(session.asking).toBe(false);
  });
});

describe('a computer that others use', () => {
  test('shared_keeps_nothing_of_a_vault_and_locks_soon', async () => {
    const kept = storage();
    const one = visit();
    await one.session.share(true);
    await one.claim();
    expect(one.session.idle.minutes).toBe(2);
    one.session.idle.choose(20);
    expect([...kept.keys()]).toEqual(['voute.shared']);
    expect(new Idle(() => undefined).minutes).toBe(2);
    one.session.hide();
    await eventually(() => {
      expect(service.signedIn).toBe(false);
    });
    await one.session.share(false);
    expect(isShared()).toBe(false);
    expect(one.session.idle.minutes).toBe(10);
  });
});

describe('code hints', () => {
  const code = fc.uint8Array({ minLength: CODE_SIZE, maxLength: CODE_SIZE }).map((bytes) => {
    bytes[CODE_SIZE - 1] = (bytes[CODE_SIZE - 1] ?? 0) & 0b11100000;
    return writeClaimCode(bytes);
  });
  // Symbols of a code, what people take for them, what keyboards put beside them, and what is none though it looks like one.
  const symbol = fc.oneof(
    fc.constantFrom(...Array.from(CROCKFORD)),
    fc.constantFrom('I', 'l', 'o', 'U', 'u', '!', 'é', 'ß', 'ſ', '\u{1d7d8}'),
  );
  const slip = fc.record({
    kind: fc.constantFrom('another', 'swapped', 'missing', 'extra'),
    at: fc.nat({ max: CODE_SYMBOLS - 1 }),
    symbol,
  });
  type Slip = typeof slip extends fc.Arbitrary<infer T> ? T : never;

  function slipped(right: readonly string[], { kind, at, symbol: other }: Slip): readonly string[] {
    if (kind === 'another') return right.toSpliced(at, 1, other);
    if (kind === 'swapped') return right.toSpliced(at, 2, ...right.slice(at, at + 2).toReversed());
    return kind === 'missing' ? right.toSpliced(at, 1) : right.toSpliced(at, 0, other);
  }

  /** The groups of what was typed that are not those of the letter. */
  function differing(typed: string, right: string): ReadonlySet<number> {
    const [mine, theirs] = [typed, grouped(right)].map((one) => one.split('-'));
    return new Set((mine ?? []).flatMap((group, g) => (group === theirs?.[g] ? [] : [g + 1])));
  }

  test('hints_group_as_letters_print_it', () => {
    expect(grouped('7q3k m0xa–9tzb')).toBe('7Q3K-M0XA-9TZB');
    expect(grouped('7q3k\u2009m0xa―9tſb')).toBe('7Q3K-M0XA-9TſB');
  });

  test('hints_never_name_a_group_that_is_right', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        code,
        fc.array(slip, { minLength: 1, maxLength: 2 }),
        fc.constantFrom('', '-', ' ', '\u2009'),
        (right, slips, between) => {
          const symbols = slips.reduce<readonly string[]>(slipped, Array.from(right));
          const typed = grouped(symbols.join(between));
          let failure: Failure | null = null;
          try {
            readClaimCode(typed);
          } catch (thrown) {
            failure = toFailure(thrown);
          }
          const hint = hintOf(typed, failure);
          seen.add(hint?.at ?? failure?.code ?? 'read');
          if (hint?.at === 'symbol') {
            expect(differing(typed, right)).toContain(hint.group);
            expect(typed.split('-')[hint.group - 1]).toContain(hint.symbol);
            expect(`${CROCKFORD}ILO`).not.toContain(hint.symbol);
          }
          if (hint?.at === 'missing') expect(symbols.length + hint.missing).toBe(CODE_SYMBOLS);
          if (hint?.at === 'extra') expect(symbols.length - hint.extra).toBe(CODE_SYMBOLS);
          // What is said of the others: some group differs, so there is a first one.
          if (failure !== null) expect(differing(typed, right).size).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2_000 },
    );
    expect([...seen].toSorted()).toEqual(['code-check', 'extra', 'missing', 'read', 'symbol']);
  });

  test('hints_of_a_code_that_came_in_a_link_are_about_what_is_shown', async () => {
    const one = visit();
    await one.open.submit('7q3k\u2009m0xu\u20099tzb');
    expect(one.open.view).toMatchObject({ at: 'typing', code: '7Q3K-M0XU-9TZB', failure: { code: 'code-symbol' } });
    if (one.open.view.at !== 'typing') throw new Error('not there');
    expect(hintOf(one.open.view.code, one.open.view.failure)).toMatchObject({ group: 2, symbol: 'U' });
  });
});

describe('notices', () => {
  test('ways_in_notices_are_asked_for_confirmed_and_stopped', async () => {
    const one = visit();
    await one.claim();
    const { notices } = new WaysInFlow(one.session);
    await notices.load();
    expect(notices.view).toEqual({ at: 'shown', notice: null, busy: false, failure: null });
    const wish = {
      address: 'a@b.test',
      language: 'fr',
      pace: 'once',
      hour: 8,
      weekday: 0,
      quiet_from: 21,
      quiet_until: 7,
    };
    await notices.save(wish);
    expect(notices.view).toMatchObject({ notice: { ...wish, state: 'unconfirmed' }, failure: null });
    service.troubles = [{ route: 'confirmNotices', code: 'notice-code-wrong' }];
    await notices.confirm('00000000');
    expect(notices.view).toMatchObject({ notice: { state: 'unconfirmed' }, failure: { code: 'notice-code-wrong' } });
    await notices.confirm('12345678');
    expect(notices.view).toMatchObject({ notice: { state: 'confirmed' }, failure: null });
    await notices.stop();
    expect(notices.view).toEqual({ at: 'shown', notice: null, done: 'stopped', busy: false, failure: null });
  });
});

describe('a square that was read', () => {
  const ORIGIN = 'https://coffre.ville.example';
  const CODE = '7KQ2M9XD04RTHB6VWZ3NP5CJ';

  test('link_of_a_letter_of_this_city_gives_its_code', () => {
    expect(codeOfLink(`${ORIGIN}/ouvrir#${CODE}`, ORIGIN)).toBe(CODE);
  });

  test.each([
    `https://coffre.vi11e.example/ouvrir#${CODE}`,
    `http://coffre.ville.example/ouvrir#${CODE}`,
    `${ORIGIN}:8443/ouvrir#${CODE}`,
    `https://coffre.ville.example@elsewhere.example/ouvrir#${CODE}`,
    `https://somebody@coffre.ville.example/ouvrir#${CODE}`,
    `${ORIGIN}/ouvrir`,
    `${ORIGIN}/ouvrir#`,
    `${ORIGIN}/partage/1#${CODE}`,
    `${ORIGIN}//elsewhere.example/ouvrir#${CODE}`,
    CODE,
    '# voute-kit: 1',
    'javascript:alert(1)',
    '',
  ])('link_that_is_no_letter_of_this_city_gives_none %s', (text) => {
    expect(codeOfLink(text, ORIGIN)).toBeNull();
  });
});
