/**
 * Where a browser keeps what it must not see go back: the trust root that it accepted, the newest record of each vault that was
 * opened here (docs/spec/trust-root.md, docs/spec/vault.md). Public data only, and one sealed file; no key, no title, no name.
 */

/** Keeps bytes by name for this origin. */
export interface PinStore {
  /** What is kept under a name, or null: nothing kept, or no storage here. */
  load(name: string): Promise<Uint8Array | null>;
  /** Keeps bytes; a browser without storage keeps nothing and says nothing. */
  save(name: string, value: Uint8Array): Promise<void>;
  /** Forgets every name that begins so. */
  forget(prefix: string): Promise<void>;
}

/** Keeps nothing: each page trusts what it sees first. */
export const NO_PINS: PinStore = {
  load: () => Promise.resolve(null),
  save: () => Promise.resolve(),
  forget: () => Promise.resolve(),
};

/** Name of the trust root among pins; all else is of a vault, and its name begins with `VAULTS`. */
export const TRUST_ROOT_PIN = 'trust-root';
/** What begins so is no pin: a sealed file that need not come again (`Copies`). */
export const COPIES = 'copy/';
const VAULTS = ['vault/', 'index/', COPIES];

/** Name of a vault's newest record among pins. */
export function vaultPin(vaultId: string): string {
  return `vault/${vaultId}`;
}

/** Forgets all that is kept of any vault. */
export async function forgetVaults(pins: PinStore): Promise<void> {
  await Promise.all(VAULTS.map((prefix) => pins.forget(prefix)));
}

/** Pins that, once quiet, keep nothing more of any vault and forget what was kept: a computer that others use. */
export class QuietPins implements PinStore {
  private readonly pins: PinStore;
  private quiet = false;

  constructor(pins: PinStore) {
    this.pins = pins;
  }

  async quieten(on: boolean): Promise<void> {
    this.quiet = on;
    if (on) await forgetVaults(this.pins);
  }

  load(name: string): Promise<Uint8Array | null> {
    return this.pins.load(name);
  }

  async save(name: string, value: Uint8Array): Promise<void> {
    if (!this.quiet || name === TRUST_ROOT_PIN) await this.pins.save(name, value);
  }

  forget(prefix: string): Promise<void> {
    return this.pins.forget(prefix);
  }
}

const DATABASE = 'voute';
const TABLE = 'public';

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('indexedDB'));
    };
  });
}

async function table(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(TABLE);
  };
  return (await settled(opening)).transaction(TABLE, mode).objectStore(TABLE);
}

/** Keeps pins in this origin's IndexedDB. A private window that refuses storage counts as one that has none. */
export const BROWSER_PINS: PinStore = {
  load: async (name) => {
    try {
      const kept: unknown = await settled((await table('readonly')).get(name));
      return kept instanceof Uint8Array ? kept : null;
    } catch {
      return null;
    }
  },
  save: async (name, value) => {
    try {
      await settled((await table('readwrite')).put(value, name));
    } catch {
      // Nothing is kept; the next visit trusts on first use again.
    }
  },
  forget: async (prefix) => {
    try {
      await settled((await table('readwrite')).delete(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
    } catch {
      // There was nothing to forget.
    }
  },
};

/** The pins of a page's origin: a demonstration on localhost is made anew each time and keeps nothing. */
export function pinsFor(origin: string): PinStore {
  return origin.startsWith('http://localhost') ? NO_PINS : BROWSER_PINS;
}
