import { z } from 'zod';

/** A tool call that an agent can make as it stands. */
export const nextCallSchema = z
  .object({
    tool: z.string(),
    arguments: z.record(z.string(), z.unknown()),
    why: z.string(),
  })
  .meta({ brief: true });
export type NextCall = z.infer<typeof nextCallSchema>;
