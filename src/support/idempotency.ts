import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RefusedError } from './admission.ts';
import type { OperationRequest, OperationResult } from './operation.ts';

interface Entry {
  fingerprint: string;
  outcome: Promise<OperationResult>;
}

const keptMs = 600_000;
const keptKeys = 10_000;

/** The outcomes of the last 10 minutes by idempotency key: a repeat gets the first one's outcome, also while it runs. */
export class IdempotentOutcomes {
  readonly #entries = new LRUCache<string, Entry>({ max: keptKeys, ttl: keptMs });

  /** @throws RefusedError where the key was used for another request */
  async once(request: OperationRequest, cancelled: AbortSignal, run: () => Promise<OperationResult>) {
    const key = request.idempotencyKey;
    if (key === undefined || request.dryRun) return run();
    const fingerprint = fingerprintOf(request);
    for (;;) {
      const known = this.#entries.get(key);
      if (known && known.fingerprint !== fingerprint) {
        throw new RefusedError(
          'idempotency_conflict',
          'idempotencyKey: was used for a different request',
          'Use a new key for a new request.',
        );
      }
      const outcome = known?.outcome ?? run();
      if (!known) {
        this.#entries.set(key, { fingerprint, outcome });
        // A run that threw has no outcome to repeat.
        outcome.catch(() => this.#entries.delete(key));
      }
      const result = await outcome;
      if (result.error?.code !== 'cancelled') return result;
      // Nobody was served by a cancelled run: the next one with this key runs anew.
      if (this.#entries.peek(key)?.outcome === outcome) this.#entries.delete(key);
      if (!known || cancelled.aborted) return result;
    }
  }
}

function fingerprintOf({ operation, prompt, messages, context }: OperationRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, prompt, messages, context]))
    .digest('base64');
}
