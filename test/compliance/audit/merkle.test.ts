import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyRoot, Frontier, leafHash, nodeHash, perfectSubtrees } from '../../../src/compliance/audit/merkle.ts';
import {
  consistencyProof,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/compliance/audit/merkle-proof.ts';

/** The leaves of Certificate Transparency's reference tests, and the roots over the first 0 to 8 of them. */
const ctLeaves = ['', '\x00', '\x10', '\x20\x21', '\x30\x31', '@ABC', 'PQRSTUVW', '`abcdefghijklmno'];
const ctRoots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leaves = Array.from({ length: 200 }, (_, at) => leafHash(`leaf ${at}`));

/** MTH of RFC 6962, 2.1, as it is written there. */
function naiveRoot(of: readonly string[]): string {
  const [only] = of;
  if (only === undefined) return emptyRoot;
  if (of.length === 1) return only;
  const k = naiveSplit(of.length);
  return nodeHash(naiveRoot(of.slice(0, k)), naiveRoot(of.slice(k)));
}

/** PATH of RFC 6962, 2.1.1. */
function naivePath(m: number, of: readonly string[]): string[] {
  if (of.length <= 1) return [];
  const k = naiveSplit(of.length);
  return m < k
    ? [...naivePath(m, of.slice(0, k)), naiveRoot(of.slice(k))]
    : [...naivePath(m - k, of.slice(k)), naiveRoot(of.slice(0, k))];
}

/** SUBPROOF of RFC 6962, 2.1.2. */
function naiveSubproof(m: number, of: readonly string[], isWhole: boolean): string[] {
  if (m === of.length) return isWhole ? [] : [naiveRoot(of)];
  const k = naiveSplit(of.length);
  return m <= k
    ? [...naiveSubproof(m, of.slice(0, k), isWhole), naiveRoot(of.slice(k))]
    : [...naiveSubproof(m - k, of.slice(k), false), naiveRoot(of.slice(0, k))];
}

function naiveSplit(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1);
}

function frontierOf(of: readonly string[]): Frontier {
  const frontier = new Frontier();
  for (const leaf of of) frontier.append(leaf);
  return frontier;
}

async function* source(start: number, end: number): AsyncGenerator<string[]> {
  for (let at = start; at < end; at += 7) yield leaves.slice(at, Math.min(end, at + 7));
}

const sizes = fc.integer({ min: 1, max: leaves.length });
const sizeAndIndex = sizes.chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

describe('Frontier', () => {
  it.each(ctRoots.map((root, size) => [size, root] as const))('has the reference root over %i leaves', (size, root) => {
    expect(frontierOf(ctLeaves.slice(0, size).map(leafHash)).root()).toBe(root);
  });

  it('has the root of the recursive definition at every size', () => {
    const frontier = new Frontier();
    for (const [at, leaf] of leaves.entries()) {
      expect(frontier.root()).toBe(naiveRoot(leaves.slice(0, at)));
      frontier.append(leaf);
    }
  });

  it('goes on from its saved state as if it had never stopped', () => {
    fc.assert(
      fc.property(sizes, fc.nat(leaves.length), (size, more) => {
        const saved: unknown = JSON.parse(JSON.stringify(frontierOf(leaves.slice(0, size)).state()));
        expect(saved).toEqual(frontierOf(leaves.slice(0, size)).state());
        const frontier = new Frontier(frontierOf(leaves.slice(0, size)).state());
        for (const leaf of leaves.slice(size, size + more)) frontier.append(leaf);
        expect(frontier.root()).toBe(naiveRoot(leaves.slice(0, size + more)));
      }),
    );
  });

  it('does not share its hashes with the state it was made of', () => {
    const state = frontierOf(leaves.slice(0, 3)).state();
    new Frontier(state).append(leaves[3] ?? '');
    expect(state).toEqual(frontierOf(leaves.slice(0, 3)).state());
  });

  it.each([
    { size: 3, hashes: [leafHash('a')] },
    { size: 1, hashes: ['ab'] },
    { size: 1, hashes: [leafHash('a').toUpperCase()] },
    { size: -1, hashes: [] },
    { size: 0.5, hashes: [] },
  ])('refuses the state $size, $hashes', (state) => {
    expect(() => new Frontier(state)).toThrow('a saved tree of');
  });

  it('splits any size into its powers of two, also where logarithms round', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (size) => {
        const widths = perfectSubtrees(0, size).map(({ level }) => 2 ** level);
        expect(widths.reduce((sum, width) => sum + width, 0)).toBe(size);
        expect(new Set(widths).size).toBe(widths.length);
      }),
    );
    for (let level = 0; level < 53; level++) expect(perfectSubtrees(0, 2 ** level)).toEqual([{ level, index: 0 }]);
    expect(perfectSubtrees(0, 2 ** 49 - 1)).toHaveLength(49);
  });
});

