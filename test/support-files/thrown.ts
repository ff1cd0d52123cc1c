import { messageOf } from '../../src/config/errors.ts';

/** What a call threw; fails the test where it did not throw an instance of `type`. */
export async function thrownBy<T extends Error>(type: new (...args: never[]) => T, run: () => unknown): Promise<T> {
  let thrown: unknown;
  try {
    await run();
  } catch (caught) {
    thrown = caught;
  }
  if (thrown instanceof type) return thrown;
  throw new Error(`Expected ${type.name} to be thrown, got ${messageOf(thrown)}`, { cause: thrown });
}
