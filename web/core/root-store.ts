/**
 * Where a browser keeps the trust root that it has accepted: public data, so that a server cannot present another city on a
 * later visit (docs/spec/trust-root.md, "Clients keep the highest number seen").
 */

/** Keeps the exact envelope of the newest accepted root. */
export interface RootStore {
  /** The kept envelope, or null: nothing kept, or no storage here. */
  load(): Promise<Uint8Array | null>;
  /** Keeps an envelope; a browser without storage keeps nothing and says nothing. */
  save(envelope: Uint8Array): Promise<void>;
}

/** Keeps nothing: each page trusts the first root that it sees. */
export const NO_STORE: RootStore = {
  load: () => Promise.resolve(null),
  save: () => Promise.resolve(),
};

const DATABASE = 'voute';
const TABLE = 'public';
const KEY = 'trust-root';

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

/** Keeps the root in this origin's IndexedDB. A private window that refuses storage counts as one that has none. */
export const BROWSER_STORE: RootStore = {
  load: async () => {
    try {
      const kept: unknown = await settled((await table('readonly')).get(KEY));
      return kept instanceof Uint8Array ? kept : null;
    } catch {
      return null;
    }
  },
  save: async (envelope) => {
    try {
      await settled((await table('readwrite')).put(envelope, KEY));
    } catch {
      // Nothing is kept; the next visit trusts on first use again.
    }
  },
};

/** The store for a page's origin: a demonstration on localhost is made anew each time and keeps nothing. */
export function storeFor(origin: string): RootStore {
  return origin.startsWith('http://localhost') ? NO_STORE : BROWSER_STORE;
}
