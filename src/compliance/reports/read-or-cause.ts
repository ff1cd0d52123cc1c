import { HybridRoutingError } from '../../config/errors.ts';

/** What was read, or why it could not be. */
export type Read<Value> = { value: Value; cause: null } | { value: null; cause: string };

/** A store or a KMS that is away is a finding, and no reason to say nothing of the rest. @throws what is a defect */
export async function readOrCause<Value>(read: () => Promise<Value>): Promise<Read<Value>> {
  try {
    return { value: await read(), cause: null };
  } catch (thrown) {
    if (thrown instanceof HybridRoutingError) return { value: null, cause: thrown.message };
    throw thrown;
  }
}
