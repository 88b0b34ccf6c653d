/** A passkey for an open vault: for whom it is made and which ones it must leave alone is not for the city to say. */

import { describe, expect, test } from 'vitest';

import type { Api } from '../../api/client.ts';
import { base64url } from '../../core/bytes.ts';
import type { Passkeys } from '../../resident/flows/deps.ts';
import { WaysInFlow } from '../../resident/flows/ways-in.svelte.ts';
import type { CreateWish } from '../../resident/webauthn.ts';
import { Authenticator } from './support/authenticator.ts';
import type { Service } from './support/service.ts';
import { visiting } from './support/visiting.ts';

let service: Service;
const visit = visiting((fresh) => {
  service = fresh;
});

const failed = (code: string): unknown => expect.objectContaining({ code });

type SessionReply = Awaited<ReturnType<Api['session']>>;
/** A city that lies about whose passkeys there are, before a new one is made. */
const LIES: readonly (readonly [string, (said: SessionReply) => Partial<SessionReply>])[] = [
  ['no_methods', () => ({ methods: [] })],
  [
    'another_credential',
    ({ methods }) => ({ methods: methods.map((one) => ({ ...one, credential_id: 'A'.repeat(22) })) }),
  ],
  [
    'a_passkey_without_credential',
    ({ methods }) => ({ methods: methods.map((one) => ({ ...one, credential_id: null })) }),
  ],
  ['a_kit_in_its_place', ({ methods }) => ({ methods: methods.map((one) => ({ ...one, kind: 'kit' as const })) })],
];

/** A visit whose city lies so, and what its authenticator is asked to make. */
async function lied(lie: (said: SessionReply) => Partial<SessionReply>) {
  const one = visit();
  await one.claim();
  const made: CreateWish[] = [];
  const other = new Authenticator();
  const create: Passkeys['create'] = (wish) => {
    made.push(wish);
    return other.create(wish);
  };
  const session: Api['session'] = async () => {
    const said = await service.api.session();
    return { ...said, ...lie(said) };
  };
  const passkeys = { exist: other.exist, use: other.use, create };
  Object.assign(one.session, { deps: { ...one.session.deps, passkeys, api: { ...service.api, session } } });
  return { one, made, flow: new WaysInFlow(one.session) };
}

describe('new passkey', () => {
  // attack A10
  test.each(LIES)('new_passkey_city_that_says_%s_has_no_passkey_made', async (_, lie) => {
    const { made, flow } = await lied(lie);
    await flow.load();
    await flow.addPasskey();
    expect(flow.view).toMatchObject({ at: 'list', failure: failed('state') });
    expect(made).toEqual([]);
  });

  // attack A10
  // control A10
  test('new_passkey_passkey_is_made_for_the_open_vault_and_leaves_its_own_alone', async () => {
    const foreign = 'B'.repeat(22);
    const { one, made, flow } = await lied(({ methods }) => ({
      vault_id: 'ee'.repeat(32),
      methods: [...methods, { id: 'cd'.repeat(16), kind: 'passkey', credential_id: foreign, sign_in_key: null }],
    }));
    await flow.load();
    await flow.addPasskey();
    expect(flow.view).toMatchObject({ at: 'list', added: 'passkey' });
    const { vault_id: vaultId } = await service.api.session();
    expect(made).toMatchObject([{ vaultId, exclude: [base64url(one.device.credentialId), foreign] }]);
  });

  // mutant A10
  test('new_passkey_mutant_that_believes_the_city_has_one_made_in_its_place', async () => {
    const { one, made, flow } = await lied(() => ({ vault_id: 'ee'.repeat(32), methods: [] }));
    const keys = one.session.deps.keys();
    const { vault_id: vaultId } = await one.session.deps.api.session();
    const believing = { ...keys, passkeyPlace: () => Promise.resolve({ vaultId, keep: [] }) };
    Object.assign(one.session, { deps: { ...one.session.deps, keys: () => believing } });
    await flow.addPasskey();
    expect(made).toMatchObject([{ vaultId: 'ee'.repeat(32), exclude: [] }]);
  });
});
