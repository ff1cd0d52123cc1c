/** The same value at each call, made by the first one that succeeds. */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return async () => {
    made ??= make();
    try {
      return await made;
    } catch (thrown) {
      made = null;
      throw thrown;
    }
  };
}
