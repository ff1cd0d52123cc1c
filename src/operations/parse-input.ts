import type { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { problemsOf } from '../config/problems.ts';
import type { Caller } from '../support/caller.ts';
import { recordAccess } from './access.ts';
import type { Operation, OperationContext } from './operation.ts';

/**
 * The input of an operation, checked: an error names each field, its value and what is allowed, in the same words over every
 * transport, and has its row in the access log.
 * @throws HybridRoutingError
 */
export function parseInput<Input extends z.ZodObject, Output extends z.ZodObject>(
  context: OperationContext,
  { name, input: schema }: Pick<Operation<Input, Output>, 'name' | 'input'>,
  args: unknown,
  caller: Caller,
): z.output<Input> {
  const startedAt = context.wallClock();
  const result = schema.safeParse(args ?? {});
  if (result.success) return result.data;
  const allowed = (path: readonly string[]) => (path.length === 0 ? Object.keys(schema.shape) : []);
  const problems = problemsOf(result.error.issues, args, allowed).join('; ');
  const thrown = new HybridRoutingError('invalid_input', problems, 'Correct these arguments and call again.');
  recordAccess(context, { name, input: understood(schema, args), caller, startedAt, thrown });
  throw thrown;
}

/** The arguments that their own fields take: anything else is no word of ours, and may be a name. */
function understood(schema: z.ZodObject, args: unknown): Record<string, unknown> {
  const given = new Map(Object.entries(typeof args === 'object' && args !== null ? args : {}));
  return Object.fromEntries(
    Object.entries(schema.shape).flatMap(([name, field]) => {
      const value: unknown = given.get(name);
      return value !== undefined && field.safeParse(value).success ? [[name, value]] : [];
    }),
  );
}
