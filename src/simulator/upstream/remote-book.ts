import { z } from 'zod';
import { callControl } from '../control-call.ts';
import { type RemoteDecision, remoteDecisionSchema } from '../remote-calls.ts';
import type { Decision } from '../rule-book.ts';
import type { UpstreamCall } from './call.ts';

/** Rules and books that live in another simulator process, and so outlive this one. */
export interface RemoteBook {
  /** Reports that this process has started; true when it is to crash at once. */
  crashesAtStart(): Promise<boolean>;
  begin(names: { api: string; tool?: string; operation?: string }): Promise<UpstreamCall>;
}

export function remoteBook(controlUrl: string): RemoteBook {
  const url = controlUrl.replace(/\/+$/, '');
  const post = (path: string, body?: unknown) =>
    callControl({ url, method: 'POST', path, schema: remoteDecisionSchema, body });
  return {
    async crashesAtStart() {
      return (await post('/starts')).fault?.kind === 'crash_at_start';
    },
    async begin(names) {
      const told = await post('/requests', names);
      let ended: Promise<unknown> | undefined;
      return {
        decision: decisionOf(told),
        seed: told.seed,
        async finish(outcome) {
          const path = `/requests/${encodeURIComponent(told.id)}/end`;
          // A control that has gone, or was reset, has no use for the end of this call.
          ended ??= callControl({ url, method: 'POST', path, schema: z.unknown(), body: { outcome } }).catch(() => {});
          await ended;
        },
      };
    },
  };
}

function decisionOf({ latencyMs, fault }: RemoteDecision): Decision {
  return { latencyMs, fault: fault === null || fault.kind === 'latency' ? null : fault };
}
