import { z } from 'zod';
import { notices } from '../routing/modes.ts';
import { stateScopes } from '../store/shared-state.ts';
import { nextCallSchema } from './next-call.ts';
import type { OperationContext } from './operation.ts';

/** What an administrative write answers: the diff, what it means, and the call that takes it back. */
export const adminResultShape = {
  applied: z.boolean(),
  before: z.record(z.string(), z.unknown()),
  after: z.record(z.string(), z.unknown()),
  effect: z.record(z.string(), z.string()),
  expiresAt: z.string().nullable(),
  scope: z.enum(stateScopes),
  next: z.array(nextCallSchema).describe('Undo; after dryRun: apply'),
  simulated: z.boolean(),
};
const adminResultSchema = z.object(adminResultShape);
export type AdminResult = z.infer<typeof adminResultSchema>;

/** The modes in force, and that the server is ending, as lines to show. */
export function noticesOf({ modes, intake, wallClock }: OperationContext): string[] {
  const ending = intake.stopped ? ['the server is shutting down and takes no new operations'] : [];
  return [...ending, ...notices(modes.current(), wallClock())];
}
