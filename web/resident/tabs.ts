/** The other tabs of this browser: a vault that is locked in one is locked in all, and whoever is busy in one is not away from another. */

/** What tabs tell each other; nothing of a vault. */
export type Told = { readonly say: 'locked' | 'signed-out' } | { readonly say: 'touched' };

/** Tells other tabs, and hears them. */
export interface Tabs {
  tell(told: Told): void;
  hear(listener: (told: Told) => void): void;
}

const CHANNEL = 'voute';
const WORDS = new Set(['locked', 'signed-out', 'touched']);

/** The tabs of this origin. */
export function browserTabs(): Tabs {
  const channel = new BroadcastChannel(CHANNEL);
  return {
    tell: (told) => {
      channel.postMessage(told);
    },
    hear: (listener) => {
      channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (typeof data === 'object' && data !== null && 'say' in data && WORDS.has(String(data.say))) {
          listener(data as Told);
        }
      });
    },
  };
}
