/**
 * The number of an error, to be read out over the telephone: four digits, the same in every language.
 *
 * It is made from the error's name, so every name has one, also one that a later city sends. `docs/guide/support-codes.md` leads
 * back to the name, which the logs have; a test holds the numbers of all names apart (docs/adr/0068). Twin: `tools/support_codes.py`.
 */

// FNV-1a of 32 bits: short, and the same in both languages.
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
/** From 1000 on: four digits always, none of them a zero in front that people leave out. */
const FIRST = 1000;
/** The largest prime below 9000 with which no two of the first names met. */
const MANY = 8969;

/** The number that stands for an error's name, for instance `bad-checkpoint`. */
export function supportCode(name: string): string {
  let hash = BASIS;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), PRIME);
  return String(FIRST + ((hash >>> 0) % MANY));
}