describe('nodeHash', () => {
  it('refuses what is not a hash instead of hashing a part of it', () => {
    expect(() => nodeHash('zz', leafHash('a'))).toThrow('64 hexadecimal digits');
  });
});

describe('inclusion proofs', () => {
  it('prove leaf 0 of the 8 reference leaves with the reference path', async () => {
    const hashes = ctLeaves.map(leafHash);
    const ct = async function* (start: number, end: number) {
      yield hashes.slice(start, end);
    };
    const proof = await inclusionProof({ index: 0, size: 8, leaves: ct });
    expect(proof).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
  });

  it('are those of the recursive definition, and hold', async () => {
    await fc.assert(
      fc.asyncProperty(sizeAndIndex, async ([size, index]) => {
        const proof = await inclusionProof({ index, size, leaves: source });
        expect(proof).toEqual(naivePath(index, leaves.slice(0, size)));
        const root = naiveRoot(leaves.slice(0, size));
        expect(verifyInclusion({ index, size, leaf: leaves[index] ?? '', root, proof })).toBe(true);
      }),
    );
  });

  it('hold for no other leaf, place, root or path', async () => {
    await fc.assert(
      fc.asyncProperty(sizeAndIndex, fc.nat(), async ([size, index], pick) => {
        const proof = await inclusionProof({ index, size, leaves: source });
        const claim = { index, size, leaf: leaves[index] ?? '', root: naiveRoot(leaves.slice(0, size)), proof };
        const other = leafHash('other');
        expect(verifyInclusion({ ...claim, leaf: other })).toBe(false);
        expect(verifyInclusion({ ...claim, root: other })).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...proof, other] })).toBe(false);
        expect(verifyInclusion({ ...claim, index: size })).toBe(false);
        expect(verifyInclusion({ ...claim, leaf: 'no hash' })).toBe(false);
        if (size > 1) {
          expect(verifyInclusion({ ...claim, index: (index + 1) % size })).toBe(false);
          expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(false);
          expect(verifyInclusion({ ...claim, proof: proof.with(pick % proof.length, other) })).toBe(false);
          expect(verifyInclusion({ ...claim, proof: proof.with(pick % proof.length, 'zz') })).toBe(false);
        }
      }),
    );
  });
});

describe('consistency proofs', () => {
  it('are those of the recursive definition, and hold', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const proof = await consistencyProof({ from, to, leaves: source });
        expect(proof).toEqual(naiveSubproof(from, leaves.slice(0, to), true));
        const claim = {
          from: { size: from, root: naiveRoot(leaves.slice(0, from)) },
          to: { size: to, root: naiveRoot(leaves.slice(0, to)) },
          proof,
        };
        expect(verifyConsistency(claim)).toBe(true);
        const other = leafHash('other');
        expect(verifyConsistency({ ...claim, from: { size: from, root: other } })).toBe(false);
        expect(verifyConsistency({ ...claim, to: { size: to, root: other } })).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...proof, other] })).toBe(false);
        if (proof.length > 0) {
          expect(verifyConsistency({ ...claim, proof: proof.slice(1) })).toBe(false);
          expect(verifyConsistency({ ...claim, proof: proof.with(-1, other) })).toBe(false);
        }
        if (from < to) expect(verifyConsistency({ ...claim, from: claim.to, to: claim.from })).toBe(false);
      }),
    );
  });

  it('prove nothing about a tree without leaves', async () => {
    expect(await consistencyProof({ from: 0, to: 5, leaves: source })).toEqual([]);
    const to = { size: 5, root: naiveRoot(leaves.slice(0, 5)) };
    expect(verifyConsistency({ from: { size: 0, root: emptyRoot }, to, proof: [] })).toBe(false);
  });
});
