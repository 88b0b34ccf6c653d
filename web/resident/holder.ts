/** Starts the key holder's worker, and starts it again when it died: a call never waits for a worker that will not answer. */

import { connect, METHODS, type VaultApi } from '../core/rpc.ts';
import workerAddress from '../core/worker.ts?worker&url';
import { PageError } from '../ui/errors.ts';
import { startWorker } from '../ui/trusted.ts';

/** A running worker: its calls, and a promise that rejects when it dies (its script did not load, or it was ended). */
interface Running {
  readonly calls: VaultApi;
  readonly died: Promise<never>;
}

let running: Running | null = null;

function start(): Running {
  const worker = startWorker(workerAddress, 'vault');
  const died = new Promise<never>((_resolve, reject) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      worker.terminate();
      running = null;
      reject(new PageError(navigator.onLine ? 'network' : 'offline'));
    });
  });
  // Nobody may be waiting at that moment: no error of its own then.
  died.catch(() => undefined);
  return { calls: guarded(connect(worker), died), died };
}

function guarded(calls: VaultApi, died: Promise<never>): VaultApi {
  const run = calls as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
  const entries = METHODS.map((method) => [
    method,
    (...args: readonly unknown[]) => Promise.race([run[method]?.(...args), died]),
  ]);
  return Object.fromEntries(entries) as VaultApi;
}

/** The calls of the running worker; one that died is replaced, and knows nothing any more. */
export function keyHolder(): VaultApi {
  running ??= start();
  return running.calls;
}
