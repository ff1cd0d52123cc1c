/** A stream of pseudo-random numbers in [0, 1), repeatable from its seed. */
export interface Random {
  next(): number;
  /** Start the stream again from this seed: an integer, 0 to 4294967295. */
  reseed(seed: number): void;
  seed(): number;
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, more than enough to choose faults and latencies. */
export function seededRandom(initialSeed: number): Random {
  let seed = initialSeed >>> 0;
  let state = seed;
  return {
    seed: () => seed,
    reseed(next) {
      seed = next >>> 0;
      state = seed;
    },
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}
