import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { canonicalNetwork } from '../config/ip.ts';
import type { Logger } from '../telemetry/logger.ts';

interface Dependencies {
  logger: Logger;
}

const quietMs = 60_000;
/** Addresses that are remembered as told; over that the log may repeat itself. */
const mostTold = 10_000;

/** Counts refused requests, and tells of them in the log: once a minute for each address and reason, or a flood would fill it. */
export class SecurityWatch {
  readonly #logger: Logger;
  readonly #told = new LRUCache<string, true>({ max: mostTold, ttl: quietMs });
  readonly #counts = new Map<string, number>();

  constructor({ logger }: Dependencies) {
    this.#logger = logger;
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
    this.#logger.warn(fields, 'SECURITY request refused');
  }
}

/** The network that an address is in: a whole address is personal data, which the log never holds. The access log has it. */
function coarse(address: string): string | null {
  const family = isIP(address);
  return family === 0 ? null : canonicalNetwork(`${address}/${family === 4 ? 24 : 48}`);
}
