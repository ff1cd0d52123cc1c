import { readFileSync } from 'node:fs';
import type { Logger } from '../telemetry/logger.ts';

/** Open files that are not connections: the store, the log, upstreams, Bedrock. */
const ownFiles = 256;

/** The connections that fit into this process's limit of open files, told in the log where they are fewer than configured. */
export function connectionsWithin(configured: number, logger: Logger): number {
  const limit = openFilesLimit();
  if (limit === null || limit - ownFiles >= configured) return configured;
  const most = Math.max(1, limit - ownFiles);
  const fields = { component: 'bedrock-support', maxConnections: configured, openFiles: limit, connections: most };
  logger.warn(fields, 'the limit of open files is under http.maxConnections: raise it (ulimit -n, LimitNOFILE)');
  return most;
}

/** Null where the system does not tell, or has no limit. */
function openFilesLimit(): number | null {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null; // not Linux
  }
}
