/**
 * The one Trusted Types policy of the product beside Svelte's own: script addresses, and only those of our two workers.
 *
 * The server's policy says `require-trusted-types-for 'script'; trusted-types svelte-trusted-html voute`: an address that does
 * not come from here starts nothing. There is no `createHTML` and no `createScript`.
 */

interface ScriptUrlPolicy {
  createScriptURL(address: string): unknown;
}

interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): ScriptUrlPolicy;
}

const allowed = new Set<string>();
let policy: ScriptUrlPolicy | null = null;

function check(address: string): string {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin || !allowed.has(url.pathname)) throw new TypeError('script address not allowed');
  return url.href;
}

/** Starts a module worker whose address was written by the build (an import with `?url` or `?worker&url`), no other. */
export function startWorker(builtAddress: string, name: string): Worker {
  allowed.add(new URL(builtAddress, location.href).pathname);
  const factory = (globalThis as { trustedTypes?: TrustedTypesFactory }).trustedTypes;
  policy ??= factory ? factory.createPolicy('voute', { createScriptURL: check }) : { createScriptURL: check };
  return new Worker(policy.createScriptURL(builtAddress) as string, { type: 'module', name });
}
