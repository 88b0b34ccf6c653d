/**
 * The viewer's parts on their way: fetched in pieces, ahead of need, and never beside a document. Whoever opens one holds the line;
 * pieces that were coming are left off and asked for again afterwards, those that came are kept.
 */

import { arrival } from './arrival.svelte.ts';
import { loadPart, piecesOf } from '../../ui/program.ts';

// Enough to fill a line whose way there and back is as long as a piece.
const AT_ONCE = 3;

let holders = 0;
let freed: (() => void)[] = [];
let stop = new AbortController();
// As blobs: nothing of them is in the memory of the page, which is searched after a lock.
const kept = new Map<string, Blob>();
const coming = new Map<string, Promise<Blob>>();

/** Keeps the line for a document until the function that it gives is called. */
export function holdLine(): () => void {
  holders += 1;
  stop.abort();
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    if (holders > 0) return;
    stop = new AbortController();
    const waiting = freed;
    freed = [];
    for (const go of waiting) go();
  };
}

/** Settles when no document has the line. */
export async function freeLine(): Promise<void> {
  while (holders > 0) {
    await new Promise<void>((resolve) => {
      freed.push(resolve);
    });
  }
}

async function load(piece: string): Promise<void> {
  while (!kept.has(piece)) {
    await freeLine();
    const { signal } = stop;
    try {
      kept.set(piece, new Blob([await loadPart(piece, signal)]));
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
  }
  arrival.came(piece);
}

async function loadAll(pieces: readonly string[]): Promise<Blob> {
  let next = 0;
  const run = async (): Promise<void> => {
    for (let piece = pieces[next++]; piece !== undefined; piece = pieces[next++]) await load(piece);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return new Blob(pieces.flatMap((one) => kept.get(one) ?? []));
}

/** A part that the build cut into pieces, put together: of a script still compressed. Raises what `loadPart` raises; may be asked for again. */
export async function loadPieces(builtAddress: string): Promise<Blob> {
  const known = coming.get(builtAddress);
  if (known) return known;
  const begun = loadAll(piecesOf(builtAddress));
  coming.set(builtAddress, begun);
  begun.catch(() => coming.delete(builtAddress));
  return begun;
}

/** The same for a script: its bytes, as they run. */
export async function loadScript(builtAddress: string): Promise<ArrayBuffer> {
  const stream = (await loadPieces(builtAddress)).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}
