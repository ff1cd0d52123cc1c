import { z } from 'zod';

/** Where state lies that must outlive the process, and what protects it. */
export const storeSchema = z.strictObject({
  folder: z
    .string()
    .min(1)
    .optional()
    .describe(
      'State folder, made for its owner alone; --state-dir. Default: hybrid-routing-mcp in XDG_STATE_HOME or ~/.local/state.',
    ),
  postgres: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a connection string such as postgres://user@host/database')
    .optional()
    .describe('PostgreSQL connection string, for replicas that share their state. Default: SQLite in the folder.'),
  timeoutMs: z
    .int()
    .min(50)
    .max(60_000)
    .default(2_000)
    .describe('Longest time for one call of the store, in ms (50 to 60000).'),
  key: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Key-encryption key, 32 bytes in base64; ${NAME} takes a variable. Default: master.key in the folder, made at first.',
    ),
  kmsKeyId: z
    .string()
    .min(1)
    .optional()
    .describe('AWS KMS key (id, alias or ARN) that wraps the key-encryption key, in place of key and key file.'),
});
export type StoreConfig = z.infer<typeof storeSchema>;
