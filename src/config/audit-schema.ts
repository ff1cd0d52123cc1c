import { z } from 'zod';
import { anchorSchema } from './anchor-schema.ts';

/** The audit log: when an answer may go out, how often it is signed, what is kept. */
export const auditSchema = z.strictObject({
  acknowledge: z
    .enum(['durable', 'queued'])
    .default('durable')
    .describe(
      'durable: an answer goes out when its row is on the disk; queued: at once, so that a crash may lose the last rows.',
    ),
  onFailure: z
    .enum(['continue', 'refuse'])
    .default('continue')
    .describe(
      'When no row can be stored nor spooled: continue (rows wait in memory, and answers say so) or refuse operations.',
    ),
  spoolAfterMs: z
    .int()
    .min(10)
    .max(60_000)
    .default(1_000)
    .describe('A row that the store has not taken in this time goes to the spool file, in ms (10 to 60000).'),
  checkpointRows: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1_000)
    .describe('Rows after which a signed checkpoint is kept (1 to 1000000).'),
  checkpointMinutes: z
    .number()
    .min(0.01)
    .max(1_440)
    .default(10)
    .describe('Minutes after which a signed checkpoint of new rows is kept (0.01 to 1440).'),
  retentionDays: z
    .int()
    .min(0)
    .max(36_500)
    .default(0)
    .describe('Days after which a row loses its content and keeps its hash (0: never, to 36500).'),
  anchor: anchorSchema
    .prefault({})
    .describe('Where checkpoints are kept outside the store: without it, who has this machine can rewrite the log.'),
  kmsKeyId: z
    .string()
    .min(1)
    .optional()
    .describe('AWS KMS signing key (ECC_NIST_EDWARDS25519) that cosigns checkpoints. None by default.'),
  origin: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'must be 1 to 200 characters without spaces or plus signs')
    .default('hybrid-routing-mcp/audit')
    .describe('Name of the log in its checkpoints; unique among the logs of an organisation.'),
});
export type AuditConfig = z.infer<typeof auditSchema>;
