/** Looking things up by their id, in values that nothing watches. */

/** The ids of things. */
export function idsOf<T>(things: readonly T[], id: (thing: T) => string): ReadonlySet<string> {
  return new Set(things.map(id));
}
