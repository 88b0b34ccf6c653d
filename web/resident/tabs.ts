/** The other tabs of this browser: a vault that is locked in one is locked in all, and whoever is busy in one is not away from another; a computer that others use is that in all of them. */

/** What tabs tell each other; nothing of a vault. The last two: whether others use this computer, as somebody just said. */
export interface Told {
  readonly say: 'locked' | 'signed-out' | 'touched' | 'shared' | 'own';
}

/** Tells other tabs, and hears them. */
export interface Tabs {
  tell(told: Told): void;
  hear(listener: (told: Told) => void): void;
}

const CHANNEL = 'voute';
const WORDS = new Set(['locked', 'signed-out', 'touched', 'shared', 'own']);

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
