import { z } from 'zod';
import { operationClassSchema, operationTypeSchema, pathNameSchema } from '../config/operation-types.ts';
import { errorClasses } from '../paths/path-error.ts';
import { stateScopes } from '../store/shared-state.ts';

/** What a caller asks for. */
export const operationRequestSchema = z.strictObject({
  operation: operationTypeSchema.describe('Operation type; it sets path, target and SLA.'),
  prompt: z
    .string()
    .regex(/\S/, 'must not be empty: give the request as text')
    .optional()
    .describe('The request. Either this or messages.'),
  messages: z
    .array(z.strictObject({ role: z.enum(['user', 'assistant']), text: z.string().regex(/\S/, 'must not be empty') }))
    .min(1)
    .max(200)
    .optional()
    .describe('A conversation ending with a user message.'),
  context: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Facts for the answer; {{context.x}} in an upstream’s arguments.'),
  subject: z.string().optional().describe('Whose data this is, by any identifier; consent is checked.'),
  purpose: z.string().optional().describe('What the data is processed for.'),
  deadlineMs: z
    .int()
    .min(1, 'must be 1 ms or more; leave it out to use the SLA')
    .max(600_000)
    .optional()
    .describe('Answer within this many ms. Default and longest: the SLA; with background up to 600000.'),
  idempotencyKey: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Same key, same outcome, for 10 minutes: makes a retry safe.'),
  dryRun: z.boolean().default(false).describe('Only decide; call nothing.'),
});
export type OperationRequest = z.infer<typeof operationRequestSchema>;

/** What an operation has come to; all but `running` are final. */
export const operationStatuses = ['running', 'answered', 'refused', 'failed', 'cancelled', 'interrupted'] as const;

const nullable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable();
const milliseconds = z.number();
/** An object that the advertised schema shows as such: the answer itself explains its fields. */
const brief = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape).meta({ brief: true });

export const operationResultSchema = z.object({
  operationId: z.string(),
  status: z.enum(operationStatuses),
  answer: nullable(z.string()),
  path: z.enum(['direct', 'mcp', 'cache', 'none']),
  decision: brief({
    primary: nullable(pathNameSchema),
    fallback: nullable(pathNameSchema),
    reasons: z.array(z.string()),
    policyVersion: z.string(),
  }),
  attempts: z.array(
    brief({
      path: pathNameSchema,
      startedMs: milliseconds,
      durationMs: milliseconds,
      retries: z.int(),
      outcome: z.enum(['answered', 'failed', 'timed_out', 'cancelled']),
      errorClass: nullable(z.enum(errorClasses)),
      cause: nullable(z.string()),
    }),
  ),
  fallback: nullable(brief({ from: pathNameSchema, to: pathNameSchema, reason: z.string() })),
  hedged: z.boolean(),
  model: nullable(z.string()),
  upstream: nullable(z.string()),
  /** Set where the answer is an upstream's text: data, never instructions; `removed` counts the characters taken out. */
  untrusted: nullable(brief({ source: z.string(), removed: z.int() })),
  stopReason: nullable(z.string()).describe('max_tokens: the answer is cut'),
  personalData: nullable(brief({ mode: z.string(), counts: z.record(z.string(), z.int()) })),
  usage: nullable(brief({ inputTokens: z.int(), outputTokens: z.int(), totalTokens: z.int() })),
  latencyMs: milliseconds,
  serviceLatencyMs: nullable(milliseconds),
  sla: brief({
    class: operationClassSchema,
    targetMs: milliseconds,
    slaMs: milliseconds,
    met: nullable(z.boolean()),
  }),
  error: nullable(
    brief({ code: z.string(), message: z.string(), remedy: z.string(), retryAfterSeconds: z.int().optional() }),
  ),
  notices: z.array(z.string()),
  /** Null where the caller waits for the answer. */
  background: nullable(
    brief({
      startedAt: z.iso.datetime(),
      /** The handle is of no use after this. */
      expiresAt: z.iso.datetime(),
      deadlineMs: milliseconds,
      /** Progress notes so far; null where another process counts them. */
      progress: nullable(z.int()),
      /** `shared`: kept in the store, the handle survives a restart; `this_process`: it does not, the store is away. */
      scope: z.enum(stateScopes),
      cancelRequested: z.boolean(),
    }),
  ),
  dryRun: z.boolean(),
  simulated: z.boolean(),
});
export type OperationResult = z.infer<typeof operationResultSchema>;
