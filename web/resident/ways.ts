/** Ways in as a list shows them: two that are called the same are told apart. */

import type { MethodInfo } from '../core/rpc.ts';

/** A way in, told apart from the others. */
export interface Way extends MethodInfo {
  /** Which of those that are called the same it is, from 1 in the order in which they were added. */
  readonly nth: number;
  /** Whether another of its kind was added on the same day: the time of day is told too, then. */
  readonly sameDay: boolean;
}

const dayOf = ({ createdAt }: MethodInfo): string => new Date(createdAt).toDateString();

/** Tells ways in apart; their order stays. */
export function waysOf(methods: readonly MethodInfo[]): readonly Way[] {
  const byAge = [...methods].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  return methods.map((one) => {
    const alike = byAge.filter(({ kind, name }) => kind === one.kind && name === one.name);
    const sameDay = methods.some(
      (other) => other.id !== one.id && other.kind === one.kind && dayOf(other) === dayOf(one),
    );
    return { ...one, nth: 1 + alike.findIndex(({ id }) => id === one.id), sameDay };
  });
}
