/** A proof that is on its way: asked for again, a few times, while the document is shown; after a lock it shows nothing. */

import { expect, test, vi } from 'vitest';
import { DocumentFlow } from '../../resident/flows/document.svelte.ts';
import { eventually } from './support/eventually.ts';
import { Service } from './support/service.ts';
import { Visit } from './support/visit.ts';

test('document_proof_on_its_way_is_asked_for_again_while_it_is_shown', async () => {
  const service = new Service();
  await service.wait();
  const visit = new Visit(service);
  await visit.claim();
  const flow = new DocumentFlow(visit.session, visit.arrivals[0] ?? '');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    service.logged = false;
    await flow.load();
    const asked = (): number => service.calls.filter(({ route }) => route === 'receipt').length;
    expect(asked()).toBe(1);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(asked()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await eventually(() => {
      expect(asked()).toBe(2);
    });
    service.logged = true;
    await eventually(async () => {
      await vi.advanceTimersByTimeAsync(1_000);
      expect(flow.view).toMatchObject({ at: 'shown', proof: { at: 'proven' } });
    });
    const settled = asked();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked()).toBe(settled);
  } finally {
    vi.useRealTimers();
    await visit.end();
  }
});

test('document_proof_that_comes_after_a_lock_brings_nothing_back', async () => {
  const service = new Service();
  await service.wait();
  const visit = new Visit(service);
  await visit.claim();
  const flow = new DocumentFlow(visit.session, visit.arrivals[0] ?? '');
  let come = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    come = resolve;
  });
  service.late.set('receipt', late);
  try {
    const loading = flow.load();
    await eventually(() => {
      expect(flow.view).toMatchObject({ at: 'shown', proof: { at: 'checking' } });
    });
    await visit.session.lock('asked');
    flow.forget();
    come();
    await loading;
    expect(flow.view).toEqual({ at: 'loading', manifest: null });
  } finally {
    await visit.end();
  }
});
