import { HybridRoutingError } from '../config/errors.ts';

export const storeErrorCodes = [
  'store_locked',
  'store_full',
  'store_corrupt',
  'store_newer',
  'store_unavailable',
  'store_timeout',
  'store_conflict',
  'store_fault',
] as const;
export type StoreErrorCode = (typeof storeErrorCodes)[number];

const remedies: Record<StoreErrorCode, string> = {
  store_locked: 'Another process holds the store; it is tried again by itself.',
  store_full: 'Free disk space where the store lies; what waits is then written by itself.',
  store_corrupt: 'Move the file aside or restore it from a backup; nothing is written to it until then.',
  store_newer: 'Upgrade hybrid-routing-mcp, or use another store (--state-dir, store.postgres).',
  store_unavailable: 'Check store.folder or store.postgres; it is tried again by itself.',
  store_timeout: 'Check the disk or the database; it is tried again by itself.',
  store_conflict: 'Another process has written the same; look at what is there now.',
  store_fault: 'Report it with the log line.',
};

/** Of these the statement is to blame, not the store. */
const statementCodes: readonly StoreErrorCode[] = ['store_conflict', 'store_fault'];

/** What keeps the store from answering. Operations go on without it. */
export class StoreError extends HybridRoutingError {
  declare readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, remedies[code], options);
  }

  /** Whether the store itself is in trouble. */
  get away(): boolean {
    return !statementCodes.includes(this.code);
  }
}
