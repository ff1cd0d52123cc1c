import { z } from 'zod';

// What the reports read of the rows' bodies. A field more is passed over; a row without one of these is told as unreadable.

const callerSchema = z
  .object({
    transport: z.string(),
    client: z.string().nullable(),
    // Rows from before there was HTTP have neither.
    principal: z.string().nullable().default(null),
    address: z.string().nullable().default(null),
  })
  .nullable();
export type AuditedCaller = z.infer<typeof callerSchema>;

const operationSchema = z.object({
  operationId: z.string(),
  operation: z.string(),
  class: z.string(),
  status: z.enum(['answered', 'refused', 'failed']),
  path: z.string(),
  attempts: z.array(z.object({ path: z.string() })),
  fallback: z.object({ from: z.string(), to: z.string() }).nullable(),
  hedged: z.boolean(),
  model: z.string().nullable(),
  upstream: z.string().nullable(),
  latencyMs: z.number(),
  slaMet: z.boolean().nullable(),
  error: z.string().nullable(),
  subject: z.object({ id: z.string() }).nullable(),
  consent: z.object({ purpose: z.string().nullable(), violation: z.string().nullable() }).nullable(),
  residency: z.array(z.object({ path: z.string(), target: z.string(), status: z.string() })),
  personalData: z
    .object({ mode: z.string(), counts: z.record(z.string(), z.number()), failedStages: z.int() })
    .nullable(),
  dryRun: z.boolean(),
  simulated: z.boolean(),
  probe: z.boolean(),
  caller: callerSchema,
});
export type OperationBody = z.infer<typeof operationSchema>;

const accessSchema = z.object({
  operation: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  caller: callerSchema,
  outcome: z.enum(['done', 'refused', 'failed']),
  code: z.string().nullable(),
  durationMs: z.number(),
});
export type AccessBody = z.infer<typeof accessSchema>;

const reportSchema = z.object({ report: z.string(), verification: z.unknown().optional() });

/** What a verification leaves in its REPORT row, for those who ask later whether the log was whole. */
export const verificationSchema = z.object({
  ok: z.boolean(),
  of: z.int(),
  verifiedTo: z.int(),
  unanchored: z.int(),
  breaks: z.int(),
  firstBreak: z.object({ seq: z.int(), kind: z.string() }).nullable(),
});
export type VerificationFacts = z.infer<typeof verificationSchema>;

export const bodySchemas = {
  OPERATION: operationSchema,
  ACCESS: accessSchema,
  MODE: z.object({ mode: z.string(), active: z.unknown() }),
  OVERRIDE: z.object({ route: z.string() }),
  CONFIGURATION: z.object({ setting: z.string() }),
  CONSENT: z.object({ decision: z.string() }),
  ERASURE: z.object({ phase: z.enum(['requested', 'done']), subject: z.string() }),
  REPORT: reportSchema,
  RETENTION: z.object({ pruned: z.int() }),
} as const;

export type BodyKind = keyof typeof bodySchemas;
export type BodyOf<Kind extends BodyKind> = z.infer<(typeof bodySchemas)[Kind]>;
