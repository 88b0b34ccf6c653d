/**
 * Parts of the program that a page starts itself: their bytes are checked against the hash that the page carries, then run from
 * those same bytes. Browsers check integrity for scripts and imports only; for a worker, a frame or data nobody else would.
 *
 * One Trusted Types policy (`voute`) makes the addresses and documents that need one: a worker made of checked bytes, the worker of
 * notices, a frame made of a checked script. The server's policy says `require-trusted-types-for 'script'`: what does not come from here starts
 * nothing. There is no `createScript`.
 */

import { PageError } from './errors.ts';
import { Patience, piecesOf as readPieces } from './patience.ts';

interface Policy {
  createScriptURL(address: string): unknown;
  createHTML(html: string): unknown;
}

interface TrustedTypesFactory {
  createPolicy(name: string, rules: { [K in keyof Policy]: (value: string) => string }): Policy;
}

const ALGORITHM = 'sha384-';
const made = new Set<string>();
// Scripts that the browser has, as far as this page knows.
const there = new Set<string>();
let policy: Policy | null = null;
let hashes: Readonly<Record<string, unknown>> | null = null;

function ours(value: string): string {
  if (!made.delete(value)) throw new TypeError('not a part of the program');
  return value;
}

function trusted(kind: keyof Policy, value: string): string {
  const factory = (globalThis as { trustedTypes?: TrustedTypesFactory }).trustedTypes;
  const rules = { createScriptURL: ours, createHTML: ours };
  policy ??= factory ? factory.createPolicy('voute', rules) : rules;
  made.add(value);
  return policy[kind](value) as string;
}

function listed(): Readonly<Record<string, unknown>> {
  if (hashes === null) {
    const map: unknown = JSON.parse(document.querySelector('script[type=importmap]')?.textContent ?? '{}');
    const found = typeof map === 'object' && map !== null && 'integrity' in map ? map.integrity : {};
    hashes = found as Readonly<Record<string, unknown>>;
  }
  return hashes;
}

const isListed = (path: string): boolean => Object.hasOwn(listed(), path);

function expected(path: string): string {
  const hash = listed()[path];
  if (typeof hash !== 'string' || !hash.startsWith(ALGORITHM)) throw new PageError('program-refused');
  return hash;
}

async function sha384(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-384', bytes));
  return ALGORITHM + btoa(String.fromCharCode(...digest));
}

/** The pieces in which the build also gives a part of the program (`ui/build/pieces.ts`), in order; each is a part of its own. */
export function piecesOf(builtAddress: string): readonly string[] {
  const { pathname } = new URL(builtAddress, location.href);
  const found: string[] = [];
  for (let piece = `${pathname}.1.bin`; isListed(piece); piece = `${pathname}.${found.length + 1}.bin`)
    found.push(piece);
  if (found.length === 0) throw new PageError('program-refused');
  return found;
}

/**
 * Fetches a part of the program by the address that the build wrote. Raises `offline`, `network`, or `program-refused` when it is
 * not as published; what `stop` says when it was stopped.
 */
export async function loadPart(builtAddress: string, stop?: AbortSignal): Promise<ArrayBuffer> {
  return fetchPart(builtAddress, { credentials: 'omit', ...(stop ? { signal: stop, priority: 'low' } : {}) });
}

/** Read piece by piece: the largest parts take longer on a slow line than any one answer of the city has. */
async function wholeOf(reply: Response, patience: Patience): Promise<ArrayBuffer> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  if (reply.body !== null) for await (const piece of readPieces(reply.body, patience)) pieces.push(piece);
  return new Blob(pieces).arrayBuffer();
}

async function fetchPart(builtAddress: string, how: RequestInit): Promise<ArrayBuffer> {
  const { pathname } = new URL(builtAddress, location.href);
  const hash = expected(pathname);
  const patience = new Patience();
  const signal = how.signal ? AbortSignal.any([how.signal, patience.signal]) : patience.signal;
  let bytes: ArrayBuffer;
  try {
    const reply = await fetch(pathname, { ...how, signal });
    if (!reply.ok) throw new PageError('network');
    bytes = await wholeOf(reply, patience);
  } catch {
    how.signal?.throwIfAborted();
    throw new PageError(navigator.onLine ? 'network' : 'offline');
  } finally {
    patience.end();
  }
  if ((await sha384(bytes)) !== hash) throw new PageError('program-refused');
  return bytes;
}

/** Starts a worker from a part of the program. */
export async function startWorker(builtAddress: string, name: string): Promise<Worker> {
  const address = URL.createObjectURL(new Blob([await loadPart(builtAddress)], { type: 'text/javascript' }));
  try {
    return new Worker(trusted('createScriptURL', address), { name });
  } finally {
    // The worker has the bytes as soon as it is made.
    URL.revokeObjectURL(address);
  }
}

/**
 * Registers the worker of notices for a folder of its own. The browser fetches it itself, without integrity: what the city serves
 * just now is compared first. Where the city's policy names no such address, the browser refuses.
 */
export async function registerWorker(address: string, scope: string): Promise<ServiceWorkerRegistration> {
  await loadPart(address);
  const script = trusted('createScriptURL', address);
  return navigator.serviceWorker.register(script, { scope, updateViaCache: 'none' });
}

/** The `srcdoc` of a frame that runs one script of the program, of bytes that were checked; `framePolicy` is what its own policy says beside it. */
export async function frameDocument(bytes: ArrayBuffer, framePolicy: string, language: string): Promise<string> {
  const script = new TextDecoder().decode(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hash = `'sha256-${btoa(String.fromCharCode(...digest))}'`;
  const own = `script-src ${hash}; ${framePolicy}`;
  return trusted(
    'createHTML',
    `<!doctype html><html lang="${language === 'en' ? 'en' : 'fr'}"><head><meta charset="utf-8"><meta http-equiv="content-security-policy" content="${own}"><title>Voûte</title></head><body><script>${script}</script></body></html>`,
  );
}

async function fetchScript(path: string): Promise<void> {
  // What the page does not list is the browser's affair alone: there is nothing to compare it with.
  if (there.has(path) || !isListed(path)) return;
  if (document.querySelector(`[href="${path}"], [src="${path}"]`) === null) {
    // As the browser asks for an import: what it keeps is found by that.
    await fetchPart(path, { credentials: 'same-origin' });
  }
  there.add(path);
}

/**
 * What the build calls for each `import()`, with the scripts that it needs (`ui/build/imports.ts`). A browser that could not fetch an
 * imported script does not ask for it again before the page is loaded anew, which here closes the vault. So each is fetched first,
 * which may be done again, and comes from the browser's cache then. Raises what `loadPart` raises.
 */
export async function importWhole<T>(part: () => Promise<T>, scripts: readonly string[] = []): Promise<T> {
  await Promise.all(scripts.map(async (one) => fetchScript(`/${one}`)));
  return part();
}

/** Imports a part of the program; a refusal of the browser becomes `offline` or `program-refused`. */
export async function importPart<T>(part: Promise<T>): Promise<T> {
  try {
    return await part;
  } catch (thrown) {
    if (thrown instanceof PageError) throw thrown;
    throw new PageError(navigator.onLine ? 'program-refused' : 'offline');
  }
}
