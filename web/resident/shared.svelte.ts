/**
 * A computer that others use too (a library, an office): this browser then keeps nothing of a vault, locks after two minutes, signs
 * out when the tab goes, and asks for a passkey that lives elsewhere. The choice is the browser's and stays with it.
 */

const KEPT = 'voute.shared';

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) === '1';
  } catch {
    return false;
  }
}

let shared = $state(kept());

/** Whether this computer is shared; reactive. */
export function isShared(): boolean {
  return shared;
}

/** Says that it is, or that it is not; a browser without storage remembers it for this visit. */
export function setShared(on: boolean): void {
  shared = on;
  try {
    if (on) localStorage.setItem(KEPT, '1');
    else localStorage.removeItem(KEPT);
  } catch {
    // For this visit only.
  }
}
