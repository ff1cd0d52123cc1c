import { z } from 'zod';
import { ruleSchema } from './rule-schema.ts';

const counts = z.record(z.string(), z.int().min(0));

/** How a call ended. `rejected`: the server refused the input by itself, no rule took part. */
export const outcomeSchema = z.enum(['open', 'answered', 'rejected', 'faulted', 'aborted']);
export type Outcome = z.infer<typeof outcomeSchema>;

/** Calls by outcome: requests = answered + rejected + faulted + aborted + open. */
export const countersSchema = z.object({
  requests: z.int().min(0),
  answered: z.int().min(0),
  rejected: z.int().min(0),
  faulted: z.int().min(0),
  /** The client closed the socket, or cancelled, before the answer was out; also when a fault had made it wait. */
  aborted: z.int().min(0),
  open: z.int().min(0),
  /** Starts of stdio processes that were reported here. */
  starts: z.int().min(0),
  /** Each fault kind that was applied, latency included. */
  byFault: counts,
  byModel: counts,
  byOperation: counts,
  byApi: counts,
});
export type Counters = z.infer<typeof countersSchema>;

export const recordSchema = z.object({
  id: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  api: z.string(),
  modelId: z.string().optional(),
  tool: z.string().optional(),
  operation: z.string().nullable(),
  fault: z.string().nullable(),
  outcome: outcomeSchema,
  /** Milliseconds; null while open. */
  durationMs: z.number().nullable(),
});
export type RequestRecord = z.infer<typeof recordSchema>;

/** What `GET /state` answers. */
export const stateSchema = z.object({
  server: z.enum(['bedrock', 'upstream']),
  simulated: z.literal(true),
  seed: z.int(),
  /** False while a connection_refused rule keeps the data port closed. */
  listening: z.boolean(),
  rules: z.array(z.object({ ...ruleSchema.shape, id: z.string(), fired: z.int().min(0) })),
  counters: countersSchema,
  /** The last 200 calls, oldest first. */
  recent: z.array(recordSchema),
});
export type SimulatorState = z.infer<typeof stateSchema>;

/** What the control API answers to a bad request. */
export const refusalSchema = z.object({
  error: z.string(),
  message: z.string(),
  issues: z.array(z.object({ field: z.string(), message: z.string(), allowed: z.array(z.string()).optional() })),
});
export type Refusal = z.infer<typeof refusalSchema>;
