import { z } from 'zod';

/** What the worker is started with. */
export const workerDataSchema = z.object({
  file: z.string(),
  /** How long a statement waits for another process's lock, in ms. */
  busyMs: z.int(),
});
export type SqliteWorkerData = z.infer<typeof workerDataSchema>;

export interface SqliteRequest {
  id: number;
  type: 'open' | 'query' | 'changed' | 'close';
  sql: string;
  parameters: readonly (string | number | bigint | null | Uint8Array)[];
}

/** Comes from the other thread, so it is checked as anything from outside. */
export const sqliteReplySchema = z.object({
  id: z.int(),
  value: z.unknown().optional(),
  error: z.object({ message: z.string(), errcode: z.int().nullable() }).optional(),
});
export type SqliteReply = z.infer<typeof sqliteReplySchema>;
