/**
 * Starts the key holder's worker, starts it again when it died, and ends it: a call never waits for a worker that will not answer,
 * and a worker that was ended keeps nothing.
 */

import { connect, METHODS, type VaultApi } from '../core/rpc.ts';
import workerAddress from '../core/worker.ts?worker&url';
import { PageError, toFailure } from '../ui/errors.ts';
import { startWorker } from '../ui/program.ts';

// A worker that is in the middle of a long work gets no more than this to wipe what it holds; then it ends all the same.
const WIPE_MS = 500;

/** A running worker: its calls, and how it ends. */
interface Running {
  readonly calls: VaultApi;
  readonly end: (because: PageError) => void;
}

type Calls = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

let running: Running | null = null;

function start(): Running {
  let kill: (because: PageError) => void = () => undefined;
  const died = new Promise<never>((_resolve, reject) => {
    kill = reject;
  });
  // Nobody may be waiting at that moment: no error of its own then.
  died.catch(() => undefined);
  let worker: Worker | null = null;
  let ended = false;
  const end = (because: PageError): void => {
    ended = true;
    worker?.terminate();
    if (running === own) running = null;
    kill(because);
  };
  const started = startWorker(workerAddress, 'vault').then((made): Calls => {
    worker = made;
    if (ended) made.terminate();
    made.addEventListener('error', (event) => {
      event.preventDefault();
      end(new PageError(navigator.onLine ? 'network' : 'offline'));
    });
    return connect(made) as unknown as Calls;
  });
  started.catch((thrown: unknown) => {
    const { code, facts } = toFailure(thrown);
    end(new PageError(code, facts));
  });
  const entries = METHODS.map((method) => [
    method,
    async (...args: readonly unknown[]) => Promise.race([started.then((calls) => calls[method]?.(...args)), died]),
  ]);
  const own: Running = { calls: Object.fromEntries(entries) as VaultApi, end };
  return own;
}

/** The calls of the running worker; one that died is replaced, and knows nothing any more. */
export function keyHolder(): VaultApi {
  running ??= start();
  return running.calls;
}

/** Wipes what the key holder holds, then ends its worker, or ends it `atOnce`; calls that wait reject with `locked`. */
export async function endKeyHolder(atOnce: boolean): Promise<void> {
  const last = running;
  if (!last) return;
  // From here on a new call gets a new worker.
  running = null;
  if (!atOnce) {
    const late = new Promise<void>((resolve) => setTimeout(resolve, WIPE_MS));
    await Promise.race([last.calls.lock().catch(() => undefined), late]);
  }
  last.end(new PageError('locked'));
}
