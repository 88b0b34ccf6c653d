/** Looking things up by their id, in values that nothing watches. */

/** The ids of things. */
export function idsOf<T>(things: readonly T[], id: (thing: T) => string): ReadonlySet<string> {
  return new Set(things.map(id));
}

/** Things by their id. */
export function byId<T>(things: readonly T[], id: (thing: T) => string): ReadonlyMap<string, T> {
  return new Map(things.map((thing) => [id(thing), thing]));
}
