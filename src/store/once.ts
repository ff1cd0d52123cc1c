/** The same value at each call, made by the first one that succeeds. */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return async () => {
    made ??= make();
    const mine = made;
    try {
      return await mine;
    } catch (thrown) {
      // Whoever waited with us may have begun anew already.
      if (made === mine) made = null;
      throw thrown;
    }
  };
}
