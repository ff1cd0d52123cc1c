import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { canonicalNetwork } from '../config/ip.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface RefusedRequest {
  address: string;
  /** Code of the error. */
  code: string;
}

interface Dependencies {
  logger: Logger;
  /** Keeps it for the access log, address and all. */
  record: (refused: RefusedRequest) => void;
  /** Milliseconds on a monotonic clock. */
  now: () => number;
}

const quietMs = 60_000;
/** Addresses that are remembered as told; over that the log may repeat itself. */
const mostTold = 10_000;
/** Rows in the access log in a minute, whoever they are of: a flood from many addresses must not fill the disk. */
const mostRecorded = 120;

/**
 * Counts refused requests, and tells of them in the log and the access log: once a minute for each address and reason, or a
 * flood would fill them.
 */
export class SecurityWatch {
  readonly #dependencies: Dependencies;
  readonly #told = new LRUCache<string, true>({ max: mostTold, ttl: quietMs });
  readonly #counts = new Map<string, number>();

  #minute = { from: Number.NEGATIVE_INFINITY, recorded: 0 };

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** How many requests were refused, by error code, since the start. */
  get counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  refused(address: string, code: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    const key = `${code} ${address}`;
    if (this.#told.has(key)) return;
    this.#told.set(key, true);
    const fields = { component: 'bedrock-support', event: 'SECURITY', code, network: coarse(address), count } as const;
    this.#dependencies.logger.warn(fields, 'SECURITY request refused');
    this.#record({ address, code });
  }

  #record(refused: RefusedRequest): void {
    const { record, now } = this.#dependencies;
    if (now() - this.#minute.from >= quietMs) this.#minute = { from: now(), recorded: 0 };
    if (this.#minute.recorded >= mostRecorded) return;
    this.#minute.recorded += 1;
    record(refused);
  }
}

/** The network that an address is in: a whole address is personal data, which the log never holds. The access log has it. */
function coarse(address: string): string | null {
  const family = isIP(address);
  return family === 0 ? null : canonicalNetwork(`${address}/${family === 4 ? 24 : 48}`);
}
