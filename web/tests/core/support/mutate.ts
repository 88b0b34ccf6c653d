/** Changes a case in one place, as an attacker or an accident would; driven by a seeded generator so that it can be run again. */

type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** A generator of numbers in [0, 1). */
export type Random = () => number;

/** Mulberry32: small, seeded, good enough to pick places. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

const SYMBOLS = ['0', '1', 'f', 'A', 'z', '-', ' ', '\n', '"', '{', '=', '+', 'é', '\u202e', '\u0000', '\u{1f600}'];

function mutateText(text: string, random: Random): string {
  const symbols = Array.from(text);
  const at = below(random, symbols.length + 1);
  const symbol = SYMBOLS[below(random, SYMBOLS.length)] ?? '';
  const ways: readonly (() => string[])[] = [
    () => symbols.with(Math.min(at, Math.max(0, symbols.length - 1)), symbol),
    () => [...symbols.slice(0, at), symbol, ...symbols.slice(at)],
    () => [...symbols.slice(0, at), ...symbols.slice(at + 1 + below(random, 3))],
    () => [...symbols.slice(0, at), ...symbols.slice(at).reverse()],
    () => symbols.map((one, index) => (index === at ? one.toUpperCase() : one)),
    () => symbols.slice(0, at),
  ];
  if (symbols.length === 0) return symbol;
  return (ways[below(random, ways.length)]?.() ?? symbols).join('');
}

function mutateNumber(value: number, random: Random): number {
  const ways = [value + 1, value - 1, -value, 0, 2 ** 31, 2 ** 32, 2 ** 53 - 1, value * 2];
  return ways[below(random, ways.length)] ?? value;
}

function mutateList(list: readonly Value[], random: Random): readonly Value[] {
  const at = below(random, list.length);
  const one = list[at] ?? null;
  const ways: readonly (() => readonly Value[])[] = [
    () => list.with(at, mutate(one, random)),
    () => list.toSpliced(at, 1),
    () => list.toSpliced(at, 0, one),
    () => list.toReversed(),
  ];
  return list.length === 0 ? list : (ways[below(random, ways.length)]?.() ?? list);
}

/** The value with one place changed; its kinds stay, so that a runner can read it. */
export function mutate(value: Value, random: Random): Value {
  if (typeof value === 'string') return mutateText(value, random);
  if (typeof value === 'number') return mutateNumber(value, random);
  if (typeof value === 'boolean') return !value;
  if (value === null) return value;
  if (Array.isArray(value)) return mutateList(value as readonly Value[], random);
  const entries = Object.entries(value);
  const at = below(random, entries.length);
  return Object.fromEntries(entries.map(([key, one], index) => [key, index === at ? mutate(one, random) : one]));
}
