import { z } from 'zod';

/** What the worker is started with. */
export const workerDataSchema = z.object({
  file: z.string(),
  /** How long a statement waits for another process's lock, in ms. */
  busyMs: z.int(),
  /** Whether every page is looked at before the file is used: it was damaged when it was last open. */
  suspect: z.boolean(),
});
export type SqliteWorkerData = z.infer<typeof workerDataSchema>;

export interface SqliteRequest {
  id: number;
  type: 'open' | 'query' | 'changed' | 'close';
  sql: string;
  parameters: readonly (string | number | bigint | null | Uint8Array)[];
  /** Begins a transaction first: a turn between the threads less than by a request of its own. */
  begin: boolean;
}

/** Comes from the other thread, so it is checked as anything from outside. */
export const sqliteReplySchema = z.object({
  id: z.int(),
  value: z.unknown().optional(),
  error: z
    .object({
      message: z.string(),
      errcode: z.int().nullable(),
      /** The connection is of no more use: its file is no longer the one at its path. */
      lost: z.boolean(),
    })
    .optional(),
});
export type SqliteReply = z.infer<typeof sqliteReplySchema>;
