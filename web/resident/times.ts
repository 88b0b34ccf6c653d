/** When to tell, as a form holds it and as the city keeps it. */

import type { DeviceTimes } from '../api/client.ts';

/** What the fields of a form hold: `<select>` has texts. */
export interface Times {
  pace: string;
  hour: string;
  weekday: string;
  quiet: boolean;
}

type Kept = Omit<DeviceTimes, 'language'>;

/** Nobody is woken unless they ask for it. */
const NIGHT = { quiet_from: 21, quiet_until: 7 };
const NEVER = { quiet_from: 0, quiet_until: 0 };

/** What a form begins with. */
export function timesOf(kept: Kept | null): Times {
  return {
    pace: kept?.pace ?? 'once',
    hour: String(kept?.hour ?? 8),
    weekday: String(kept?.weekday ?? 0),
    quiet: kept === null || kept.quiet_from !== kept.quiet_until,
  };
}

/** What the city is asked for. */
export function keptOf({ pace, hour, weekday, quiet }: Times): Kept {
  return { pace, hour: Number(hour), weekday: Number(weekday), ...(quiet ? NIGHT : NEVER) };
}
