/**
 * RFC 6962 Merkle trees: hashing and verifying proofs; twin of `src/voute/tlog/merkle.py`.
 *
 * Verifying raises `VerificationError` with code `merkle-proof`. Sizes are safe integers: 2^53 leaves are enough for a log.
 * Source: RFC 6962 section 2.1, RFC 9162 section 2.1.3–2.1.4; subtrees: draft-ietf-plants-merkle-tree-certs section 4.
 */

import { concat, equal } from '../bytes.ts';
import { HASH_SIZE, sha256 } from '../derive.ts';
import { VerificationError } from '../errors.ts';

/** Root of the tree without leaves. */
export const EMPTY_ROOT = sha256(new Uint8Array(0));

function refuse(detail: string): never {
  throw new VerificationError(detail, 'merkle-proof');
}

/** Hash of one leaf: SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(0), entry));
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** Root of the tree over these leaf hashes. */
export function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(treeRoot(leaves.slice(0, split)), treeRoot(leaves.slice(split)));
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function requireSizes(...values: readonly number[]): void {
  if (!values.every((value) => Number.isSafeInteger(value) && value >= 0)) refuse('size out of range');
}

function requireSubtree(start: number, end: number): void {
  if (start >= end) refuse('the tree is empty or its range reversed');
  let width = 1;
  while (width < end - start) width *= 2;
  if (start % width !== 0) refuse('the range is not a subtree');
}

function requireHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== HASH_SIZE)) refuse('a hash of the proof is not 32 bytes');
}

/** Checks that `leaf` (a leaf hash) is leaf `index` of a log's subtree [start, end) with this root. */
export function verifySubtreeInclusion(
  index: number,
  [start, end]: readonly [number, number],
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): void {
  requireSizes(index, start, end);
  requireSubtree(start, end);
  if (index < start || index >= end) refuse('the index is outside the tree');
  requireHashes([leaf, ...proof]);
  let node = index - start;
  let last = end - start - 1;
  let value = leaf;
  for (const sibling of proof) {
    if (last === 0) refuse('the proof is too long');
    if (isOdd(node) || node === last) {
      value = nodeHash(sibling, value);
      // The right edge: levels where the node has no sibling.
      while (!isOdd(node)) [node, last] = [half(node), half(last)];
    } else {
      value = nodeHash(value, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) refuse('the proof is too short');
  if (!equal(value, root)) refuse('the proof leads to another root');
}

/** Checks that `leaf` (a leaf hash) is leaf `index` of the tree of `size` leaves with this root. */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): void {
  verifySubtreeInclusion(index, [0, size], leaf, proof, root);
}

interface Cursor {
  first: number;
  node: number;
  last: number;
}

function climb(cursor: Cursor): void {
  cursor.first = half(cursor.first);
  cursor.node = half(cursor.node);
  cursor.last = half(cursor.last);
}

/** Checks that the subtree [start, end) with `root1` belongs to the tree of `size` leaves with `root2`. */
export function verifySubtreeConsistency(
  [start, end]: readonly [number, number],
  size: number,
  root1: Uint8Array,
  root2: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  requireSizes(start, end, size);
  if (end > size) refuse('the first tree is larger than the second');
  if (start === end) {
    // The empty subtree belongs to every tree and has no proof (so do the vectors of transparency-dev/merkle).
    if (proof.length > 0 || !equal(root1, EMPTY_ROOT)) refuse('a proof from an empty tree must be empty');
    return;
  }
  requireSubtree(start, end);
  requireHashes(proof);
  const cursor: Cursor = { first: start, node: end - 1, last: size - 1 };
  // Skip the levels where the subtree's last node needs no hash of its own.
  while (cursor.first !== cursor.node && (cursor.node === cursor.last || isOdd(cursor.node))) climb(cursor);
  const [seed, ...siblings] = cursor.first === cursor.node ? [root1, ...proof] : proof;
  if (seed === undefined) refuse('the proof is too short');
  let [value1, value2] = [seed, seed];
  for (const sibling of siblings) {
    if (cursor.last === 0) refuse('the proof is too long');
    if (isOdd(cursor.node) || cursor.node === cursor.last) {
      if (cursor.first < cursor.node) value1 = nodeHash(sibling, value1);
      value2 = nodeHash(sibling, value2);
      while (!isOdd(cursor.node)) climb(cursor);
    } else {
      value2 = nodeHash(value2, sibling);
    }
    climb(cursor);
  }
  if (cursor.last !== 0) refuse('the proof is too short');
  if (!equal(value1, root1) || !equal(value2, root2)) refuse('the proof leads to another root');
}

/** Checks that the tree (size1, root1) is a prefix of the tree (size2, root2); a first size of zero proves nothing. */
export function verifyConsistency(
  size1: number,
  size2: number,
  root1: Uint8Array,
  root2: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  if (size1 < 1) refuse('consistency with the empty tree proves nothing');
  verifySubtreeConsistency([0, size1], size2, root1, root2, proof);
}
