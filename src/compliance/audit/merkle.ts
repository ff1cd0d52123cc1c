import { hash } from 'node:crypto';
import { HybridRoutingError } from '../../config/errors.ts';

// Hashes are lower-case hex strings throughout: node:crypto gives hex three times faster than buffers (measured: 0.32 against
// 0.97 us for a node), they compare with ===, and they stand in rows and files as they are.

/** What stands for "the leaf before" in the first row. */
export const noLeaf = '0'.repeat(64);

/** Root of a tree without leaves: SHA-256 of nothing (RFC 6962, 2.1). */
export const emptyRoot = hash('sha256', '');

/** Whether a text is a SHA-256 hash as this module writes it. */
export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** SHA-256(0x00 || UTF-8 of the text): the leaf hash of RFC 6962. */
export function leafHash(text: string): string {
  return hash('sha256', `\0${text}`);
}

const nodeInput = Buffer.alloc(65);
nodeInput[0] = 0x01;

/** SHA-256(0x01 || left || right): the interior node of RFC 6962. */
export function nodeHash(left: string, right: string): string {
  if (nodeInput.write(left, 1, 'hex') !== 32 || nodeInput.write(right, 33, 'hex') !== 32) throw notAHash();
  return hash('sha256', nodeInput);
}

/** A perfect subtree: `level` 0 is a leaf, `index` counts the subtrees of that level from the left; both from 0. */
export interface TreeNode {
  level: number;
  index: number;
  hash: string;
}

/** A frontier as JSON. */
export interface FrontierState {
  size: number;
  /** The right edge's perfect subtrees, the largest (leftmost) first: as many as `size` has ones in binary. */
  hashes: readonly string[];
}

/** The right edge of a Merkle tree (RFC 9162's "compact range" from 0): all that is needed to append and to tell the root. */
export class Frontier {
  #size: number;
  readonly #hashes: string[];

  /** @throws HybridRoutingError for a state that is not a frontier */
  constructor(state: FrontierState = { size: 0, hashes: [] }) {
    if (!isFrontierState(state)) throw notAFrontier(state);
    this.#size = state.size;
    this.#hashes = [...state.hashes];
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf hash; tells of each perfect subtree that it completes, the leaf first. O(log size), 1 hash on average. */
  append(leaf: string, onNode?: (node: TreeNode) => void): void {
    let hash = leaf;
    let index = this.#size;
    onNode?.({ level: 0, index, hash });
    for (let level = 1; index % 2 === 1; level++) {
      hash = nodeHash(this.#hashes.pop() ?? '', hash);
      index = (index - 1) / 2;
      onNode?.({ level, index, hash });
    }
    this.#hashes.push(hash);
    this.#size++;
  }

  root(): string {
    return rootOf(this.#hashes);
  }

  /** The perfect subtrees of the right edge, the largest first. */
  nodes(): TreeNode[] {
    return perfectSubtrees(0, this.#size).map((place, at) => ({ ...place, hash: this.#hashes[at] ?? '' }));
  }

  state(): { size: number; hashes: string[] } {
    return { size: this.#size, hashes: [...this.#hashes] };
  }
}

/** The root over subtrees that stand side by side, the largest first. */
export function rootOf(hashes: readonly string[]): string {
  if (hashes.length === 0) return emptyRoot;
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The perfect subtrees that leaves `start`..`end` (excluded) consist of; `start` is a multiple of the largest one's width. */
export function perfectSubtrees(start: number, end: number): { level: number; index: number }[] {
  const places = [];
  for (let at = start; at < end; ) {
    const level = Math.floor(Math.log2(end - at));
    // log2 of a number just below a power of two may round up to it
    const fits = 2 ** level <= end - at ? level : level - 1;
    places.push({ level: fits, index: at / 2 ** fits });
    at += 2 ** fits;
  }
  return places;
}

/** Whether a value read from outside is a frontier: the right number of well-formed hashes for its size. */
export function isFrontierState(state: FrontierState): boolean {
  if (!Number.isSafeInteger(state.size) || state.size < 0) return false;
  return state.hashes.length === perfectSubtrees(0, state.size).length && state.hashes.every(isHash);
}

function notAHash(): HybridRoutingError {
  return new HybridRoutingError(
    'audit_hash_invalid',
    'a hash is not 64 hexadecimal digits',
    'Run `hybrid-routing-mcp audit verify` to find the damaged row.',
  );
}

function notAFrontier(state: FrontierState): HybridRoutingError {
  return new HybridRoutingError(
    'audit_frontier_invalid',
    `a saved tree of ${state.size} rows has ${state.hashes.length} subtree hashes, or one that is not 64 hexadecimal digits`,
    'Verify the log from its first row instead of from the saved state.',
  );
}
