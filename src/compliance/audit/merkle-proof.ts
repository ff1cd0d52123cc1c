import { Frontier, isHash, nodeHash, perfectSubtrees, rootOf, type TreeNode } from './merkle.ts';

/** Leaves `start`..`end`, counted from 0, `end` excluded: a subtree of a proof. */
export interface LeafSpan {
  start: number;
  end: number;
}

/** Gives the leaf hashes `start`..`end` (from 0, `end` excluded) in order, in batches of any size. */
export type LeafSource = (start: number, end: number) => AsyncIterable<readonly string[]>;

/** Subtrees whose roots prove that leaf `index` (from 0) is in a tree of `size` leaves, in the order of RFC 9162, 2.1.3.1. */
export function inclusionSpans(index: number, size: number): LeafSpan[] {
  const spans: LeafSpan[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      spans.push({ start: middle, end });
      end = middle;
    } else {
      spans.push({ start, end: middle });
      start = middle;
    }
  }
  return spans.reverse();
}

/** Subtrees whose roots prove that a tree of `from` leaves is a prefix of one of `to`, in the order of RFC 9162, 2.1.4.1. */
export function consistencySpans(from: number, to: number): LeafSpan[] {
  if (from === 0 || from === to) return [];
  const spans: LeafSpan[] = [];
  let [start, end] = [0, to];
  while (from < end) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      spans.push({ start: middle, end });
      end = middle;
    } else {
      spans.push({ start, end: middle });
      start = middle;
    }
  }
  // The old tree's own root is not repeated when it is a whole subtree of the new one: the verifier has it.
  if (start > 0) spans.push({ start, end });
  return spans.reverse();
}

/** Keeps the few subtree hashes that proofs need while the leaves stream by. */
export class ProofNodes {
  readonly #wanted = new Set<number>();
  readonly #known = new Map<number, string>();

  want(spans: readonly LeafSpan[]): void {
    for (const { start, end } of spans)
      for (const { level, index } of perfectSubtrees(start, end)) this.#wanted.add(nodeNumber(level, index));
  }

  /** To be told of each completed subtree: give it to `Frontier.append`. */
  readonly keep = ({ level, index, hash }: TreeNode): void => {
    const number = nodeNumber(level, index);
    if (this.#wanted.has(number)) this.#known.set(number, hash);
  };

  /** The hashes of the spans. All their leaves must have streamed by. */
  hashes(spans: readonly LeafSpan[]): string[] {
    return spans.map(({ start, end }) =>
      rootOf(perfectSubtrees(start, end).map(({ level, index }) => this.#known.get(nodeNumber(level, index)) ?? '')),
    );
  }
}

/** One pass over the leaves; memory grows with the logarithm of the size. */
export async function inclusionProof(ask: { index: number; size: number; leaves: LeafSource }): Promise<string[]> {
  return proofOf(inclusionSpans(ask.index, ask.size), ask.size, ask.leaves);
}

/** One pass over the leaves; memory grows with the logarithm of the size. */
export async function consistencyProof(ask: { from: number; to: number; leaves: LeafSource }): Promise<string[]> {
  return proofOf(consistencySpans(ask.from, ask.to), ask.to, ask.leaves);
}

async function proofOf(spans: readonly LeafSpan[], size: number, leaves: LeafSource): Promise<string[]> {
  const nodes = new ProofNodes();
  nodes.want(spans);
  const frontier = new Frontier();
  if (spans.length > 0)
    for await (const batch of leaves(0, size)) for (const leaf of batch) frontier.append(leaf, nodes.keep);
  return nodes.hashes(spans);
}

/** RFC 9162, 2.1.3.2: whether `proof` shows that `leaf` is leaf number `index` (from 0) of the tree with this size and root. */
export function verifyInclusion(claim: {
  index: number;
  size: number;
  leaf: string;
  root: string;
  proof: readonly string[];
}): boolean {
  if (!isCount(claim.index) || !isCount(claim.size) || claim.index >= claim.size) return false;
  if (!claim.proof.every(isHash) || !isHash(claim.leaf)) return false;
  let [place, last, hash] = [claim.index, claim.size - 1, claim.leaf];
  for (const sibling of claim.proof) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(sibling, hash);
      while (place % 2 === 0 && place > 0) [place, last] = [place / 2, half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && hash === claim.root;
}

/** RFC 9162, 2.1.4.2: whether `proof` shows that the first tree is a prefix of the second. A tree of size 0 proves nothing: false. */
export function verifyConsistency(claim: {
  from: { size: number; root: string };
  to: { size: number; root: string };
  proof: readonly string[];
}): boolean {
  const { from, to } = claim;
  if (!isCount(from.size) || !isCount(to.size) || from.size === 0 || from.size > to.size) return false;
  if (from.size === to.size) return claim.proof.length === 0 && from.root === to.root;
  if (!claim.proof.every(isHash) || !isHash(from.root)) return false;
  // A first tree of a whole power of two leaves is itself the first element.
  const isPerfect = perfectSubtrees(0, from.size).length === 1;
  const path = isPerfect ? [from.root, ...claim.proof] : claim.proof;
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let [place, last, oldRoot, newRoot] = [from.size - 1, to.size - 1, first, first];
  while (place % 2 === 1) [place, last] = [half(place), half(last)];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      oldRoot = nodeHash(sibling, oldRoot);
      newRoot = nodeHash(sibling, newRoot);
      while (place % 2 === 0 && place > 0) [place, last] = [place / 2, half(last)];
    } else {
      newRoot = nodeHash(newRoot, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && oldRoot === from.root && newRoot === to.root;
}

/** The largest power of two below `count` (`count` > 1): where RFC 6962 splits a tree. */
function splitOf(count: number): number {
  let width = 1;
  while (width * 2 < count) width *= 2;
  return width;
}

// Shifts would cut numbers to 32 bits.
function half(count: number): number {
  return Math.floor(count / 2);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** A number for each node: its place when the tree's nodes are read from left to right. */
function nodeNumber(level: number, index: number): number {
  return (2 * index + 1) * 2 ** level - 1;
}
